"""From a job to the events that a service's handlers take; other types are not even decoded."""

from collections.abc import Container, Sequence
from dataclasses import replace
from itertools import repeat

from headrace.clock import Clock
from headrace.errors import PoisonError
from headrace.runtime import EventFrame, Stage
from headrace.runtime.columns import RecordColumns
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.decoding import Decoding
from headrace.runtime.job import Job
from headrace.runtime.records import Happened, Record
from headrace.service.calling import Item
from headrace.service.chunk import Chunk
from headrace.service.naming import event_types
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
        records = list(job.records)  # made once: what is fetched in columns makes them when asked
        numbers, ignored = self._wanted_of(job, records, progress.ahead)
        wanted = _only(job.records, records, numbers)
        work = self.decoding.work(replace(job, records=wanted))
        events: dict[int, Happened] = {}
        for part in work.events.parts:
            for event in part.rows() if isinstance(part, EventFrame) else part:
                if event.event_type in self._wanted:
                    events[event.offset] = event
                else:
                    ignored.add(event.offset)
        verdicts = {at: Handled(duplicate) for at, duplicate in progress.ahead.items()}
        letters = {letter.offset: letter for letter in work.letters}
        return Chunk(replace(job, records=records), ignored, letters, events, dict(verdicts))

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

    def item(self, event: Happened, record: Record, attempts: int) -> Item:
        """Raises PoisonError where no handler takes the event."""
        subscription, convert = self.route(event)
        return Item(event, record, subscription, convert, attempts + 1)

    def route(self, event: Happened) -> tuple[Subscription, Convert]:
        """Raises PoisonError where no handler takes the event."""
        return self._subscriptions.route(event)

    def _item(
        self, event: Happened, record: Record, attempts: int, letters: dict[int, DeadLetter]
    ) -> Item | None:
        try:
            return self.item(event, record, attempts)
        except PoisonError as error:
            letters[record.offset] = DeadLetter.of(
                event.tp, record, "poison", error.reason, f"{type(error).__name__}: {error}"
            )
            return None

    def _wanted_of(
        self, job: Job, records: Sequence[Record], ahead: Container[int]
    ) -> tuple[list[int], set[int]]:
        """The numbers of the records to decode, and the offsets of those that no handler takes:
        their header names their type. Those `ahead` are handled already.
        """
        whole = job.tp.topic in self._whole
        numbers, ignored = [], set[int]()
        names = repeat(None) if whole else event_types(job.records)
        for number, (record, named) in enumerate(zip(records, names, strict=False)):
            if named is not None and named not in self._wanted:
                ignored.add(record.offset)
            elif record.offset not in ahead:
                numbers.append(number)
        return numbers, ignored


def _only(
    fetched: Sequence[Record], records: Sequence[Record], numbers: list[int]
) -> Sequence[Record]:
    """Some of the records, in columns where they were fetched so."""
    if len(numbers) == len(records):
        return fetched
    if isinstance(fetched, RecordColumns):
        return fetched.only(numbers)
    return [records[number] for number in numbers]
