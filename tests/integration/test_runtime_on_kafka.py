"""The stage suite on Kafka through Faust, with the ledger in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import uuid4

import pytest
from confluent_kafka import Producer

from headrace.clock import SystemClock
from headrace.kafka import ensure_topic
from headrace.postgres import Database, PostgresLedger
from headrace.runtime import (
    Counts,
    DeadLetter,
    Engine,
    EngineLimits,
    FailurePolicy,
    LedgerRow,
    TopicPartition,
)
from headrace.runtime.faust_source import FaustSource
from headrace.settings import KafkaSettings
from tests.conftest import Servers
from tests.runtime.stages import QUICK, TextDecoder, TextHandler, key_of_text, text_stage, until
from tests.runtime.suite import StageSuite, settled, texts

pytestmark = pytest.mark.integration

EFFECTS = """
CREATE TABLE IF NOT EXISTS public.suite_effects
    (written bigserial, consumer_group text, topic text, "partition" int, record_offset bigint,
     text text)
"""
WRITE = """
INSERT INTO public.suite_effects (consumer_group, topic, "partition", record_offset, text)
VALUES (%s, %s, %s, %s, %s)
"""
READ = """
SELECT topic, "partition", record_offset, text FROM public.suite_effects
WHERE consumer_group = %s ORDER BY written
"""
LETTERS = """
SELECT topic, "partition", record_offset, raw, error_class, reason FROM stage.dead_letters
WHERE consumer_group = %s ORDER BY topic, "partition", record_offset
"""


class KafkaBench:
    """Its topics are new for each test; what it says of them has their plain names."""

    def __init__(self, stack: Servers) -> None:
        self.mark = f"-{uuid4().hex[:8]}"
        self.group = f"texts{self.mark}"
        self.settings = KafkaSettings(brokers=stack.kafka_brokers, session_timeout=6000)
        self.database = Database(stack.database_url, application="suite", connections=10)
        self.ledger = PostgresLedger(self.database, self.group, "suite")
        self.decoder = TextDecoder()
        self.handler = TextHandler(
            lambda connection, event: connection.execute(
                WRITE, [self.group, *event.tp, event.offset, event.event.source]
            )
        )
        self.producer = Producer({"bootstrap.servers": stack.kafka_brokers, "batch.size": 16_384})

    async def prepare(self) -> None:
        for topic in ("first", "second"):
            await asyncio.to_thread(
                ensure_topic, self.settings, topic + self.mark, partitions=2, config={}
            )
        with self.database.transaction() as connection:
            connection.execute(EFFECTS)

    async def produce(self, topic: str, partition: int, *values: str | None) -> None:
        for value in values:
            encoded = None if value is None else value.encode()
            self.producer.produce(
                topic + self.mark, encoded, key_of_text(value) or None, partition=partition
            )
        assert await asyncio.to_thread(self.producer.flush, 30) == 0

    @asynccontextmanager
    async def worker(
        self, policy: FailurePolicy = QUICK, budget_bytes: int = 1 << 20
    ) -> AsyncIterator[Engine]:
        topics = [topic + self.mark for topic in ("first", "second")]
        stage = text_stage(topics, self.group, self.decoder, self.handler, policy)
        limits = EngineLimits(budget_bytes=budget_bytes, look_seconds=0.2)
        engine = Engine(stage, self.ledger, clock=SystemClock(), limits=limits)
        await engine.start(FaustSource(self.group, topics, self.settings))
        try:
            yield engine
        finally:
            await engine.stop()

    crashing_worker = worker  # a crash that says nothing needs a process: tests/crash

    def applied(self) -> Sequence[tuple[str, int, int, str]]:
        with self.database.transaction() as connection:
            rows = connection.execute(READ, [self.group]).fetchall()
        return [(self._plain(topic), *rest) for topic, *rest in rows]

    def letters(self) -> Sequence[DeadLetter]:
        with self.database.transaction() as connection:
            rows = connection.execute(LETTERS, [self.group]).fetchall()
        return [
            DeadLetter(
                TopicPartition(self._plain(topic), number), at, 0, None, raw, (), kind, reason, ""
            )
            for topic, number, at, raw, kind, reason in rows
        ]

    def rows(self) -> Sequence[LedgerRow]:
        return [
            replace(row, tp=TopicPartition(self._plain(row.tp.topic), row.tp.partition))
            for row in self.ledger.rows()
        ]

    def parked(self) -> Sequence[TopicPartition]:
        rows = self.ledger.parking.rows(10_000)
        return [TopicPartition(self._plain(row["topic"]), row["partition"]) for row in rows]

    def _plain(self, topic: str) -> str:
        return topic.removesuffix(self.mark)


@pytest.fixture
async def bench(stack: Servers) -> AsyncIterator[KafkaBench]:
    bench = KafkaBench(stack)
    await bench.prepare()
    yield bench
    bench.database.close()


class TestKafka(StageSuite):
    pass


async def test_an_aborted_transaction_lands_nothing_and_counts_as_skipped(
    bench: KafkaBench, stack: Servers
) -> None:
    """read_committed: the aborted records and the markers are offsets without records."""
    producer = Producer({"bootstrap.servers": stack.kafka_brokers, "transactional.id": bench.group})
    await asyncio.to_thread(producer.init_transactions, 30)
    for text, end in (("gone", producer.abort_transaction), ("kept", producer.commit_transaction)):
        producer.begin_transaction()
        producer.produce("first" + bench.mark, text.encode(), partition=0)
        await asyncio.to_thread(producer.flush, 30)
        await asyncio.to_thread(end, 30)
    await bench.produce("first", 0, "after")
    async with bench.worker():
        await until(lambda: texts(bench) == ["kept", "after"])
    row = next(row for row in bench.rows() if row.tp == TopicPartition("first", 0))
    assert row.counts == Counts(applied=2, skipped=3)


async def test_a_topic_with_compressed_batches_is_read(bench: KafkaBench, stack: Servers) -> None:
    producer = Producer({"bootstrap.servers": stack.kafka_brokers, "compression.type": "zstd"})
    for number in range(500):
        producer.produce("first" + bench.mark, f"{number}".encode(), partition=0)
    await asyncio.to_thread(producer.flush, 30)
    async with bench.worker():
        await until(lambda: settled(bench, 500))
    assert texts(bench) == [f"{number}" for number in range(500)]
