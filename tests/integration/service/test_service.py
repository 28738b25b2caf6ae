"""The service library on real servers."""

import asyncio
import json
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from deploy.local.orphans import owner_mark
from deploy.local.ports import free_numbers
from headrace import Service, SyncProducer
from headrace.catalog import load_catalog
from headrace.codec import EventDecoder, Registry
from headrace.events import VoyageBookingConfirmed
from headrace.kafka import TopicReader, create_topics
from headrace.postgres.migrating import SERVICE, migrate
from tests.conftest import Servers
from tests.crash.workers import Workers
from tests.integration.service.conftest import OwnCatalog
from tests.runtime.stages import until
from tests.unit.service.samples import paid

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

EVENTS = 400
PARTITIONS = 4
TABLE = "CREATE TABLE IF NOT EXISTS public.service_effects (payment_id text)"


class Bench:
    """Processes of the voyage service, and what they did."""

    def __init__(
        self, stack: Servers, catalog: Path, folder: Path, ledger: str, *, health: bool
    ) -> None:
        self.stack, self.catalog, self.ledger, self.kept = stack, catalog, ledger, folder / "kept"
        self.run, self.health_port = uuid4().hex[:8], free_numbers(1)[0]
        self.kept.touch()
        own = {
            "LEDGER": ledger,
            "KEEP": str(self.kept),
            "CATALOG": str(catalog),
            "DATABASE_URL": stack.database_url,
            "KAFKA_SESSION_TIMEOUT": "6000",
            "HEALTH_PORT": str(self.health_port if health else 0),
        }
        mark = owner_mark(stack.description.layout.root)
        command = (sys.executable, "-m", "tests.integration.service.program")
        self.workers = Workers(command, stack.env | own | mark, folder / "log")

    def publish(self, numbers: range) -> None:
        settings = self.stack.description.settings()
        with SyncProducer("payment-service", catalog=self.catalog, settings=settings) as to:
            events = [paid(0, f"{self.run}-{number}") for number in numbers]
            for event, number in zip(events, numbers, strict=True):
                object.__setattr__(event, "payment_id", f"{self.run}-{number}")
            for result in to.publish_many(events):
                assert not isinstance(result, Exception)

    def effects(self) -> Counter[str]:
        if self.ledger == "kafka":
            found = self.kept.read_text().split()
        else:
            with psycopg.connect(self.stack.database_url) as connection:
                rows = connection.execute("SELECT payment_id FROM public.service_effects")
                found = [each for (each,) in rows]
        return Counter(each for each in found if each.startswith(self.run))

    def has(self, least: int) -> bool:
        return len(self.effects()) >= least

    def confirmed(self) -> dict[str, set[str]]:
        """The ids of the events that confirm each booking."""
        settings = self.stack.description.settings()
        decoder = EventDecoder(Service("voyage-service").membership.catalog, Registry(settings))
        found: dict[str, set[str]] = {}
        topics = [VoyageBookingConfirmed.topic]
        with TopicReader(settings.kafka, topics, from_beginning=True) as reader:
            while not reader.at_end:
                for record in reader.poll(1.0):
                    event = decoder.decode(record.value).event
                    booking = str(event.payload["bookingId"])
                    if booking.startswith(self.run):
                        found.setdefault(booking, set()).add(str(event.event_id))
        return found

    def shares(self) -> list[int]:
        """How many partitions each claim of a process was for."""
        lines = [line for line in self.workers.said.splitlines() if "partitions claimed" in line]
        return [json.loads(line)["partitions"] for line in lines]

    async def all_there(self, condition: Callable[[], bool]) -> None:
        try:
            await until(condition, 90)
        except AssertionError:
            print(self.workers.said[-6000:])  # noqa: T201 - shown with the failure
            raise


@pytest.fixture(scope="module")
def catalog(stack: Servers, own_catalog: OwnCatalog) -> Path:
    root = own_catalog(PARTITIONS, [["payment.completed"]])
    create_topics(
        load_catalog(), stack.description.settings().kafka, [VoyageBookingConfirmed.topic]
    )
    return root


@pytest.fixture(params=["postgres", "kafka"])
def bench(
    stack: Servers, catalog: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Bench]:
    migrate(stack.database_url, SERVICE)
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        connection.execute(TABLE)
    asks = "health" in request.node.name  # a port serves one process
    bench = Bench(stack, catalog, tmp_path, request.param, health=asks)
    yield bench
    bench.workers.close()


async def test_killed_in_the_middle_it_loses_nothing_and_doubles_nothing_in_its_database(
    bench: Bench,
) -> None:
    await asyncio.to_thread(bench.publish, range(EVENTS))
    for share in (10, 3):
        worker = bench.workers.start()
        least = EVENTS // share
        await bench.all_there(partial(bench.has, least))
        bench.workers.kill(worker)
    bench.workers.start()
    await bench.all_there(lambda: len(bench.effects()) == EVENTS)
    await bench.all_there(lambda: len(bench.confirmed()) == EVENTS)
    await bench.workers.all_leave()
    if bench.ledger == "postgres":
        assert set(bench.effects().values()) == {1}
    assert {len(ids) for ids in bench.confirmed().values()} == {1}


async def test_a_drained_shutdown_loses_nothing_and_repeats_nothing(bench: Bench) -> None:
    await asyncio.to_thread(bench.publish, range(EVENTS))
    bench.workers.start()
    await bench.all_there(lambda: len(bench.effects()) >= EVENTS // 4)
    await bench.workers.all_leave()
    bench.workers.start()
    await bench.all_there(lambda: len(bench.effects()) == EVENTS)
    await bench.workers.all_leave()
    assert set(bench.effects().values()) == {1}


async def test_without_a_broker_a_process_still_ends_before_it_would_be_killed(
    bench: Bench,
) -> None:
    if bench.ledger == "postgres":
        pytest.skip("the same for both ledgers")
    worker = bench.workers.start()
    await bench.all_there(lambda: "partitions claimed" in bench.workers.said)
    bench.stack.pause("kafka")
    try:
        await asyncio.wait_for(bench.workers.leave(worker), 30)
    finally:
        bench.stack.resume("kafka")


async def test_two_instances_share_the_load_and_one_leaves(bench: Bench) -> None:
    first, second = bench.workers.start(), bench.workers.start()
    await bench.all_there(lambda: bench.shares().count(PARTITIONS // 2) >= 2)
    await asyncio.to_thread(bench.publish, range(EVENTS))
    await bench.all_there(partial(bench.has, EVENTS // 4))
    await bench.workers.leave(first)
    await bench.all_there(lambda: len(bench.effects()) == EVENTS)
    await bench.workers.leave(second)
    if bench.ledger == "postgres":
        assert set(bench.effects().values()) == {1}


@pytest.mark.covers("S3-4")
async def test_the_health_endpoint_tells_of_the_cluster(bench: Bench) -> None:
    if bench.ledger == "postgres":
        pytest.skip("the same for both ledgers")
    bench.workers.start()
    await bench.all_there(lambda: _asked(bench.health_port)[0] == 200)
    _, found = _asked(bench.health_port)
    assert found["healthy"]
    assert found["details"]["brokers"] == 1
    assert found["details"]["connectedConsumers"] == 1
    assert found["details"]["producerConnected"]
    await bench.all_there(lambda: "headrace_stage_partitions{" in _metrics(bench.health_port))
    bench.stack.pause("kafka")
    try:
        await bench.all_there(lambda: _asked(bench.health_port)[0] == 503)
    finally:
        bench.stack.resume("kafka")
    await bench.all_there(lambda: _asked(bench.health_port)[0] == 200)


def _metrics(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        return str(answer.read(), "utf-8")


def _asked(port: int) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)
    except OSError:
        return 0, None
