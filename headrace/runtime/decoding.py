"""From a job's records to events and dead letters: many at once where that is safe, else singly."""

from collections.abc import Iterable, Sequence

from headrace.catalog import Topic
from headrace.clock import Clock
from headrace.errors import UnknownSchemaError
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.events import EventList, MixedEvents
from headrace.runtime.framing import Framed, Framing
from headrace.runtime.job import Job
from headrace.runtime.policy import Bury, StageStoppedError, Stop, decide
from headrace.runtime.reading_time import ReadingTime
from headrace.runtime.records import Record, StageEvent
from headrace.runtime.stage import Stage
from headrace.runtime.work import Work

FEW_RECORDS = 100
"""Fewer records of one schema than this go through the row path: a frame takes 5 ms."""


class HeldError(Exception):
    """Decoding cannot go on now; the cause says why."""


class Decoding:
    """Decodes jobs. Called from several writer threads at once."""

    def __init__(self, stage: Stage, clock: Clock, *, few: int = FEW_RECORDS) -> None:
        self._stage = stage
        self._clock = clock
        self._time = ReadingTime(stage, clock)
        self._framing = Framing(stage, self._time, few)

    def work(self, job: Job) -> Work:
        """Raises HeldError, and what stops the stage."""
        [decoded] = self.works([job])
        if isinstance(decoded, HeldError):
            raise decoded
        return decoded

    def works(self, jobs: Sequence[Job]) -> list[Work | HeldError]:
        """For each job, in their order; raises what stops the stage. Their partitions differ."""
        framed = self._framing.framed(jobs)
        return [self._work(job, its) for job, its in zip(jobs, framed, strict=True)]

    def _work(self, job: Job, framed: Framed) -> Work | HeldError:
        singles = _Singles(self._stage, self._clock, self._time, job)
        try:
            rows = singles.decode(framed.rest)
        except HeldError as held:
            return held
        events = MixedEvents([*framed.frames, EventList(rows)])
        if len(events) + len(singles.letters) != len(job.records):
            # The ledger would count what is not there.
            raise StageStoppedError(f"{job.tp}: {len(job.records)} records, {len(events)} events")
        return Work(job, events, singles.letters)


class _Singles:
    """The row path over some records of one job."""

    def __init__(self, stage: Stage, clock: Clock, time: ReadingTime, job: Job) -> None:
        self.letters: list[DeadLetter] = []
        self._stage, self._clock, self._time, self._job = stage, clock, time, job
        self._topic: Topic = stage.topics[job.tp.topic]

    def decode(self, records: Iterable[Record]) -> list[StageEvent]:
        events = []
        waiting: BaseException | None = None
        for record in records:
            try:
                events.append(self._event(record))
            except Exception as error:  # noqa: BLE001 - any error of a decoder is the record's
                letter = self._letter(record, error)
                if letter is None:
                    waiting = error
                    if not isinstance(error, UnknownSchemaError):
                        break
                else:
                    self.letters.append(letter)
        if waiting is not None:
            raise HeldError from waiting
        return events

    def _event(self, record: Record) -> StageEvent:
        now = self._time.at(self._topic.name, record.timestamp)
        decoded = self._stage.decoder.decode(record.value, topic=self._topic, now=now)
        return StageEvent(
            self._job.tp, record.offset, decoded.schema_id, decoded.event, decoded.payload_json
        )

    def _letter(self, record: Record, error: Exception) -> DeadLetter | None:
        """The dead letter that a record's error makes of it; None while it must wait."""
        tp, policy = self._job.tp, self._stage.policy
        if isinstance(error, UnknownSchemaError) and self._out_of_patience():
            return DeadLetter.of(tp, record, "poison", "unknown_schema", str(error))
        # Decoding has no effects, so an unexpected error there gets no second attempt.
        decision = decide(error, policy.unexpected_attempts, policy)
        if isinstance(decision, Stop):
            raise error
        if isinstance(decision, Bury):
            text = f"{type(error).__name__}: {error}"
            return DeadLetter.of(tp, record, decision.error_class, decision.reason, text)
        return None

    def _out_of_patience(self) -> bool:
        since = self._job.unknown_since
        grace = self._stage.policy.unknown_schema_grace
        return since is not None and self._clock.monotonic() - since >= grace
