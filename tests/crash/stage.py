"""A stage to attack: it keeps the number of each event in a table that refuses nothing.

The table has no unique constraint, so an event that is applied twice stands there twice. Run as a
process of its own (`python -m tests.crash.stage`), wired as processors/archive/build.py wires the
archive; CRASH_TOPIC and CRASH_GROUP say what it reads and as whom.
"""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from headrace.catalog import Topic, load_catalog
from headrace.clock import Clock
from headrace.codec import EventDecoder, Registry
from headrace.errors import HeadraceError
from headrace.logs import configure
from headrace.postgres import Database, DeadLetterOutbox, PostgresLedger
from headrace.runtime import Engine, Stage, StageEvent, TopicPartition
from headrace.runtime.faust_source import FaustSource
from headrace.runtime.publisher import DeadLetterPublisher, DeadLetterTopic
from headrace.runtime.worker import run_worker
from headrace.settings import Settings, load_settings
from tests.crash.clocks import jumping_clock

EVENT_TYPE = "analytics.event.tracked"

EFFECTS = """
CREATE TABLE IF NOT EXISTS public.crash_effects (
    written bigserial,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    run text,
    number bigint,
    "partition" int,
    record_offset bigint,
    published_at timestamptz
);
CREATE INDEX IF NOT EXISTS crash_effects_run ON public.crash_effects (run, "partition", written);
"""
"""`written` counts rows as they are made, so it shows the order within a partition."""

COPY = """
COPY public.crash_effects (run, number, "partition", record_offset, published_at) FROM STDIN
"""


def topic_like_the_catalogs(name: str) -> Topic:
    """A topic of a test's own that carries `EVENT_TYPE`."""
    catalog = load_catalog()
    return replace(catalog.topic(catalog.event_type(EVENT_TYPE).topic), name=name)


@dataclass(frozen=True, slots=True)
class KeepNumbers:
    """The handler: one row an event, by COPY, in the ledger's transaction."""

    run: str

    def prepare(self, events: Sequence[StageEvent]) -> None:
        return

    def apply(self, events: Sequence[StageEvent], effects: Any) -> Mapping[TopicPartition, int]:
        with effects.cursor() as cursor, cursor.copy(COPY) as copy:
            for each in events:
                event = each.event
                place = (each.tp.partition, each.offset)
                copy.write_row((self.run, event.aggregate_version, *place, event.timestamp))
        return {}


async def _run(settings: Settings, topic: Topic, group: str, clock: Clock) -> None:
    database = Database(
        settings.database_url.get_secret_value(), application="crash-stage", connections=7
    )
    decoder = EventDecoder(load_catalog(), Registry(settings), clock)
    stage = Stage("numbers", group, {topic.name: topic}, decoder, KeepNumbers(group))
    ledger = PostgresLedger(database, group, f"worker:{os.getpid()}")
    publisher = DeadLetterPublisher(
        DeadLetterOutbox(database, group), DeadLetterTopic(group, settings.kafka)
    )
    source = FaustSource(group, [topic.name], settings.kafka)
    try:
        await run_worker(Engine(stage, ledger, clock=clock), source, [publisher.run])
    finally:
        database.close()


def main() -> None:
    settings = load_settings()
    configure(settings.log_level, f"numbers-{os.getpid()}")
    topic = topic_like_the_catalogs(os.environ["CRASH_TOPIC"])
    try:
        asyncio.run(_run(settings, topic, os.environ["CRASH_GROUP"], jumping_clock()))
    except HeadraceError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(1)  # as `headrace worker` does: a crashed consumer leaves a thread behind


if __name__ == "__main__":
    main()
