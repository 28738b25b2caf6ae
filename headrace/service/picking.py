"""From a job to the events that a service's handlers take; other types are not even decoded."""

from collections.abc import Sequence
from dataclasses import replace

from headrace.clock import Clock
from headrace.errors import PoisonError
from headrace.runtime import Stage, StageEvent
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.decoding import Decoding
from headrace.runtime.job import Job
from headrace.runtime.records import Record
from headrace.service.calling import Item
from headrace.service.chunk import Chunk
from headrace.service.progress import Progress
from headrace.service.subscriptions import Convert, Subscription, Subscriptions
from headrace.service.verdicts import Handled


class Picking:
    """Called from writer threads."""

    def __init__(self, stage: Stage, subscriptions: Subscriptions, clock: Clock) -> None:
        self.decoding = Decoding(stage, clock)
        self._clock = clock
        self._subscriptions = subscriptions
        self._wanted = subscriptions.event_types
        self._whole = {name for name, topic in stage.topics.items() if subscriptions.whole(topic)}

    def chunk(self, job: Job, progress: Progress) -> Chunk:
        """Raises HeldError, and what stops the service."""
        records, ignored = self._wanted_of(job)
        if progress.ahead:
            records = [record for record in records if record.offset not in progress.ahead]
        work = self.decoding.work(replace(job, records=records))
        events: dict[int, StageEvent] = {}
        for event in work.events:
            if event.event.event_type in self._wanted:
                events[event.offset] = event
            else:
                ignored.add(event.offset)
        verdicts = {at: Handled(duplicate) for at, duplicate in progress.ahead.items()}
        letters = {letter.offset: letter for letter in work.letters}
        return Chunk(job, ignored, letters, events, dict(verdicts))

    def items(self, chunk: Chunk, progress: Progress) -> list[Item]:
        """The events that may be handled now: not what waits behind its key, nor what failed and
        is not due, nor what comes after such in its key. What no handler can take becomes a
        letter.
        """
        now, blocked = self._clock.monotonic(), set[bytes]()
        letters = dict(chunk.letters)
        found: list[Item] = []
        for record in chunk.job.records:
            event = chunk.events.get(record.offset)
            if event is None or record.offset in chunk.verdicts:
                continue
            failure = progress.failing.get(record.offset)
            if (failure and failure.due > now) or (record.key in blocked):
                if record.key is not None:
                    blocked.add(record.key)
                continue
            item = self._item(event, record, failure.attempts if failure else 0, letters)
            if item is not None:
                found.append(item)
        chunk.letters = letters
        return found

    def item(self, event: StageEvent, record: Record, attempts: int) -> Item:
        """Raises PoisonError where no handler takes the event."""
        subscription, convert = self.route(event)
        return Item(event, record, subscription, convert, attempts + 1)

    def route(self, event: StageEvent) -> tuple[Subscription, Convert]:
        """Raises PoisonError where no handler takes the event."""
        return self._subscriptions.route(event.event)

    def _item(
        self, event: StageEvent, record: Record, attempts: int, letters: dict[int, DeadLetter]
    ) -> Item | None:
        try:
            return self.item(event, record, attempts)
        except PoisonError as error:
            letters[record.offset] = DeadLetter.of(
                event.tp, record, "poison", error.reason, f"{type(error).__name__}: {error}"
            )
            return None

    def _wanted_of(self, job: Job) -> tuple[Sequence[Record], set[int]]:
        """The records to decode, and the offsets of the others: their header names their type."""
        if job.tp.topic in self._whole:
            return list(job.records), set()
        records, ignored = [], set[int]()
        for record in job.records:
            named = event_type_of(record)
            if named is None or named in self._wanted:
                records.append(record)
            else:
                ignored.add(record.offset)
        return records, ignored


def event_type_of(record: Record) -> str | None:
    """The header's text, if there is one."""
    for name, value in record.headers:
        if name == "eventType" and value is not None:
            return value.decode("utf-8", "replace")
    return None
