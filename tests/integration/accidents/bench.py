"""A topic that accidents happen to, and a stage that reads it into PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

from confluent_kafka import Producer
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient, NewPartitions

from headrace.catalog import Topic
from headrace.clock import SystemClock
from headrace.kafka import describe_topics, ensure_topic
from headrace.postgres import Database, PostgresLedger
from headrace.runtime import Engine, EngineLimits, LedgerRow, Stage, TopicPartition
from headrace.runtime.faust_source import FaustSource
from headrace.settings import KafkaSettings
from tests.conftest import Servers
from tests.runtime.stages import QUICK, TextDecoder, TextHandler, text_topic, until

STOPS_WITHIN = 60.0

EFFECTS = """
CREATE TABLE IF NOT EXISTS public.accident_effects
    (written bigserial, consumer_group text, "partition" int, record_offset bigint, text text)
"""
WRITE = """
INSERT INTO public.accident_effects (consumer_group, "partition", record_offset, text)
VALUES (%s, %s, %s, %s)
"""
READ = """
SELECT text FROM public.accident_effects WHERE consumer_group = %s ORDER BY written
"""


class Bench:
    """One topic of one partition to begin with, one group, workers in this process."""

    def __init__(self, servers: Servers, database: Database | None = None) -> None:
        mark = uuid4().hex[:8]
        self.name, self.group = f"accident-{mark}", f"accident-{mark}"
        self.tp = TopicPartition(self.name, 0)
        self.topic: Topic = text_topic(self.name)
        self.settings = KafkaSettings(brokers=servers.kafka_brokers, session_timeout=6000)
        self.database = database or Database(
            servers.database_url, application="accident", connections=10
        )
        self.ledger = PostgresLedger(self.database, self.group, "accident")
        self.decoder = TextDecoder()
        self.handler = TextHandler(self._write)
        self._admin = AdminClient({"bootstrap.servers": servers.kafka_brokers})
        self._producer = Producer({"bootstrap.servers": servers.kafka_brokers})

    async def prepare(self) -> None:
        with self.database.transaction() as connection:
            connection.execute(EFFECTS)
        await self.make_topic()

    def _write(self, connection: Any, event: Any) -> None:
        connection.execute(
            WRITE, [self.group, event.tp.partition, event.offset, event.event.source]
        )

    # the log

    async def produce(self, *texts: str, partition: int = 0) -> None:
        for text in texts:
            self._producer.produce(self.name, text.encode(), partition=partition)
        assert await asyncio.to_thread(self._producer.flush, 30) == 0

    async def make_topic(self, partitions: int = 1) -> None:
        """Kafka may still be deleting the one before: then again."""

        def made() -> bool:
            outcome = ensure_topic(self.settings, self.name, partitions=partitions, config={})
            return outcome == "created"

        while not await asyncio.to_thread(made):  # noqa: ASYNC110 - Kafka has no event for it
            await asyncio.sleep(0.01)
        # a client that remembers the old topic would write into nothing
        self._producer = Producer({"bootstrap.servers": self.settings.brokers})

    async def make_topic_again(self) -> None:
        """Deleted and made within a breath: a script, or an operator in a hurry."""
        await self._done(self._admin.delete_topics([self.name]))
        await self.make_topic()

    async def delete_topic(self) -> None:
        await self._done(self._admin.delete_topics([self.name]))
        await until(lambda: self.name not in describe_topics(self.settings, [self.name]))

    async def delete_records(self, before: int) -> None:
        """What retention does: the log begins at offset `before` from now on."""
        await self._done(self._admin.delete_records([Place(self.name, 0, before)]))

    async def grow(self, partitions: int) -> None:
        await self._done(self._admin.create_partitions([NewPartitions(self.name, partitions)]))

        def told() -> bool:
            found = self._admin.list_topics(self.name, timeout=10).topics[self.name]
            return len(found.partitions) == partitions

        while not await asyncio.to_thread(told):  # noqa: ASYNC110 - Kafka has no event for it
            await asyncio.sleep(0.01)
        self._producer = Producer({"bootstrap.servers": self.settings.brokers})

    async def _done(self, asked: dict[Any, Any]) -> None:
        for future in asked.values():
            await asyncio.to_thread(future.result, 30)

    # the stage

    def start_at(self, start: Any) -> None:
        """Where a new group begins, `earliest` or `latest`."""
        self.topic = replace(self.topic, start=start)

    @asynccontextmanager
    async def worker(self, **limits: Any) -> AsyncIterator[Engine]:
        stage = Stage(
            "accident", self.group, {self.name: self.topic}, self.decoder, self.handler, QUICK
        )
        engine = Engine(
            stage, self.ledger, clock=SystemClock(), limits=EngineLimits(look_seconds=0.5, **limits)
        )
        await engine.start(FaustSource(self.group, [self.name], self.settings))
        try:
            yield engine
        finally:
            await engine.stop()

    async def why_it_stops(self, engine: Engine) -> str:
        """The message of the error that ends the stage."""
        try:
            await asyncio.wait_for(engine.failure(), STOPS_WITHIN)
        except TimeoutError:
            raise AssertionError("the stage goes on as if nothing had happened") from None
        except Exception as error:  # noqa: BLE001 - whatever it is, the test looks at it
            return f"{type(error).__name__}: {error}"
        raise AssertionError("a stage that stops says why")

    def applied(self) -> Sequence[str]:
        with self.database.transaction() as connection:
            rows = connection.execute(READ, [self.group]).fetchall()
        return [text for (text,) in rows]

    async def until_applied(self, count: int, within: float = 60.0) -> None:
        await until(lambda: len(self.applied()) >= count, within)

    def row(self, partition: int = 0) -> LedgerRow:
        return next(row for row in self.ledger.rows() if row.tp.partition == partition)
