"""A worker's memory is bounded: by large records, by many partitions, by an outage."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from confluent_kafka import Producer

from benchmarks.filling import fill, make_topics, remove_topics
from benchmarks.shapes import make_shape, samples
from benchmarks.shapes.many import many_topics
from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.codec import EventEncoder, Registry
from headrace.envelope import Event
from headrace.ids import uuid7
from headrace.kafka import create_topics
from headrace.postgres import Database
from headrace.settings import Settings, load_settings
from tests.conftest import Servers

pytestmark = [pytest.mark.integration, pytest.mark.crash, pytest.mark.timeout(1200)]

MOST_MIB = 500
OUTAGE_SECONDS = float(os.environ.get("HEADRACE_OUTAGE_SECONDS", "45"))
TYPE, TOPIC = "analytics.event.tracked", "dreamscape.analytics.event.tracked"
HEADRACE = (Path(sys.executable).with_name("headrace"),)
TOPICS, PARTITIONS, EVENTS = 40, 4, 800_000
APPLIED = """
SELECT coalesce(sum(applied), 0)::bigint, coalesce(sum(next_offset - first_offset), 0)::bigint
FROM stage.stage_offsets WHERE topic = ANY(%s)
"""
STORED = "SELECT count(*), count(DISTINCT event_id) FROM warm.events WHERE topic = ANY(%s)"
LANDED = "SELECT count(*), count(DISTINCT event_id) FROM warm.events WHERE correlation_id = %s"


class Watched:
    """A worker, the most memory that it was seen to take, and what has landed."""

    def __init__(self, stack: Servers, log: Path, command: Sequence[str | Path]) -> None:
        self._stack = stack
        self.peak = 0.0
        environment = {**os.environ, **stack.env, "DATABASE_URL": stack.archive_database_url}
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [*command, "worker", "archive"], env=environment, stdout=output, stderr=output
            )

    def look(self) -> None:
        memory = psutil.Process(self.process.pid).memory_info().rss
        self.peak = max(self.peak, memory / 2**20)
        assert self.process.poll() is None

    async def look_for(self, seconds: float) -> None:
        for _ in range(int(seconds * 10)):
            self.look()
            await asyncio.sleep(0.1)

    async def until_landed(
        self, database: Database, mark: str | list[str], events: int, by: str = LANDED
    ) -> None:
        for _ in range(3000):
            self.look()
            with database.transaction() as connection:
                row = connection.execute(by, [mark]).fetchone()
            if row == (events, events):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"{row} of {events} events landed")


@pytest.fixture
def settings(stack: Servers, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    create_topics(load_catalog(), settings.kafka)
    return settings


@pytest.fixture
def database(stack: Servers) -> Iterator[Database]:
    database = Database(stack.database_url, application="memory-test")
    yield database
    database.close()


@contextmanager
def watched_worker(
    stack: Servers, folder: Path, command: Sequence[str | Path] = HEADRACE
) -> Iterator[Watched]:
    watched = Watched(stack, folder / "log", command)
    try:
        yield watched
    finally:
        watched.process.terminate()
        try:
            watched.process.wait(60)
        finally:
            watched.process.kill()
        print(f"peak: {watched.peak:.0f} MiB")  # noqa: T201 - pytest shows it, with -rP always
        print((folder / "log").read_text()[-4000:])  # noqa: T201 - pytest shows it on failure


@pytest.fixture
def worker(stack: Servers, settings: Settings, tmp_path: Path) -> Iterator[Watched]:
    with watched_worker(stack, tmp_path) as watched:
        yield watched


class Flood:
    """Events of one type with text of some length, as fast as they can be produced."""

    def __init__(self, settings: Settings, mark: str) -> None:
        self._encoder = EventEncoder(load_catalog(), Registry(settings))
        self._clock = SystemClock()
        self._mark = mark
        self._producer = Producer(
            {
                "bootstrap.servers": settings.kafka.brokers,
                "compression.type": "zstd",
                "queue.buffering.max.kbytes": 65_536,
                "message.max.bytes": 1_048_576,
            }
        )

    def publish(self, events: int, characters: int) -> None:
        """Ids are put into ready bytes: an id's text stands behind the header and its length."""
        value = self._value(characters)
        for _ in range(events):
            own = value[:6] + str(uuid7(self._clock)).encode() + value[42:]
            while True:
                try:
                    self._producer.produce(TOPIC, own, os.urandom(8))
                    break
                except BufferError:
                    self._producer.poll(0.1)
        assert self._producer.flush(120) == 0

    def _value(self, characters: int) -> bytes:
        example = load_catalog().event_type(TYPE).latest.example
        text = os.urandom(characters // 2).hex()
        event = Event(
            event_id=uuid7(self._clock),
            event_type=TYPE,
            timestamp=self._clock.now(),
            version="1.0",
            source="memory-test",
            correlation_id=self._mark,
            payload={**example, "properties": {"text": text}},
        )
        return self._encoder.encode(event)


async def test_records_of_a_megabyte_take_bounded_memory(
    settings: Settings, database: Database, worker: Watched
) -> None:
    flood = Flood(settings, "megabytes")
    await asyncio.to_thread(flood.publish, 400, 980_000)
    await worker.until_landed(database, "megabytes", 400)
    assert worker.peak < MOST_MIB


async def test_160_busy_partitions_take_bounded_memory(
    stack: Servers, settings: Settings, database: Database, tmp_path: Path
) -> None:
    """Filled beforehand, so that each fetch finds as much as it may take."""
    catalog = many_topics(tmp_path / "catalog", TOPICS)
    events = [event for name in catalog.event_types for event in samples.small(name)[:4]]
    shape = make_shape("forty", "", events, catalog, Registry(settings))
    topics = list(shape.topics)
    make_topics(settings.kafka.brokers, dict.fromkeys(topics, PARTITIONS))
    await asyncio.to_thread(fill, settings.kafka.brokers, shape.records(EVENTS))
    command = (sys.executable, "-m", "benchmarks.with_catalog", str(tmp_path / "catalog"))
    with watched_worker(stack, tmp_path, command) as worker:
        await worker.until_landed(database, topics, EVENTS, by=APPLIED)
        await worker.until_landed(database, topics, EVENTS, by=STORED)
    remove_topics(settings.kafka.brokers, topics)
    assert worker.peak < MOST_MIB


async def test_an_outage_of_postgres_under_load_takes_bounded_memory(
    stack: Servers, settings: Settings, database: Database, worker: Watched
) -> None:
    """`HEADRACE_OUTAGE_SECONDS=600` for ten minutes."""
    flood = Flood(settings, "outage")
    await asyncio.to_thread(flood.publish, 20_000, 200)
    await worker.until_landed(database, "outage", 20_000)
    stack.stop("postgres")
    publishing = asyncio.create_task(asyncio.to_thread(flood.publish, 600_000, 200))
    await worker.look_for(OUTAGE_SECONDS)
    await publishing
    stack.start("postgres")
    await worker.until_landed(database, "outage", 620_000)
    assert worker.peak < MOST_MIB
