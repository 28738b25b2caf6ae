"""The ledger on Kafka's own offsets: at least once, without a database."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from confluent_kafka import Producer

from headrace.clock import SystemClock
from headrace.errors import OutageError
from headrace.kafka import TopicReader, ensure_topic
from headrace.runtime import DeadLetter, Engine, EngineLimits, TopicPartition
from headrace.runtime.faust_source import FaustSource
from headrace.runtime.kafka_ledger import KafkaLedger
from headrace.runtime.publisher import DeadLetterTopic
from headrace.settings import KafkaSettings
from tests.conftest import Servers
from tests.runtime.stages import TextDecoder, TextHandler, text_stage, until

pytestmark = pytest.mark.integration


class Bench:
    """A topic of one partition, and workers of a service that has no database."""

    def __init__(self, stack: Servers) -> None:
        mark = uuid4().hex[:8]
        self.topic, self.group = f"plain-{mark}", f"service-{mark}"
        self.settings = KafkaSettings(brokers=stack.kafka_brokers, session_timeout=6000)
        self.applied: list[str] = []
        self.commits_fail = False
        self.handler = TextHandler(lambda _, event: self.applied.append(event.event.source))
        self.producer = Producer({"bootstrap.servers": stack.kafka_brokers})

    async def produce(self, *texts: str) -> None:
        for text in texts:
            self.producer.produce(self.topic, text.encode(), partition=0)
        await asyncio.to_thread(self.producer.flush, 30)

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[FaustSource]:
        source = FaustSource(self.group, [self.topic], self.settings)
        dead = DeadLetterTopic(self.group, self.settings)

        async def commit(offsets: Mapping[TopicPartition, int]) -> None:
            if self.commits_fail:
                raise OutageError("the coordinator is away")
            await source.commit_durably(offsets)

        async def publish(letters: Sequence[DeadLetter]) -> None:
            await asyncio.to_thread(dead.send, letters)

        ledger = KafkaLedger(
            self.group,
            asyncio.get_running_loop(),
            committed=source.committed,
            commit=commit,
            publish=publish,
        )
        stage = text_stage([self.topic], self.group, TextDecoder(), self.handler)
        engine = Engine(stage, ledger, clock=SystemClock(), limits=EngineLimits())
        await engine.start(source)
        try:
            yield source
        finally:
            await engine.stop()

    def dead(self) -> list[Any]:
        with TopicReader(self.settings, [f"{self.group}.dlq"], from_beginning=True) as reader:
            found: list[Any] = []
            while not reader.at_end:
                found += [record.value for record in reader.poll(1.0)]
        return found


@pytest.fixture
async def bench(stack: Servers) -> Bench:
    bench = Bench(stack)
    await asyncio.to_thread(ensure_topic, bench.settings, bench.topic, partitions=1, config={})
    return bench


async def test_a_worker_goes_on_where_the_one_before_it_committed(bench: Bench) -> None:
    await bench.produce(*(f"{n}" for n in range(100)))
    async with bench.worker():
        await until(lambda: len(bench.applied) == 100)
    await bench.produce("100")
    async with bench.worker() as source:
        await until(lambda: len(bench.applied) == 101)
        tp = TopicPartition(bench.topic, 0)
        committed: list[Mapping[TopicPartition, int | None]] = []
        while committed[-1:] != [{tp: 101}]:  # the effect is seen before its commit
            committed.append(await source.committed([tp]))
    assert bench.applied == [f"{n}" for n in range(101)]


async def test_a_poison_record_is_in_the_dead_letter_topic_before_its_offset_is_committed(
    bench: Bench,
) -> None:
    await bench.produce("a", "poison", "b")
    async with bench.worker():
        await until(lambda: bench.applied == ["a", "b"])
        await until(lambda: bench.dead() == [b"poison"])


async def test_what_was_not_committed_is_handled_again(bench: Bench) -> None:
    bench.commits_fail = True
    await bench.produce("a")
    async with bench.worker():
        await until(lambda: len(bench.applied) >= 2)
        bench.commits_fail = False
    assert set(bench.applied) == {"a"}
