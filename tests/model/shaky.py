"""Ledger, parking, handler and source on which any statement, and any await, may go wrong."""

import asyncio
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from headrace.errors import OutageError
from headrace.runtime import (
    Claim,
    ClaimRequest,
    Counts,
    DeadLetter,
    Due,
    LedgerRow,
    MemoryLedger,
    MemoryLog,
    MemorySource,
    Move,
    Outlook,
    Parked,
    Parking,
    TopicPartition,
)
from headrace.runtime.memory_ledger import MemoryTransaction
from headrace.runtime.records import Batch, PartitionFacts, Position
from headrace.runtime.source import Sink
from tests.model.loop import Died, Process, SimulatedLoop, State

Places = set[tuple[TopicPartition, int]]


@dataclass
class Faults:
    """Chances of a fault at each statement and await; `away` names the servers that are down."""

    chance: random.Random
    outage: float = 0.0
    death: float = 0.0
    lost_batch: float = 0.0
    away: frozenset[str] = frozenset()

    def at(self, server: str, process: Process) -> None:
        """Called before and after each statement."""
        if server in self.away:
            raise OutageError(f"the {server} is away")
        if self.chance.random() < self.death:
            process.state = State.DEAD
            raise Died
        if self.chance.random() < self.outage:
            raise OutageError(f"the {server} did not answer")


class ShakyTransaction:
    """A transaction in which each statement may be the last."""

    def __init__(self, inner: MemoryTransaction, at: "Statement") -> None:
        self.inner, self._at = inner, at

    @property
    def effects(self) -> Any:
        return self.inner.effects, self._at

    def advance(self, moves: Sequence[Move]) -> Mapping[TopicPartition, int]:
        with self._at():
            return self.inner.advance(moves)

    def correct(self, tp: TopicPartition, counts: Counts) -> None:
        with self._at():
            self.inner.correct(tp, counts)

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        with self._at():
            self.inner.bury(letters)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with self._at(), self.inner.savepoint():
            yield


class Statement:
    """Something that one process asks a server for."""

    def __init__(self, loop: SimulatedLoop, faults: Faults, server: str, process: Process) -> None:
        self._loop, self._faults, self._server, self._process = loop, faults, server, process

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """It may fail before it is done, or be done and its answer lost."""
        self._faults.at(self._server, self._process)
        yield
        self._faults.at(self._server, self._process)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """The same outside a transaction: others may come before it, and after it."""
        self._loop.pause()
        with self():
            yield
        self._loop.pause()


class ShakyParking:
    """`ever` gathers what any transaction tried to park; `visits` counts who asks what is due."""

    def __init__(self, inner: Parking, at: Statement, ever: Places) -> None:
        self._inner, self._at, self._ever = inner, at, ever
        self.visits = 0

    def keys(self, tx: ShakyTransaction, tp: TopicPartition) -> frozenset[bytes]:
        with self._at():
            return self._inner.keys(tx.inner, tp)

    def park(self, tx: ShakyTransaction, records: Sequence[Due]) -> None:
        self._ever.update((due.record.tp, due.record.offset) for due in records)
        with self._at():
            self._inner.park(tx.inner, records)

    def unpark(self, tx: ShakyTransaction, tp: TopicPartition, offsets: Sequence[int]) -> None:
        with self._at():
            self._inner.unpark(tx.inner, tp, offsets)

    def due(self, tp: TopicPartition, size: int) -> Sequence[Parked]:
        self.visits += 1
        with self._at.alone():
            return self._inner.due(tp, size)

    def outlook(self, tp: TopicPartition) -> Outlook:
        with self._at.alone():
            return self._inner.outlook(tp)


class ShakyLedger:
    """One worker's way to the ledger that all share."""

    def __init__(self, inner: MemoryLedger, at: Statement, ever: Places) -> None:
        self.group = inner.group
        self.parking = ShakyParking(inner.parking, at, ever)
        self._inner, self._at = inner, at

    def check(self) -> None:
        with self._at.alone():
            return

    def begin(self, requests: Sequence[ClaimRequest]) -> None:
        with self._at.alone():
            self._inner.begin(requests)

    def claim(self, requests: Sequence[ClaimRequest]) -> dict[TopicPartition, Claim]:
        with self._at.alone():
            return self._inner.claim(requests)

    def transaction(self) -> AbstractContextManager[ShakyTransaction]:
        return self._transaction()

    @contextmanager
    def _transaction(self) -> Iterator[ShakyTransaction]:
        with (
            self._at.alone(),
            self._inner.transaction() as inner,
        ):  # BEGIN; COMMIT with its answer lost
            yield ShakyTransaction(inner, self._at)
            with self._at():  # what fails before COMMIT is undone
                pass

    def rows(self) -> list[LedgerRow]:
        return self._inner.rows()


class ShakySource(MemorySource):
    """Answers late, or not at all, and loses batches on their way."""

    def __init__(
        self, log: MemoryLog, loop: SimulatedLoop, faults: Faults, process: Process
    ) -> None:
        super().__init__(log, fetch_records=4, idle_seconds=1.0)
        self._loop, self._faults, self._process = loop, faults, process

    async def start(self, sink: Sink) -> None:
        offer = sink.offer

        def lossy(batch: Batch) -> None:
            if self._faults.chance.random() < self._faults.lost_batch:
                batch.release()
            else:
                offer(batch)

        sink.offer = lossy  # type: ignore[method-assign]
        await super().start(sink)

    async def facts(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, PartitionFacts]:
        await self._breath()
        return await super().facts(tps)

    async def partitions(self, topics: Iterable[str]) -> Sequence[TopicPartition]:
        await self._breath()
        return await super().partitions(topics)

    async def seek(self, positions: Mapping[TopicPartition, Position]) -> None:
        await asyncio.sleep(self._loop.delay())
        await super().seek(positions)

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await asyncio.sleep(self._loop.delay())
        await super().commit(offsets)

    async def _breath(self) -> None:
        await asyncio.sleep(self._loop.delay())
        try:
            self._faults.at("log", self._process)
        except Died:
            await asyncio.get_running_loop().create_future()  # nothing of this process comes back
