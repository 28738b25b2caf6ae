"""What a stage tells of its lanes, on the log in memory."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager

from headrace.clock import SystemClock
from headrace.errors import OutageError
from headrace.metrics import REGISTRY, Metric
from headrace.metrics import definitions as names
from headrace.runtime import Engine, MemoryLedger, MemoryLog, MemorySource, TopicPartition
from headrace.runtime.records import PartitionFacts
from headrace.runtime.watching import StageWatch
from tests.runtime.stages import TextDecoder, TextHandler, text_stage, until

GROUP = "watched-texts"
FIRST = TopicPartition("first", 0)


class Bench:
    def __init__(self) -> None:
        self.log = MemoryLog()
        self.log.create("first", 1)
        self.written: list[str] = []
        self.handler = TextHandler(lambda _, event: self.written.append(event.event.source))
        stage = text_stage(["first"], GROUP, TextDecoder(), self.handler)
        self.engine = Engine(stage, MemoryLedger(GROUP), clock=SystemClock())
        self.watch = StageWatch(self.engine, self.facts, SystemClock(), every=0.01)
        self.reachable = True

    def facts(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, PartitionFacts]:
        if not self.reachable:
            raise OutageError("away")
        return {tp: self.log.facts(tp) for tp in tps}

    def produce(self, *texts: str) -> None:
        for text in texts:
            self.log.append("first", 0, text.encode())

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        await self.engine.start(MemorySource(self.log))
        watch = asyncio.create_task(self.watch.run())
        try:
            yield
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            await self.engine.stop()


def value(metric: Metric, **more: str) -> float | None:
    return REGISTRY.get_sample_value(metric.name, {"group": GROUP} | more)


def lag() -> float | None:
    return value(names.STAGE_LAG, topic="first", partition="0")


def lag_seconds() -> float:
    return value(names.STAGE_LAG_SECONDS, topic="first", partition="0") or 0.0


def ended(outcome: str) -> float:
    return value(names.STAGE_RECORDS, topic="first", outcome=outcome) or 0.0


async def test_the_lag_is_what_is_not_applied_and_grows_old_while_an_outage_lasts() -> None:
    bench = Bench()
    applied, dead = ended("applied"), ended("dead")
    waits = value(names.STAGE_WAITS, reason="outage") or 0.0
    async with bench.running():
        bench.produce("a", "poison b")
        await until(lambda: ended("applied") == applied + 1 and ended("dead") == dead + 1)
        await until(lambda: lag() == 0)
        assert lag_seconds() == 0
        bench.handler.available.clear()
        bench.produce("c", "d", "e")
        await until(lambda: lag() == 3 and lag_seconds() > 0.05)
        await until(lambda: value(names.STAGE_WAITING) == 1)
        assert (value(names.STAGE_WAITS, reason="outage") or 0.0) > waits
        assert (value(names.STAGE_HELD) or 0) > 0
        bench.handler.available.set()
        await until(lambda: lag() == 0 and ended("applied") == applied + 4)
        await until(lambda: value(names.STAGE_WAITING) == 0 and value(names.STAGE_HELD) == 0)
        assert value(names.STAGE_PARTITIONS) == 1
    assert lag() is None  # who ended owns nothing


async def test_without_the_logs_word_no_lag_is_told_and_the_rest_is() -> None:
    bench = Bench()
    async with bench.running():
        await until(lambda: lag() == 0)
        bench.reachable = False
        await until(lambda: lag() is None)
        assert value(names.STAGE_PARTITIONS) == 1
        bench.reachable = True
        await until(lambda: lag() == 0)
