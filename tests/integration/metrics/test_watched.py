"""What Prometheus is told, on servers of its own: each number is that of what was done."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from deploy.local.direct import DirectStack
from deploy.local.ports import free_numbers
from headrace.catalog import Catalog, load_catalog
from headrace.catalog.planning import ARCHIVE_GROUP
from headrace.clock import SystemClock
from headrace.kafka import create_topics
from headrace.postgres import migrate
from tests.integration.metrics.watched import Watched, watched
from tests.runtime.stages import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

TYPES = {"user.created": 30, "auth.login": 20, "payment.completed": 10}
N = sum(TYPES.values())
LATER = 7
MOST_THREADS = 14


@pytest.fixture(scope="module")
def servers() -> Iterator[DirectStack]:
    with DirectStack() as made:
        migrate(made.database_url)
        create_topics(load_catalog(), made.description.settings().kafka)
        yield made


@pytest.fixture
def exporter(servers: DirectStack, tmp_path: Path) -> Iterator[Watched]:
    every = ("--every", "0.5", "--seconds", "3")
    with watched(tmp_path / "exporter", "--port", "exporter", *every, env=servers.env) as made:
        yield made


@pytest.fixture
async def api(
    servers: DirectStack, tmp_path: Path
) -> AsyncIterator[tuple[Watched, httpx.AsyncClient]]:
    (port,) = free_numbers(1)
    env = servers.env | {"DATABASE_URL": servers.api_database_url}
    arguments = ("api", "--port", str(port))
    client = httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Authorization": f"Bearer {servers.env['HEADRACE_TOKEN']}"},
        timeout=60,
    )
    with watched(tmp_path / "api", "--metrics-port", *arguments, env=env) as made:
        yield made, client
        await client.aclose()


def events(catalog: Catalog, kinds: dict[str, int]) -> list[dict[str, object]]:
    return [
        {
            "eventType": kind,
            "version": "1.0",
            "source": "test",
            "aggregateId": f"{kind}-{number}",
            "payload": catalog.event_type(kind).latest.example,
        }
        for kind, count in kinds.items()
        for number in range(count)
    ]


async def publish(client: httpx.AsyncClient, sent: list[dict[str, object]]) -> int:
    answer = await client.post("/api/events", json=sent)
    assert answer.status_code == 202, answer.text
    return len(answer.json()["accepted"])


async def listening(watched: Watched, client: httpx.AsyncClient) -> None:
    await until(lambda: bool(watched.samples("process_start_time_seconds")), within=60)
    deadline = SystemClock().monotonic() + 30
    while SystemClock().monotonic() < deadline:
        try:
            if (await client.get("/health/ready")).status_code == 200:
                return
        except httpx.TransportError:
            continue
    raise AssertionError("the API is not ready")


@pytest.mark.covers("S3-7", "X-4")
async def test_lag_throughput_latency_connections_and_sizes_are_watched(
    servers: DirectStack,
    exporter: Watched,
    api: tuple[Watched, httpx.AsyncClient],
    tmp_path: Path,
) -> None:
    catalog = load_catalog()
    told_by_api, client = api
    await listening(*api)
    assert (await client.get("/metrics")).status_code == 404  # not for the API's callers

    assert await publish(client, events(catalog, TYPES)) == N
    published = told_by_api.samples("events_published_total", service="headrace-api")
    assert published == {(kind,): count for kind, count in TYPES.items()}
    latency = "headrace_publish_latency_seconds"
    assert told_by_api.total(f"{latency}_count") == 1
    assert 0 < told_by_api.total(f"{latency}_sum") < 30
    assert told_by_api.total("headrace_publish_buffer_records") == 0

    await lag_of(exporter, N)
    assert exporter.total("headrace_exporter_up") == 1
    assert exporter.total("headrace_group_members", group=ARCHIVE_GROUP) == 0
    assert exporter.total("headrace_topic_appended_records_total") == N
    assert exporter.total("headrace_partition_records") == N
    assert exporter.total("headrace_under_replicated_partitions") == 0
    seconds = exporter.samples("headrace_group_lag_seconds", group=ARCHIVE_GROUP)
    assert 0 < max(seconds.values()) < 120
    await sizes_match(servers, exporter)

    env = servers.env | {"DATABASE_URL": servers.archive_database_url}
    worker = ("worker", "archive")
    with watched(tmp_path / "archive", "--metrics-port", *worker, env=env) as archive:
        records = "headrace_stage_records_total"
        await until(lambda: archive.total(records, outcome="applied") == N, within=90)
        assert archive.total(records) == N
        assert archive.total("headrace_stage_transaction_duration_seconds_count") > 0
        assert archive.total("headrace_stage_rebalances_total") > 0
        await until(lambda: bool(archive.samples("headrace_stage_lag_records")))
        await until(lambda: archive.total("headrace_stage_lag_records") == 0)
        await until(lambda: archive.total("headrace_stage_lag_seconds") == 0)
        partitions = sum(
            topic.partitions for topic in catalog.topics.values() if topic.authority == "log"
        )
        assert archive.total("headrace_stage_partitions") == partitions
        await lag_of(exporter, 0)
        assert exporter.total("headrace_group_members", group=ARCHIVE_GROUP) == 1

    assert await publish(client, events(catalog, {"user.created": LATER})) == LATER
    await lag_of(exporter, LATER)
    assert exporter.total("headrace_group_members", group=ARCHIVE_GROUP) == 0


async def test_an_outage_of_the_brokers_is_seen_and_its_end(
    servers: DirectStack, exporter: Watched, api: tuple[Watched, httpx.AsyncClient]
) -> None:
    told_by_api, client = api
    await listening(*api)
    catalog = load_catalog()
    await publish(client, events(catalog, {"user.created": 1}))
    await until(lambda: exporter.total("headrace_exporter_up") == 1)
    errors = "headrace_kafka_connection_errors_total"
    before = told_by_api.total(errors, client="producer")
    connected = "headrace_publish_connected_brokers"
    await until(lambda: told_by_api.total(connected) == 1)
    servers.stop("kafka")
    try:
        answer = await client.post("/api/events", json=events(catalog, {"auth.login": 3}))
        assert answer.status_code == 503
        failures = "headrace_publish_failures_total"
        told = told_by_api.samples(failures, service="headrace-api")
        assert {reason: count for reason, count in told.items() if count} == {("outage",): 3}
        await until(lambda: told_by_api.total(errors, client="producer") > before)
        await until(lambda: exporter.samples("headrace_exporter_up") == {(): 0})
        assert not exporter.samples("headrace_group_lag_records")
        assert exporter.total(errors, client="admin") > 0
        exporter.text(seconds=1.0)  # a scrape waits for nothing
        await until(lambda: told_by_api.samples(connected) == {("headrace-api",): 0})
        await until(lambda: exporter.total(errors, client="admin") > 20, within=60)
        assert exporter.threads() < MOST_THREADS  # clients of failed looks have ended
    finally:
        servers.start("kafka")
    await until(lambda: exporter.total("headrace_exporter_up") == 1, within=60)
    await until(lambda: exporter.threads() < MOST_THREADS)
    await publish(client, events(catalog, {"user.created": 1}))
    await until(lambda: told_by_api.total(connected) == 1, within=60)


async def test_brokers_that_hang_hold_no_scrape(servers: DirectStack, exporter: Watched) -> None:
    await until(lambda: exporter.total("headrace_exporter_up") == 1)
    servers.pause("kafka")
    try:
        await until(lambda: exporter.samples("headrace_exporter_up") == {(): 0}, within=60)
        exporter.text(seconds=1.0)
    finally:
        servers.resume("kafka")
    await until(lambda: exporter.total("headrace_exporter_up") == 1, within=60)


async def lag_of(exporter: Watched, records: int) -> None:
    name = "headrace_group_lag_records"
    await until(lambda: bool(exporter.samples(name)), within=60)
    await until(lambda: exporter.total(name, group=ARCHIVE_GROUP) == records, within=60)


async def sizes_match(servers: DirectStack, exporter: Watched) -> None:
    """The brokers' own files are what the exporter tells, partition by partition."""
    data = servers.description.layout.kafka_data
    await until(lambda: exporter.total("headrace_partition_bytes") == bytes_in(data), within=60)
    sizes = exporter.samples("headrace_partition_bytes")
    for (broker, partition, topic), size in sizes.items():
        assert broker == "1"
        assert size == bytes_in(data, f"{topic}-{partition}")


def bytes_in(data: Path, pattern: str = "dreamscape.*") -> int:
    return sum(file.stat().st_size for file in data.glob(f"{pattern}/*.log"))
