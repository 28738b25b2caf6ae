"""The archive, Kafka to PostgreSQL, against COPY of the same rows, packed beforehand."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.flights import TYPE, flights
from benchmarks.report import Figure, show
from deploy.local.direct import DirectStack
from headrace.catalog import Catalog, load_catalog
from headrace.clock import SystemClock
from headrace.codec import EventDecoder, EventEncoder, Registry
from headrace.kafka import AsyncProducer, create_topics
from headrace.postgres import Database, WarmEvents
from headrace.postgres import copy_binary as pack
from headrace.postgres.sql import statement
from headrace.postgres.warm import packed
from headrace.runtime import EventList, StageEvent, TopicPartition
from headrace.settings import Settings

EVENTS = 200_000
ROWS_A_COPY = 5_000
DONE = "SELECT coalesce(sum(applied), 0)::bigint FROM stage.stage_offsets WHERE topic = %s"


def run() -> None:
    """Print both rates and their ratio."""
    with DirectStack(("postgres", "kafka", "registry")) as stack:
        settings, catalog = stack.description.settings(), load_catalog()
        create_topics(catalog, settings.kafka)
        database = Database(stack.database_url, application="benchmark")
        ceiling = EVENTS / _ceiling(settings, catalog, database)
        asyncio.run(_publish(settings, catalog))
        archive = EVENTS / _archive(stack, catalog, database)
        database.close()
    show(
        f"Archive {EVENTS:,} flights, one topic of four partitions, with indexes and ledger",
        [
            Figure("COPY of packed rows, one connection", ceiling),
            Figure("`headrace worker archive`, one process", archive, archive / ceiling),
        ],
    )


def _ceiling(settings: Settings, catalog: Catalog, database: Database) -> float:
    registry = Registry(settings)
    encoder, decoder = EventEncoder(catalog, registry), EventDecoder(catalog, registry)
    rows = []
    for event in flights(catalog, EVENTS):
        decoded = decoder.decode(encoder.encode(event))
        place = TopicPartition("ceiling", 0)
        rows.append(StageEvent(place, 0, decoded.schema_id, decoded.event, decoded.payload_json))
    WarmEvents(database).ensure_days(EventList(rows))
    copies = [
        pack.stream(map(packed, rows[at : at + ROWS_A_COPY]))
        for at in range(0, EVENTS, ROWS_A_COPY)
    ]
    began = time.perf_counter()
    for data in copies:
        with (
            database.transaction() as connection,
            connection.cursor() as cursor,
            cursor.copy(statement("warm_copy")) as copy,
        ):
            copy.write(data)
    return time.perf_counter() - began


async def _publish(settings: Settings, catalog: Catalog) -> None:
    async with AsyncProducer(settings, catalog) as producer:
        events = flights(catalog, EVENTS)
        for at in range(0, EVENTS, 2000):
            await producer.publish_many(events[at : at + 2000])


def _archive(stack: DirectStack, catalog: Catalog, database: Database) -> float:
    """Seconds from the first applied event to the last."""
    topic = catalog.event_type(TYPE).topic
    environment = {**os.environ, **stack.env, "DATABASE_URL": stack.archive_database_url}
    command = [str(Path(sys.executable).with_name("headrace")), "worker", "archive"]
    with subprocess.Popen(command, env=environment) as worker:
        began, first = None, 0
        clock = SystemClock()
        while (done := _applied(database, topic)) < EVENTS:
            if began is None and done:
                began, first = clock.monotonic(), done
            time.sleep(0.05)
        worker.terminate()
    assert began is not None
    return (clock.monotonic() - began) * EVENTS / (EVENTS - first)


def _applied(database: Database, topic: str) -> int:
    with database.transaction() as connection:
        row = connection.execute(DONE, [topic]).fetchone()
    return int(row[0]) if row else 0
