"""The service library: typed publishing against a bare producer, handlers against stock Faust."""

import asyncio
import contextlib
import gc
import json
import os
import subprocess
import time
from collections.abc import Mapping
from statistics import median
from typing import Any

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from benchmarks.environments import python_of
from benchmarks.filling import fill, make_topics
from benchmarks.options import Options
from benchmarks.peers.programs.common import Task
from benchmarks.programs import run_program
from benchmarks.progress import say
from benchmarks.publish import Took, bare, small_events
from benchmarks.report import Result, Table, count, ratio
from benchmarks.servers import Servers, servers
from benchmarks.shapes import make_shape, samples
from deploy.local.layout import REPOSITORY
from headrace import Service
from headrace.catalog import Catalog, load_catalog
from headrace.codec import Registry
from headrace.envelope import Event
from headrace.events import TypedEvent, typed_event
from headrace.kafka import create_topics
from headrace.postgres.migrating import SERVICE, migrate
from headrace.settings import Settings

EVENTS, PUBLISHED, ROUNDS = 300_000, 40_000, 3
PARTITIONS = 4
AT_ONCE = 10_000
SECONDS = 300
GROUP = "dreamscape-user-service-group"
WAYS = ("stock Faust", "kafka", "postgres")
NOTES = (
    f"Published {AT_ONCE:,} at a time. Ours begins with typed events and makes ids, times and "
    "envelopes; the bare producer has all of that ready.",
)
TITLES = {
    "stock Faust": "Faust 0.15.3, stock agent, `async for`, fastavro; at least once",
    "kafka": 'a `Service`, `ledger="kafka"`: typed, checked, order per key; at least once',
    "postgres": 'a `Service`, `ledger="postgres"`: inbox and outbox as well; exactly once',
}


def run(options: Options) -> Result:
    """Medians of rounds."""
    rounds = options.rounds or ROUNDS
    catalog, tables = load_catalog(), []
    with servers() as running:
        if options.wants("handlers"):  # first: it makes its topic, which publishing fills further
            tables.append(_handling(running, catalog, options.events or EVENTS, rounds))
        create_topics(catalog, running.settings.kafka)
        if options.wants("publish"):
            tables.append(_publishing(running.settings, catalog, rounds))
    return Result(tables, [f"Medians of {rounds} rounds.", *NOTES])


# publishing


def _publishing(settings: Settings, catalog: Catalog, rounds: int) -> Table:
    events = small_events(PUBLISHED)
    latest = catalog.event_type(events[0].event_type).latest
    event_class = typed_event(events[0].event_type, latest.version)
    typed = [event_class.from_payload(_as_read(event)) for event in events]
    gc.freeze()  # the waiting events are the benchmark's own: no program holds them all at once
    pairs = [
        (asyncio.run(_published(settings, catalog, typed)), bare(settings, catalog, events))
        for _ in range(rounds)
    ]
    shares = [theirs.seconds / ours.seconds for ours, theirs in pairs]
    sides = list(zip(*pairs, strict=True))
    rates = [count(len(events) / median(one.seconds for one in side)) for side in reversed(sides)]
    cpu = [f"{median(one.cpu for one in side) / len(events) * 1e6:.1f}" for side in reversed(sides)]
    columns = (
        "",
        "bare confluent-kafka, fastavro, no checks: events/s",
        "`Service.publish_many` of typed events",
        "ratio",
        "CPU µs an event: bare",
        "ours",
    )
    row = ("small events", *rates, ratio(median(shares)), *cpu)
    return Table(f"Publish {len(events):,} typed events", columns, [row])


def _as_read(event: Event) -> Mapping[str, Any]:
    payload: Mapping[str, Any] = json.loads(json.dumps(event.payload))
    return payload


async def _published(settings: Settings, catalog: Catalog, typed: list[TypedEvent]) -> Took:
    service = Service("ai-service", catalog=catalog, settings=settings)
    await service.initialize()
    began = Took.now()
    for at in range(0, len(typed), AT_ONCE):
        await service.publish_many(typed[at : at + AT_ONCE])
    took = Took.since(began)
    await service.shutdown()
    return took


# handling


def _handling(running: Servers, catalog: Catalog, events: int, rounds: int) -> Table:
    shape = make_shape("small", "", samples.small(), catalog, Registry(running.settings))
    topic, brokers = shape.topics[0], running.settings.kafka.brokers
    make_topics(brokers, {topic: PARTITIONS})
    create_topics(catalog, running.settings.kafka)
    fill(brokers, shape.records(events))
    migrate(running.stack.database_url, SERVICE)
    found = [{way: _once(running, topic, events, way) for way in WAYS} for _ in range(rounds)]
    stock = median(each["stock Faust"]["per_second"] for each in found)
    rows = []
    for way in WAYS:
        rate = median(each[way]["per_second"] for each in found)
        cpu = median(each[way]["cpu_micros"] for each in found)
        rows.append((TITLES[way], count(rate), f"{rate / stock:.1f} ×", f"{cpu:.1f}"))  # noqa: RUF001 - the sign for times
    title = (
        f"{events:,} records of {shape.average_bytes} bytes, {PARTITIONS} partitions, one process"
    )
    columns = (
        "a handler that does nothing, called event by event",
        "events/s",
        "",
        "CPU µs an event",
    )
    return Table(title, columns, rows)


def _once(running: Servers, topic: str, events: int, way: str) -> dict[str, Any]:
    found = _faust(running, topic, events) if way == "stock Faust" else _ours(running, events, way)
    say(f"{way}: {found['per_second']:,.0f} events/s")
    return found


def _ours(running: Servers, events: int, ledger: str) -> dict[str, Any]:
    _forget(running)
    environment = {**running.worker_environment(), "DATABASE_URL": running.stack.database_url}
    return run_program(
        "service_handlers", str(events), ledger, environment=environment, seconds=SECONDS
    )


def _forget(running: Servers) -> None:
    """As if the service had never run."""
    with running.connect() as connection:
        connection.execute("TRUNCATE stage.stage_offsets, service.inbox, service.outbox")
    admin = AdminClient({"bootstrap.servers": running.settings.kafka.brokers})
    for future in admin.delete_consumer_groups([GROUP]).values():
        with contextlib.suppress(KafkaException):  # there was none
            future.result()


def _faust(running: Servers, topic: str, events: int) -> dict[str, Any]:
    task = Task(
        brokers=running.settings.kafka.brokers,
        topic=topic,
        group=f"stock-{time.monotonic_ns()}",
        registry=running.settings.schema_registry_url,
        **dict.fromkeys(("host", "database", "user", "password", "schema", "table"), ""),
        port=0,
    )
    own = {"PYTHONPATH": str(REPOSITORY), "PEER_EVENTS": str(events)}
    done = subprocess.run(
        [str(python_of("faust")), "-m", "benchmarks.peers.programs.faust_events"],
        env={**os.environ, **own, **task.variable()},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=SECONDS,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
