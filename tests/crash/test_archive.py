"""The archive under attack: whatever is killed, every event lands once.

The ledger's counts are the proof: `duplicate` counts what a unique index refused, so applied =
rows = distinct ids = published with duplicate 0 means that nothing was even tried twice.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from confluent_kafka import Producer

from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.codec import EventEncoder, Registry
from headrace.envelope import Event
from headrace.ids import uuid7
from headrace.kafka import create_topics
from headrace.postgres import Database
from headrace.settings import Settings, load_settings
from tests.conftest import Servers
from tests.runtime.stages import until

pytestmark = [pytest.mark.integration, pytest.mark.crash, pytest.mark.timeout(600)]

TOPIC = "dreamscape.analytics.event.tracked"
COUNT = """
SELECT count(*), count(DISTINCT event_id), count(DISTINCT ("partition", record_offset))
FROM warm.events WHERE topic = %s AND correlation_id = %s
"""
LEDGER = """
SELECT coalesce(sum(applied), 0)::bigint, coalesce(sum(duplicate), 0)::bigint,
    coalesce(sum(dead), 0)::bigint, coalesce(sum(next_offset - first_offset), 0)::bigint
FROM stage.stage_offsets WHERE consumer_group = 'headrace-archive' AND topic = %s
"""


class Workers:
    """`headrace worker archive` as processes of their own, the only ones that can be killed."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment = {**os.environ, **environment, "KAFKA_SESSION_TIMEOUT": "6000"}
        self._log = log
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [Path(sys.executable).with_name("headrace"), "worker", "archive"],
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        self.running.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        self.running.remove(process)

    def end(self) -> list[int]:
        """SIGTERM to all; their exit codes."""
        for process in self.running:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        codes = [process.wait(60) for process in self.running]
        self.running.clear()
        return codes


class Attack:
    """Numbered events under one correlation id, and what became of them."""

    def __init__(self, settings: Settings, database: Database, mark: str) -> None:
        self._encoder = EventEncoder(load_catalog(), Registry(settings))
        self._producer = Producer(
            {"bootstrap.servers": settings.kafka.brokers, "enable.idempotence": True}
        )
        self._database = database
        self._mark = mark
        self._clock = SystemClock()
        self._encoder.encode(self._event())  # registers the schema: the registry needs PostgreSQL
        self.before = self.ledger()
        self.published = 0

    async def publish(self, events: int, seconds: float) -> None:
        """`events` more, spread over `seconds`."""
        slices = max(int(seconds * 10), 1)
        for _ in range(slices):
            await asyncio.to_thread(self._publish, events // slices)
            await asyncio.sleep(seconds / slices)

    def _publish(self, events: int) -> None:
        for _ in range(events):
            event = self._event()
            self._producer.produce(TOPIC, self._encoder.encode(event), event.event_id.bytes)
            self._producer.poll(0)
        assert self._producer.flush(120) == 0
        self.published += events

    def _event(self) -> Event:
        example = load_catalog().event_type("analytics.event.tracked").latest.example
        return Event(
            event_id=uuid7(self._clock),
            event_type="analytics.event.tracked",
            timestamp=self._clock.now(),
            version="1.0",
            source="crash-test",
            correlation_id=self._mark,
            payload=example,
        )

    def rows(self) -> tuple[int, int, int]:
        """Rows, distinct ids, distinct places in the log."""
        with self._database.transaction() as connection:
            row = connection.execute(COUNT, [TOPIC, self._mark]).fetchone()
        assert row is not None
        return tuple(row)

    def ledger(self) -> tuple[int, ...]:
        """Applied, duplicate, dead and all offsets of the topic."""
        with self._database.transaction() as connection:
            row = connection.execute(LEDGER, [TOPIC]).fetchone()
        assert row is not None
        return tuple(row)

    async def until_landed(self, events: int, within: float) -> None:
        def landed() -> bool:
            with suppress(Exception):
                return self.rows()[0] >= events
            return False

        await until(landed, within)

    def assert_each_landed_once(self) -> None:
        assert self.rows() == (self.published,) * 3
        moved = [now - then for now, then in zip(self.ledger(), self.before, strict=True)]
        assert moved == [self.published, 0, 0, self.published]


@pytest.fixture
def settings(stack: Servers, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in stack.env.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    create_topics(load_catalog(), settings.kafka)
    return settings


@pytest.fixture
def seed() -> int:
    """Printed, so that a failing run can be replayed with HEADRACE_CRASH_SEED."""
    seed = int(os.environ.get("HEADRACE_CRASH_SEED") or random.randrange(1 << 32))
    print(f"HEADRACE_CRASH_SEED={seed}")  # noqa: T201 - pytest shows it when the test fails
    return seed


@pytest.fixture(autouse=True)
def all_up_again(stack: Servers) -> Iterator[None]:
    yield
    for name in ("postgres", "kafka"):
        if not stack.is_running(name):
            stack.start(name)


@pytest.fixture
def attack(stack: Servers, settings: Settings, seed: int) -> Iterator[Attack]:
    database = Database(stack.database_url, application="crash-test")
    yield Attack(settings, database, f"crash-{seed}")
    database.close()


@pytest.fixture
def workers(stack: Servers, tmp_path: Path) -> Iterator[Workers]:
    workers = Workers({**stack.env, "DATABASE_URL": stack.archive_database_url}, tmp_path / "log")
    yield workers
    for process in workers.running:
        process.kill()
        process.wait()
    print((tmp_path / "log").read_text()[-8000:])  # noqa: T201 - pytest shows it on failure


async def test_short_kills_of_workers_database_and_broker_lose_and_double_nothing(
    stack: Servers, attack: Attack, workers: Workers, seed: int
) -> None:
    chance = random.Random(seed)
    publishing = asyncio.create_task(attack.publish(20_000, seconds=30))
    for _ in range(3):
        worker = workers.start()
        await attack.until_landed(attack.rows()[0] + 1, within=60)
        await asyncio.sleep(chance.uniform(0.0, 2.0))
        workers.kill(worker)
    worker = workers.start()
    stack.stop("postgres")
    await asyncio.sleep(5)
    stack.start("postgres")
    stack.kill("kafka")
    stack.start("kafka")
    worker.send_signal(signal.SIGSTOP)
    await asyncio.sleep(8)  # beyond the session's time-out: the group goes on without it
    workers.start()
    worker.send_signal(signal.SIGCONT)
    await publishing
    await attack.until_landed(attack.published, within=120)
    assert workers.end() == [0, 0]
    attack.assert_each_landed_once()


async def test_postgres_away_for_thirty_seconds_delays_and_loses_nothing(
    stack: Servers, attack: Attack, workers: Workers
) -> None:
    workers.start()
    publishing = asyncio.create_task(attack.publish(20_000, seconds=40))
    await attack.until_landed(1, within=60)
    stack.stop("postgres")
    await asyncio.sleep(30)
    stack.start("postgres")
    await publishing
    await attack.until_landed(attack.published, within=120)
    assert workers.end() == [0]
    attack.assert_each_landed_once()


async def test_a_worker_that_starts_before_postgres_waits_for_it(
    stack: Servers, attack: Attack, workers: Workers
) -> None:
    stack.stop("postgres")
    workers.start()
    await attack.publish(1_000, seconds=20)
    workers.start()
    await asyncio.sleep(5)
    stack.start("postgres")
    await attack.until_landed(attack.published, within=120)
    assert workers.end() == [0, 0]
    attack.assert_each_landed_once()


async def test_workers_that_come_and_go_lose_and_double_nothing(
    stack: Servers, attack: Attack, workers: Workers, seed: int
) -> None:
    chance = random.Random(seed)
    publishing = asyncio.create_task(attack.publish(60_000, seconds=90))
    while not publishing.done():
        _come_or_go(workers, chance)
        await asyncio.sleep(chance.uniform(1.0, 6.0))
    workers.start()
    await attack.until_landed(attack.published, within=180)
    workers.end()
    attack.assert_each_landed_once()


def _come_or_go(workers: Workers, chance: random.Random) -> None:
    running: Sequence[subprocess.Popen[bytes]] = workers.running
    if len(running) < 2:
        workers.start()
    elif chance.random() < 0.7:
        workers.kill(chance.choice(running))
    else:
        leaving = chance.choice(running)
        leaving.terminate()
        leaving.wait(60)
        workers.running.remove(leaving)
