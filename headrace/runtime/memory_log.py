"""A log in memory with topics, partitions and one consumer group: the real one's stand-in.

What a handler does can be tested without servers, and what the engine promises is checked on this
log and on Kafka by one and the same suite.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass, field

from headrace.errors import OutageError
from headrace.runtime.claiming import OffsetOutOfRangeError
from headrace.runtime.records import Batch, PartitionFacts, Position, TopicPartition
from headrace.runtime.source import Sink


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """A record in memory; `timestamp` in milliseconds."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()


@dataclass(slots=True)
class _Partition:
    topic_id: str
    records: list[MemoryRecord] = field(default_factory=list)
    beginning: int = 0
    end: int = 0

    def from_offset(self, offset: int, limit: int) -> list[MemoryRecord]:
        return list(itertools.islice((r for r in self.records if r.offset >= offset), limit))


class MemoryLog:
    """Topics with their partitions, and the members of one group. Belongs to one event loop."""

    def __init__(self) -> None:
        self.reachable = True
        self.undescribed: set[str] = set()
        self._partitions: dict[TopicPartition, _Partition] = {}
        self._members: list[MemorySource] = []
        self._ids = itertools.count(1)
        self._changed = asyncio.Event()

    def create(self, topic: str, partitions: int) -> None:
        topic_id = f"topic-{next(self._ids)}"
        for number in range(partitions):
            self._partitions[TopicPartition(topic, number)] = _Partition(topic_id)

    def append(
        self,
        topic: str,
        partition: int,
        value: bytes | None,
        key: bytes | None = None,
        headers: Sequence[tuple[str, bytes | None]] = (),
    ) -> int:
        """The offset that the record got."""
        held = self._partitions[TopicPartition(topic, partition)]
        held.records.append(MemoryRecord(held.end, 1_700_000_000_000, key, value, headers))
        held.end += 1
        self._notify()
        return held.end - 1

    def leave_hole(self, topic: str, partition: int, offsets: int) -> None:
        """Offsets without records, as compaction and transaction markers leave them."""
        self._partitions[TopicPartition(topic, partition)].end += offsets

    def expire(self, topic: str, partition: int, before: int) -> None:
        """Retention: the log begins at `before` from now on."""
        held = self._partitions[TopicPartition(topic, partition)]
        held.beginning = before
        held.records = [record for record in held.records if record.offset >= before]

    def facts(self, tp: TopicPartition) -> PartitionFacts:
        if not self.reachable:
            raise OutageError("the log in memory is set unreachable")
        held = self._partitions[tp]
        return PartitionFacts(held.topic_id, held.beginning, held.end)

    def partitions_of(self, topics: Iterable[str]) -> list[TopicPartition]:
        wanted = set(topics)
        return sorted(tp for tp in self._partitions if tp.topic in wanted)

    def read(self, tp: TopicPartition, offset: int, limit: int) -> list[MemoryRecord]:
        held = self._partitions[tp]
        if not held.beginning <= offset <= held.end:
            raise OffsetOutOfRangeError(f"{tp}: offset {offset} is not in the log")
        return held.from_offset(offset, limit) if self.reachable else []

    @property
    def members(self) -> Sequence["MemorySource"]:
        return tuple(self._members)

    def assignments(self) -> dict["MemorySource", list[TopicPartition]]:
        """Round robin over the members, in key order."""
        shared: dict[MemorySource, list[TopicPartition]] = defaultdict(list)
        for number, tp in enumerate(sorted(self._partitions)):
            shared[self._members[number % len(self._members)]].append(tp)
        return shared

    def join(self, member: "MemorySource") -> None:
        self._members.append(member)
        self.rebalance()

    def leave(self, member: "MemorySource") -> None:
        if member in self._members:
            self._members.remove(member)
            self.rebalance()

    def forget(self, member: "MemorySource") -> None:
        """A member that died: the others get its partitions at the next rebalance."""
        self._members.remove(member)

    def rebalance(self) -> None:
        """Eager: everybody loses everything, then claims what is theirs now, at their own pace."""
        shared = self.assignments() if self._members else {}
        for member in self._members:
            member.assign(shared.get(member, []))

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def changed(self, within: float) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), within)
        except TimeoutError:
            return


class MemorySource:
    """A group member on a `MemoryLog`."""

    def __init__(
        self, log: MemoryLog, *, fetch_records: int = 500, idle_seconds: float = 0.01
    ) -> None:
        self._log = log
        self._fetch_records = fetch_records
        self._idle_seconds = idle_seconds
        self._assigned: set[asyncio.Task[None]] = set()
        self._next: dict[TopicPartition, Position] = {}
        self._paused: set[TopicPartition] = set()
        self.committed: dict[TopicPartition, int] = {}
        self._reader: asyncio.Task[None] | None = None

    async def start(self, sink: Sink) -> None:
        self._sink = sink
        self._context = copy_context()
        self._reader = asyncio.create_task(self._read())
        self._log.join(self)

    async def stop(self) -> None:
        self.crash()
        self._log.leave(self)

    def crash(self) -> None:
        """Read no more, and say nothing to the group: a frozen process."""
        if self._reader is not None:
            self._reader.cancel()

    def assign(self, tps: Iterable[TopicPartition]) -> None:
        """Whatever other member caused the rebalance: what follows is this member's own doing."""
        task = asyncio.get_running_loop().create_task(self._take(tps), context=self._context)
        self._assigned.add(task)
        task.add_done_callback(self._assigned.discard)

    async def _take(self, tps: Iterable[TopicPartition]) -> None:
        self._next.clear()
        self._sink.revoke()
        await self.seek(await self._sink.claim(tps))

    async def facts(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, PartitionFacts]:
        return {tp: self._log.facts(tp) for tp in tps if tp.topic not in self._log.undescribed}

    async def partitions(self, topics: Iterable[str]) -> Sequence[TopicPartition]:
        return self._log.partitions_of(topics)

    async def seek(self, positions: Mapping[TopicPartition, Position]) -> None:
        self._next.update(positions)
        self._paused -= positions.keys()

    def joined(self) -> bool:
        return self in self._log.members

    def handed_out(self) -> Mapping[TopicPartition, Position]:
        return dict(self._next)

    def pause(self, tp: TopicPartition) -> None:
        self._paused.add(tp)

    def resume(self, tp: TopicPartition) -> None:
        self._paused.discard(tp)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        self.committed.update(offsets)

    async def _read(self) -> None:
        while True:
            await self._sink.budget.wait_for_room()
            fetched = sum(self._fetch(tp) for tp in list(self._next) if tp not in self._paused)
            if not fetched:
                await self._log.changed(within=self._idle_seconds)
            await asyncio.sleep(0)

    def _fetch(self, tp: TopicPartition) -> bool:
        position = self._next[tp]
        try:
            records = self._log.read(tp, position.offset, self._fetch_records)
        except OffsetOutOfRangeError:
            self._next.pop(tp)
            self._sink.doubt([tp])
            return False
        if not records:
            return False
        end = records[-1].offset + 1
        batch = Batch(tp, position.offset, end, records, position.token)
        batch.charge(self._sink.budget)
        self._next[tp] = Position(end, position.token)
        self._sink.offer(batch)
        return True
