"""The stage suite on the log and the ledger in memory, and what only they can show."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from unittest.mock import patch

import pytest

from headrace.clock import SystemClock
from headrace.errors import ConfigurationError, OutageError
from headrace.runtime import (
    ClaimRequest,
    Counts,
    DeadLetter,
    DeadLetterLimit,
    Due,
    Engine,
    EngineLimits,
    FailurePolicy,
    LedgerRow,
    MemoryLedger,
    MemoryLog,
    MemorySource,
    Move,
    Outlook,
    Parked,
    TopicPartition,
    TopicRecreatedError,
)
from headrace.runtime.claiming import OffsetOutOfRangeError
from headrace.runtime.fates import Done, Refused, Visited
from headrace.runtime.job import Job
from headrace.runtime.memory_ledger import MemoryTransaction
from headrace.runtime.memory_parking import MemoryParking
from headrace.runtime.worker import running
from headrace.runtime.writer import Writer
from tests.runtime.stages import (
    QUICK,
    QUICK_PARKING,
    TextDecoder,
    TextHandler,
    key_of_text,
    text_stage,
    until,
)
from tests.runtime.suite import StageSuite, accounted_for, settled, texts

TOPICS = ("first", "second")


class MemoryBench:
    def __init__(self) -> None:
        self.log = MemoryLog()
        for topic in TOPICS:
            self.log.create(topic, 2)
        self.ledger: MemoryLedger = MemoryLedger("texts")
        self.decoder = TextDecoder()
        self.handler = TextHandler(
            lambda effects, event: effects.append((*event.tp, event.offset, event.event.source))
        )

    async def produce(self, topic: str, partition: int, *values: str | None) -> None:
        for value in values:
            encoded = None if value is None else value.encode()
            self.log.append(topic, partition, encoded, key_of_text(value) or None)

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
        limits = EngineLimits(budget_bytes=budget_bytes, look_seconds=0.05)
        engine = Engine(stage, self.ledger, clock=SystemClock(), limits=limits)
        return engine, MemorySource(self.log)

    def applied(self) -> Sequence[tuple[str, int, int, str]]:
        return self.ledger.effects

    def letters(self) -> Sequence[DeadLetter]:
        return self.ledger.letters

    def rows(self) -> Sequence[LedgerRow]:
        return self.ledger.rows()

    def parked(self) -> Sequence[TopicPartition]:
        return [record.tp for record in self.ledger.parked]


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


async def test_a_commit_whose_answer_was_lost_is_noticed_and_the_lane_goes_on(
    bench: MemoryBench,
) -> None:
    """The ledger is ahead of the lane: what it says is applied is not applied again."""
    bench.ledger = ForgetfulLedger("texts")
    for start in range(0, 3000, 500):
        await bench.produce("first", 0, *("x" * 1000 + f"{start + n}" for n in range(500)))
    async with bench.worker(budget_bytes=200_000) as engine:
        await until(lambda: settled(bench, 3000))
        await until(lambda: engine.budget.used == 0)
    assert len(set(texts(bench))) == len(texts(bench)) == 3000
    assert isinstance(bench.ledger, ForgetfulLedger)
    assert bench.ledger.forgotten == 3


class ForgetfulLedger(MemoryLedger):
    """Commits, and then loses the answer, three times."""

    forgotten = 0

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        with super().transaction() as transaction:
            yield transaction
        if self.forgotten < 3:
            self.forgotten += 1
            raise OutageError("the connection broke at COMMIT")


async def test_what_a_lost_commit_parked_is_visited_all_the_same(bench: MemoryBench) -> None:
    bench.ledger = ForgetfulLedger("texts")
    bench.handler.troubled.add("late")
    await bench.produce("first", 0, "ada:late", "bob:1")
    async with bench.worker(replace(QUICK, parking=replace(QUICK_PARKING, attempts=1000))):
        await until(lambda: texts(bench) == ["bob:1"])
        bench.handler.troubled.clear()
        await until(lambda: texts(bench) == ["bob:1", "ada:late"])
    accounted_for(bench)


async def test_a_zombies_visit_of_parked_records_is_fenced(bench: MemoryBench) -> None:
    """It looked at what is due, froze, and another worker took the partition over."""
    bench.handler.troubled.add("late")
    await bench.produce("first", 0, "ada:late")
    async with bench.worker(replace(QUICK, parking=replace(QUICK_PARKING, attempts=1000))):
        await until(lambda: bool(bench.parked()))
    bench.handler.troubled.clear()
    tp = TopicPartition("first", 0)
    row = next(row for row in bench.rows() if row.tp == tp)
    bench.ledger.claim([ClaimRequest(tp, row.topic_id, 0)])
    stage = text_stage(TOPICS, "texts", bench.decoder, bench.handler, QUICK)
    zombie = Writer(stage, bench.ledger, SystemClock())
    await until(lambda: bool(bench.ledger.parking.due(tp, 1)))
    fate = zombie.visit(Job(tp, row.next_offset, row.next_offset, row.epoch, ()))
    assert isinstance(fate, Refused)
    assert texts(bench) == []
    assert len(bench.parked()) == 1


async def test_a_visit_tries_no_more_than_a_transaction_takes(bench: MemoryBench) -> None:
    """However many are due: a transaction that ran out of time would be tried for ever."""
    tp = TopicPartition("first", 0)
    claim = bench.ledger.claim([ClaimRequest(tp, "id", 0)])[tp]
    parked = [Parked(tp, at, 0, None, b"fine", (), 1, "why", "") for at in range(250)]
    with bench.ledger.transaction() as tx:
        tx.advance([Move(tp, 0, 250, claim.epoch)])
        bench.ledger.parking.park(tx, [Due(each) for each in parked])
        tx.correct(tp, Counts(parked=250))
    writer = Writer(
        text_stage(TOPICS, "texts", bench.decoder, bench.handler), bench.ledger, SystemClock()
    )
    fates = [writer.visit(Job(tp, 250, 250, claim.epoch, ())) for _ in range(3)]
    assert [fate.counts.applied for fate in fates if isinstance(fate, Visited)] == [100, 100, 50]
    assert not bench.parked()
    accounted_for(bench)


async def test_a_transaction_finds_so_many_refused_events_and_no_more(bench: MemoryBench) -> None:
    """One that ran out of time over thousands of them would be tried for ever."""
    tp = TopicPartition("first", 0)
    claim = bench.ledger.claim([ClaimRequest(tp, "id", 0)])[tp]
    await bench.produce("first", 0, *("refuse" if at % 3 else "fine" for at in range(80)))
    writer = Writer(
        text_stage(TOPICS, "texts", bench.decoder, bench.handler), bench.ledger, SystemClock()
    )
    start, dead = 0, []
    while start < 80:
        records = bench.log.read(tp, start, 80)
        with patch("headrace.runtime.isolating.MOST_REFUSED", 20):
            fate = writer.process([Job(tp, start, 80, claim.epoch, records)])[tp]
        assert isinstance(fate, Done)
        start = fate.end
        dead.append(fate.counts.dead)
    assert dead == [20, 20, 13]
    assert len(texts(bench)) == 27
    accounted_for(bench)


class NeverThrough(MemoryParking):
    """Something is always due, and to find out what takes longer than the pause between visits."""

    def due(self, tp: TopicPartition, size: int) -> Sequence[Parked]:
        threading.Event().wait(0.03)
        return ()

    def outlook(self, tp: TopicPartition) -> Outlook:
        return Outlook(1)


async def test_visits_do_not_keep_writes_waiting(bench: MemoryBench) -> None:
    """More partitions with something due than writers."""
    bench.ledger.parking = NeverThrough({}, threading.RLock(), SystemClock())
    tps = [TopicPartition(topic, partition) for topic in TOPICS for partition in (0, 1)]
    limits = EngineLimits(writers=1, look_seconds=0.05)
    stage = text_stage(TOPICS, "texts", bench.decoder, bench.handler)
    engine = Engine(stage, bench.ledger, clock=SystemClock(), limits=limits)
    await engine.start(MemorySource(bench.log))
    await until(lambda: engine.owned == set(tps))
    for lane in engine._owned.lanes.values():
        lane.parked = 1
    for topic, partition in tps:
        await bench.produce(topic, partition, f"{topic} {partition}")
    await until(lambda: len(texts(bench)) == 4, within=5.0)
    await engine.stop()


async def test_a_rebalance_while_a_lane_is_paused_does_not_leave_it_paused(
    bench: MemoryBench,
) -> None:
    bench.handler.available.clear()
    await bench.produce("first", 0, *("x" * 1000 for _ in range(3000)))
    async with bench.worker(budget_bytes=200_000) as engine:
        await until(lambda: engine.budget.used >= 50_000)
        async with bench.worker():
            bench.handler.available.set()
            await until(lambda: settled(bench, 3000))


async def test_an_engine_is_behind_until_what_was_held_back_is_applied(bench: MemoryBench) -> None:
    bench.handler.available.clear()
    await bench.produce("first", 0, *("x" * 1000 for _ in range(3000)))
    async with bench.worker(budget_bytes=200_000) as engine:
        await until(lambda: engine.behind)
        bench.handler.available.set()
        await until(lambda: settled(bench, 3000))
        await until(lambda: not engine.behind)


async def test_many_unknown_schemas_are_all_buried_after_one_grace(bench: MemoryBench) -> None:
    for partition in (0, 1):
        await bench.produce(
            "first", partition, *(f"schema {partition * 6000 + n}" for n in range(6000))
        )
    policy = FailurePolicy(0.01, 0.05, 0, 0.3, DeadLetterLimit(100_000))
    async with bench.worker(policy):
        await until(lambda: settled(bench, 12_000))
    assert len(bench.letters()) == 12_000


async def test_a_topic_that_kafka_does_not_describe_yet_does_not_hold_up_the_others(
    bench: MemoryBench,
) -> None:
    await bench.produce("first", 0, "a")
    await bench.produce("second", 0, "b")
    bench.log.undescribed.add("second")
    async with bench.worker():
        await until(lambda: texts(bench) == ["a"])
        bench.log.undescribed.clear()
        await until(lambda: texts(bench) == ["a", "b"])


async def test_a_setting_that_is_wrong_stops_the_stage_instead_of_waiting(
    bench: MemoryBench,
) -> None:
    await bench.produce("first", 0, "misconfigured")
    async with bench.worker() as engine:
        with pytest.raises(ConfigurationError):
            await asyncio.wait_for(engine.failure(), 10)
    assert not bench.letters()


async def test_a_companion_that_breaks_stops_the_stage(bench: MemoryBench) -> None:
    async def breaks() -> None:
        raise ZeroDivisionError

    engine, source = bench._engine(QUICK, 1 << 20)
    async with running(engine, source, [breaks]):
        with pytest.raises(ZeroDivisionError):
            await asyncio.wait_for(engine.failure(), 10)
