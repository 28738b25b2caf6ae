"""From a job's records to events and dead letters: many at once where that is safe, else singly."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import numpy as np
import polars as pl

from headrace.catalog import Topic
from headrace.clock import Clock
from headrace.codec.wire import HEADER_SIZE, MAX_SCHEMA_ID
from headrace.errors import HeadraceError, UnknownSchemaError
from headrace.runtime.columns import Ints, RecordColumns
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.events import EventFrame, EventList, MixedEvents
from headrace.runtime.job import Job
from headrace.runtime.policy import Bury, StageStoppedError, Stop, decide
from headrace.runtime.records import Record, StageEvent, TopicPartition
from headrace.runtime.stage import Stage
from headrace.runtime.work import Work

FEW_RECORDS = 100
"""Fewer records of one schema than this go through the row path: a frame takes 5 ms."""

_LATEST = 253_402_214_400_000
"""9999-12-31 in milliseconds: Python's calendar ends there."""


class HeldError(Exception):
    """Decoding cannot go on now; the cause says why."""


class Decoding:
    """Decodes jobs. Called from several writer threads at once."""

    def __init__(self, stage: Stage, clock: Clock, *, few: int = FEW_RECORDS) -> None:
        self._stage = stage
        self._clock = clock
        self._time = _Time(stage, clock)
        self._few = few

    def work(self, job: Job) -> Work:
        """Raises HeldError, and what stops the stage."""
        frames, rest = self._columns(job)
        singles = _Singles(self._stage, self._clock, self._time, job)
        rows = singles.decode(rest)
        events = MixedEvents([*frames, EventList(rows)])
        if len(events) + len(singles.letters) != len(job.records):
            # The ledger would count what is not there.
            raise StageStoppedError(f"{job.tp}: {len(job.records)} records, {len(events)} events")
        return Work(job, events, singles.letters)

    def _columns(self, job: Job) -> tuple[list[EventFrame], Iterable[Record]]:
        """Frames, and the records that are in none of them."""
        columnar, records = self._stage.columnar, job.records
        if columnar is None or not isinstance(records, RecordColumns):
            return [], records
        frames, done = [], np.zeros(len(records), bool)
        for schema_id, found in _by_schema(records, self._few):
            frame, numbers = self._frame(job.tp, schema_id, records, found)
            if frame is not None:
                frames.append(frame)
                done[numbers] = True
        return frames, [records[int(number)] for number in np.flatnonzero(~done)]

    def _frame(
        self,
        tp: TopicPartition,
        schema_id: int,
        records: RecordColumns,
        found: Ints,
    ) -> tuple[EventFrame | None, Ints]:
        columnar = self._stage.columnar
        assert columnar is not None  # noqa: S101 - the caller asked
        bodies = _bodies(records, found)
        try:
            decoded = columnar.decode(
                schema_id,
                bodies,
                event_types=self._stage.topics[tp.topic].event_types,
                now=self._time.at(tp.topic, int(records.timestamps[found].min())),
            )
        except HeadraceError:
            return None, found  # an unknown schema, an outage: the row path waits as it should
        numbers = found[decoded.numbers]
        if not len(numbers):
            return None, numbers
        place = decoded.frame.with_columns(
            pl.lit(tp.topic).alias("topic"),
            pl.lit(tp.partition, pl.Int32).alias("partition"),
            pl.Series("record_offset", records.offsets[numbers]),
            pl.lit(schema_id, pl.Int32).alias("schema_id"),
        )
        return EventFrame(tp, place), numbers


class _Time:
    """What time it is when a record is read. A broker's clock is believed where it is ahead of this
    machine's: with a clock that fell back every event would be too far ahead, and be buried.
    """

    def __init__(self, stage: Stage, clock: Clock) -> None:
        self._clock = clock
        self._stamped = {
            name
            for name, topic in stage.topics.items()
            if topic.config.get("message.timestamp.type") == "LogAppendTime"
        }

    def at(self, topic: str, appended: int) -> datetime:
        """`appended`: the record's timestamp in milliseconds; a producer's own proves nothing."""
        now = self._clock.now()
        if topic in self._stamped and appended > now.timestamp() * 1000:
            return datetime.fromtimestamp(min(appended, _LATEST) / 1000, UTC)
        return now


def _by_schema(records: RecordColumns, few: int) -> Iterator[tuple[int, Ints]]:
    """The numbers of the records of each schema that has enough of them."""
    whole = np.flatnonzero(records.value_size >= HEADER_SIZE)
    data = np.frombuffer(records.buffer, np.uint8)
    headers = data[records.value_at[whole][:, None] + np.arange(HEADER_SIZE)].astype(np.int64)
    magic, ids = headers[:, 0], headers[:, 1:] @ np.array([1 << 24, 1 << 16, 1 << 8, 1])
    sound = (magic == 0) & (ids <= MAX_SCHEMA_ID)
    for schema_id, count in zip(*np.unique(ids[sound], return_counts=True), strict=True):
        if count >= few:
            yield int(schema_id), whole[sound & (ids == schema_id)]


def _bodies(records: RecordColumns, numbers: Ints) -> list[bytes]:
    buffer = records.buffer
    starts = records.value_at[numbers]
    ends = starts + records.value_size[numbers]
    places = zip((starts + HEADER_SIZE).tolist(), ends.tolist(), strict=True)
    return [buffer[start:end] for start, end in places]


class _Singles:
    """The row path over some records of one job."""

    def __init__(self, stage: Stage, clock: Clock, time: _Time, job: Job) -> None:
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
