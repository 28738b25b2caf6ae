"""The stage suite on the log and the ledger in memory, and what only they can show."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from headrace.clock import SystemClock
from headrace.runtime import (
    ClaimRequest,
    Counts,
    DeadLetter,
    Engine,
    EngineLimits,
    FailurePolicy,
    LedgerRow,
    MemoryLedger,
    MemoryLog,
    MemorySource,
    TopicPartition,
    TopicRecreatedError,
)
from headrace.runtime.claiming import OffsetOutOfRangeError
from tests.runtime.stages import QUICK, TextDecoder, TextHandler, text_stage, until
from tests.runtime.suite import StageSuite, settled, texts

TOPICS = ("first", "second")


class MemoryBench:
    def __init__(self) -> None:
        self.log = MemoryLog()
        for topic in TOPICS:
            self.log.create(topic, 2)
        self.ledger = MemoryLedger("texts")
        self.decoder = TextDecoder()
        self.handler = TextHandler(
            lambda effects, event: effects.append((*event.tp, event.offset, event.event.source))
        )

    async def produce(self, topic: str, partition: int, *values: str | None) -> None:
        for value in values:
            self.log.append(topic, partition, None if value is None else value.encode())

    @asynccontextmanager
    async def worker(
        self, policy: FailurePolicy = QUICK, budget_bytes: int = 1 << 20
    ) -> AsyncIterator[Engine]:
        engine, source = self._engine(policy, budget_bytes)
        await engine.start(source)
        yield engine
        await engine.stop()

    @asynccontextmanager
    async def crashing_worker(self) -> AsyncIterator[Engine]:
        engine, source = self._engine(QUICK, 1 << 20)
        await engine.start(source)
        yield engine
        source.crash()
        self.log.forget(source)

    def _engine(self, policy: FailurePolicy, budget_bytes: int) -> tuple[Engine, MemorySource]:
        stage = text_stage(TOPICS, "texts", self.decoder, self.handler, policy)
        limits = EngineLimits(budget_bytes=budget_bytes, commit_seconds=0.05)
        engine = Engine(stage, self.ledger, clock=SystemClock(), limits=limits)
        return engine, MemorySource(self.log)

    def applied(self) -> Sequence[tuple[str, int, int, str]]:
        return self.ledger.effects

    def letters(self) -> Sequence[DeadLetter]:
        return self.ledger.letters

    def rows(self) -> Sequence[LedgerRow]:
        return self.ledger.rows()


@pytest.fixture
async def bench() -> MemoryBench:
    return MemoryBench()


class TestMemoryLog(StageSuite):
    pass


async def test_offsets_without_records_count_as_skipped(bench: MemoryBench) -> None:
    await bench.produce("first", 0, "a")
    bench.log.leave_hole("first", 0, 5)
    await bench.produce("first", 0, "b")
    async with bench.worker():
        await until(lambda: settled(bench, 7))
    row = next(row for row in bench.rows() if row.tp == TopicPartition("first", 0))
    assert row.counts == Counts(applied=2, skipped=5)


async def test_a_topic_made_again_stops_the_stage_with_a_remedy(bench: MemoryBench) -> None:
    await bench.produce("first", 0, "a")
    async with bench.worker():
        await until(lambda: settled(bench, 1))
    bench.log.create("first", 2)
    async with bench.worker() as engine:
        with pytest.raises(TopicRecreatedError, match="headrace ledger restart texts first"):
            await asyncio.wait_for(engine.failure(), 10)


async def test_records_that_retention_took_stop_the_stage_with_a_remedy(
    bench: MemoryBench,
) -> None:
    await bench.produce("first", 0, "a")
    async with bench.worker():
        await until(lambda: settled(bench, 1))
    await bench.produce("first", 0, "b", "c", "d")
    bench.log.expire("first", 0, before=3)
    async with bench.worker() as engine:
        with pytest.raises(OffsetOutOfRangeError, match="2 records from offset 1 left the log"):
            await asyncio.wait_for(engine.failure(), 10)
    assert texts(bench) == ["a"]


async def test_a_ledger_ahead_of_the_log_stops_the_stage(bench: MemoryBench) -> None:
    facts = bench.log.facts(TopicPartition("first", 0))
    bench.ledger.claim([ClaimRequest(TopicPartition("first", 0), facts.topic_id, 99)])
    async with bench.worker() as engine:
        with pytest.raises(OffsetOutOfRangeError, match="the log ends at 0"):
            await asyncio.wait_for(engine.failure(), 10)


async def test_an_unreachable_log_delays_the_claim(bench: MemoryBench) -> None:
    bench.log.reachable = False
    await bench.produce("first", 0, "a")
    joining = asyncio.create_task(_land_one(bench))
    await until(lambda: joining.done() or bool(asyncio.all_tasks()))
    bench.log.reachable = True
    await joining


async def _land_one(bench: MemoryBench) -> None:
    async with bench.worker():
        await until(lambda: settled(bench, 1))


async def test_a_zombie_is_fenced_by_the_next_claim(bench: MemoryBench) -> None:
    """A worker that still writes after another claimed its partitions changes nothing."""
    async with bench.worker() as zombie:
        await until(lambda: len(bench.rows()) == 4)
        bench.ledger.claim(
            [ClaimRequest(row.tp, row.topic_id, row.next_offset) for row in bench.rows()]
        )
        await bench.produce("first", 0, *(f"{n}" for n in range(10)))
        await until(lambda: settled(bench, 10))  # it claims again, since Kafka still says it may
        assert zombie.counts.applied == 10
    assert texts(bench) == [f"{n}" for n in range(10)]
    assert max(row.epoch for row in bench.rows()) > 2


async def test_kafka_is_told_the_offsets_of_the_ledger(bench: MemoryBench) -> None:
    engine, source = bench._engine(QUICK, 1 << 20)
    await engine.start(source)
    await bench.produce("first", 0, "a", "b")
    await until(lambda: source.committed.get(TopicPartition("first", 0)) == 2)
    await engine.stop()
