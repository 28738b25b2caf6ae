"""Lanes: one queue a partition, order within, overlap between."""

import sys
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from headrace.runtime.columns import RecordColumns
from headrace.runtime.job import Job
from headrace.runtime.records import Batch, Record, TopicPartition


@dataclass(slots=True, eq=False)
class Lane:
    """One owned partition. `expected` is where the next batch must begin; its `parked` records are
    visited at `visit_at`. `applied_ms` is the newest timestamp among those that are through.
    """

    tp: TopicPartition
    epoch: int
    token: int
    expected: int
    durable: int
    queue: deque[Batch] = field(default_factory=deque)
    queued_bytes: int = 0
    busy: bool = False
    paused: bool = False
    reclaiming: bool = False
    attempt: int = 0
    served: int = 0
    unforeseen: int = 0
    unknown_since: float | None = None
    transient_since: float | None = None
    not_before: float = 0.0
    parked: int = 0
    visit_at: float = 0.0
    visit_attempt: int = 0
    applied_ms: int | None = None

    def push(self, batch: Batch) -> None:
        self.queue.append(batch)
        self.queued_bytes += batch.size
        self.expected = batch.end

    def drop_queue(self) -> None:
        """Give up what is queued. Not while a writer has the lane: its job ends it."""
        for batch in self.queue:
            batch.release()
        self.queue.clear()
        self.queued_bytes = 0

    def ready(self, now: float) -> bool:
        return bool(self.queue) and not self.busy and now >= self.not_before

    def due(self, now: float) -> bool:
        """Whether its parked records are to be visited."""
        return self.parked > 0 and not self.busy and not self.reclaiming and now >= self.visit_at

    def next_start(self, now: float) -> float | None:
        """When work on it may start that has to wait until then."""
        if self.busy or self.reclaiming:
            return None
        starts = [self.not_before] if self.queue and self.not_before > now else []
        if self.parked:
            starts.append(self.visit_at)
        return min(starts, default=None)

    def head(self, most: "Most") -> list[Batch]:
        """The batches at the front: one at least, then as many as keep within `most`."""
        taken: list[Batch] = []
        for batch in self.queue:
            if taken and not most.holds(taken, batch):
                break
            taken.append(batch)
        return taken

    def pop_before(self, offset: int) -> None:
        """Give up the batches that end there or before."""
        while self.queue and self.queue[0].end <= offset:
            batch = self.queue.popleft()
            self.queued_bytes -= batch.size
            if batch.records:
                self.applied_ms = max(self.applied_ms or 0, batch.newest_ms)
            batch.release()

    def waiting_since_ms(self) -> int | None:
        """When the first record that is not through got into the log; None if it is not here."""
        for batch in self.queue:
            since = batch.first_ms(self.durable)
            if since is not None:
                return since
        return None


def job_of(lane: Lane, batches: list[Batch]) -> Job:
    """The job that applies these batches; records before the ledger's offset are left out."""
    start = lane.durable
    return Job(
        lane.tp,
        start,
        batches[-1].end,
        lane.epoch,
        _records(batches, start),
        lane.attempt,
        lane.unknown_since,
        lane.unforeseen,
        lane.transient_since,
    )


def visit_of(lane: Lane) -> Job:
    """The job that tries a lane's parked records again: no range, only whose the partition is."""
    return Job(lane.tp, lane.durable, lane.durable, lane.epoch, ())


def _records(batches: list[Batch], start: int) -> Sequence[Record]:
    columns = [batch.records for batch in batches if isinstance(batch.records, RecordColumns)]
    if columns and len(columns) == sum(1 for batch in batches if batch.records):
        return RecordColumns.joined(columns).since(start)
    return [record for batch in batches for record in batch.records if record.offset >= start]


@dataclass(frozen=True, slots=True)
class Most:
    """How much one writer takes at once."""

    records: int
    size: int

    def holds(self, batches: Sequence[Batch], another: Batch) -> bool:
        records, size = _extent([*batches, another])
        return records <= self.records and size <= self.size

    def without(self, batches: Sequence[Batch]) -> "Most":
        records, size = _extent(batches)
        return Most(self.records - records, self.size - size)


def _extent(batches: Sequence[Batch]) -> tuple[int, int]:
    return sum(len(batch.records) for batch in batches), sum(batch.size for batch in batches)


def select(
    free: Iterable[Lane],
    *,
    now: float,
    idle_writers: int,
    most: Most,
    small: int,
    lanes: int = sys.maxsize,
) -> list[tuple[Lane, list[Batch]]]:
    """The lanes, and their batches, that one writer takes now.

    A share of the ready lanes, so that the other idle writers find work too: those first that
    waited longest, and others of their topic, for events of one schema are decoded at once. More of
    them while they hold fewer than `small` records together, never more than `lanes`, nor than
    `most` where it can be helped: a lane gives one batch at least.
    """
    ready = _in_turn([lane for lane in free if lane.ready(now)])
    share = -(-len(ready) // max(idle_writers, 1))
    group: list[tuple[Lane, list[Batch]]] = []
    left = most
    for lane in ready:
        full = left.records <= 0 or left.size <= 0
        enough = len(group) >= share and most.records - left.records >= small
        if group and (full or enough or len(group) >= lanes):
            break
        batches = lane.head(left)
        group.append((lane, batches))
        left = left.without(batches)
    return group


def _in_turn(ready: Sequence[Lane]) -> list[Lane]:
    longest: dict[str, int] = {}
    for lane in ready:
        topic = lane.tp.topic
        longest[topic] = min(lane.served, longest.get(topic, lane.served))
    return sorted(ready, key=lambda it: (longest[it.tp.topic], it.tp.topic, it.served))
