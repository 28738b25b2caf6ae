"""From the records of several jobs to frames of events: those of one schema at once.

A frame takes some milliseconds however few events it has, and where many partitions share a
writer each has few.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import polars as pl

from headrace.codec.columnar import DecodedColumns
from headrace.codec.wire import HEADER_SIZE, MAX_SCHEMA_ID
from headrace.errors import HeadraceError
from headrace.runtime.columns import Ints, RecordColumns
from headrace.runtime.events import EventFrame
from headrace.runtime.job import Job
from headrace.runtime.reading_time import ReadingTime
from headrace.runtime.records import Record, TopicPartition
from headrace.runtime.stage import Stage


@dataclass(frozen=True, slots=True)
class _Share:
    """What a job has of one schema: the numbers of its records, which rise."""

    tp: TopicPartition
    records: RecordColumns
    numbers: Ints


class Framed:
    """What came of one job: its frames, and the records that are in none of them."""

    def __init__(self, job: Job) -> None:
        self.frames: list[EventFrame] = []
        self._records = job.records
        self._done = np.zeros(len(job.records), bool)

    def add(self, frame: EventFrame, numbers: Ints) -> None:
        self.frames.append(frame)
        self._done[numbers] = True

    @property
    def rest(self) -> Iterable[Record]:
        if not self.frames:
            return self._records
        return [self._records[int(number)] for number in np.flatnonzero(~self._done)]


class Framing:
    """Thread-safe. Fewer records of one schema than `few` are left to the row path."""

    def __init__(self, stage: Stage, time: ReadingTime, few: int) -> None:
        self._columnar, self._topics = stage.columnar, stage.topics
        self._time = time
        self._few = few

    def framed(self, jobs: Sequence[Job]) -> list[Framed]:
        """For each job, in their order."""
        framed = [Framed(job) for job in jobs]
        if self._columnar is None:
            return framed
        by_partition = dict(zip((job.tp for job in jobs), framed, strict=True))
        for (schema_id, event_types), shares in self._shares(jobs).items():
            if sum(len(share.numbers) for share in shares) >= self._few:
                for share, frame, numbers in self._frames(schema_id, event_types, shares):
                    by_partition[share.tp].add(EventFrame(share.tp, frame), numbers)
        return framed

    def _shares(self, jobs: Sequence[Job]) -> dict[tuple[int, frozenset[str]], list[_Share]]:
        """By schema; jobs of topics with other event types apart, for those are checked at once."""
        shares = defaultdict(list)
        for job in jobs:
            if isinstance(job.records, RecordColumns):
                event_types = frozenset(self._topics[job.tp.topic].event_types)
                for schema_id, numbers in _by_schema(job.records):
                    shares[schema_id, event_types].append(_Share(job.tp, job.records, numbers))
        return shares

    def _frames(
        self, schema_id: int, event_types: frozenset[str], shares: Sequence[_Share]
    ) -> Iterator[tuple[_Share, pl.DataFrame, Ints]]:
        """Each share's frame, and the numbers of the records in it."""
        assert self._columnar is not None  # noqa: S101 - the caller asked
        bodies = [body for share in shares for body in _bodies(share)]
        try:
            decoded = self._columnar.decode(
                schema_id, bodies, event_types=event_types, now=self._now(shares)
            )
        except HeadraceError:
            return  # an unknown schema, an outage: the row path waits as it should
        yield from _apart(decoded, schema_id, shares)

    def _now(self, shares: Sequence[_Share]) -> datetime:
        """The earliest of their times: who is too far ahead by that alone is judged singly."""
        return min(
            self._time.at(share.tp.topic, int(share.records.timestamps[share.numbers].min()))
            for share in shares
        )


def _apart(
    decoded: DecodedColumns, schema_id: int, shares: Sequence[_Share]
) -> Iterator[tuple[_Share, pl.DataFrame, Ints]]:
    """What was decoded together, share by share."""
    firsts = np.cumsum([0, *(len(share.numbers) for share in shares)])
    cuts = np.searchsorted(decoded.numbers, firsts).tolist()
    numbers = [
        share.numbers[decoded.numbers[begin:end] - first]
        for share, first, begin, end in zip(shares, firsts, cuts, cuts[1:], strict=False)
    ]
    if len(decoded.numbers):
        frame = _placed(decoded.frame, schema_id, shares, numbers)
        for share, its, begin, end in zip(shares, numbers, cuts, cuts[1:], strict=False):
            if end > begin:
                yield share, frame[begin:end], its


def _placed(
    frame: pl.DataFrame, schema_id: int, shares: Sequence[_Share], numbers: Sequence[Ints]
) -> pl.DataFrame:
    """With the place of each event; `numbers` of each share's records, in the frame's order."""
    counts = [len(its) for its in numbers]
    offsets = [share.records.offsets[its] for share, its in zip(shares, numbers, strict=True)]
    partitions = np.array([share.tp.partition for share in shares], np.int32)
    topics = pl.Series("topic", [share.tp.topic for share in shares])
    return frame.with_columns(
        topics.gather(np.repeat(np.arange(len(shares)), counts)),
        pl.Series("partition", np.repeat(partitions, counts)),
        pl.Series("record_offset", np.concatenate(offsets)),
        pl.lit(schema_id, pl.Int32).alias("schema_id"),
    )


def _by_schema(records: RecordColumns) -> Iterator[tuple[int, Ints]]:
    """The numbers of the records of each schema."""
    whole = np.flatnonzero(records.value_size >= HEADER_SIZE)
    data = np.frombuffer(records.buffer, np.uint8)
    headers = data[records.value_at[whole][:, None] + np.arange(HEADER_SIZE)].astype(np.int64)
    magic, ids = headers[:, 0], headers[:, 1:] @ np.array([1 << 24, 1 << 16, 1 << 8, 1])
    sound = (magic == 0) & (ids <= MAX_SCHEMA_ID)
    for schema_id in np.unique(ids[sound]).tolist():
        yield schema_id, whole[sound & (ids == schema_id)]


def _bodies(share: _Share) -> list[bytes]:
    buffer = share.records.buffer
    starts = share.records.value_at[share.numbers]
    ends = starts + share.records.value_size[share.numbers]
    places = zip((starts + HEADER_SIZE).tolist(), ends.tolist(), strict=True)
    return [buffer[start:end] for start, end in places]
