"""Wires the archive."""

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass

from headrace.catalog import Catalog, load_catalog
from headrace.clock import Clock, SystemClock
from headrace.codec import EventDecoder, Registry
from headrace.codec.columnar import ColumnarDecoder, NativeWatch
from headrace.postgres import (
    Database,
    DayCloser,
    DeadLetterOutbox,
    OpenDays,
    PostgresLedger,
    WarmEvents,
)
from headrace.runtime import Engine, EngineLimits, FailurePolicy, Stage
from headrace.runtime.faust_source import FaustSource
from headrace.runtime.publisher import DeadLetterPublisher, DeadLetterTopic
from headrace.runtime.worker import Companion
from headrace.settings import Settings
from processors.archive.closing import close_days
from processors.archive.handler import ArchiveHandler
from processors.archive.summarising import summarise_days

GROUP = "headrace-archive"


@dataclass(frozen=True, slots=True)
class Wired:
    """An engine, where it reads, and what runs beside it."""

    engine: Engine
    source: FaustSource
    companions: Sequence[Companion]
    database: Database


ONE_BY_ONE = EngineLimits(transaction_bytes=2 << 20)
"""Events as objects take many times their bytes, so fewer of them at once."""


ONE_BY_ONE = EngineLimits(transaction_bytes=2 << 20)
"""Events as objects take many times their bytes, so fewer of them at once."""


def build(
    settings: Settings,
    *,
    catalog: Catalog | None = None,
    clock: Clock | None = None,
    policy: FailurePolicy | None = None,
    limits: EngineLimits | None = None,
) -> Wired:
    """The archive on the servers that the settings name. Nothing is connected yet."""
    catalog = catalog or load_catalog()
    clock = clock or SystemClock()
    limits = limits or (EngineLimits() if settings.columnar else ONE_BY_ONE)
    database = Database(
        settings.database_url.get_secret_value(),
        application="headrace-archive",
        connections=limits.writers + 4,
    )
    registry = Registry(settings)
    topics = {name: topic for name, topic in catalog.topics.items() if topic.authority == "log"}
    watch = NativeWatch(settings.state_dir / GROUP, clock)
    stage = Stage(
        "archive",
        GROUP,
        topics,
        EventDecoder(catalog, registry, clock),
        ArchiveHandler(WarmEvents(database)),
        policy or FailurePolicy(parking=None),  # a day that is not there yet concerns many events
        ColumnarDecoder(registry, watch) if settings.columnar else None,
    )
    ledger = PostgresLedger(database, GROUP, f"{socket.gethostname()}:{os.getpid()}")
    publisher = DeadLetterPublisher(
        DeadLetterOutbox(database, GROUP), DeadLetterTopic(GROUP, settings.kafka)
    )
    closer, days = DayCloser(database), OpenDays(database)
    engine = Engine(stage, ledger, clock=clock, limits=limits)
    return Wired(
        engine,
        FaustSource(GROUP, topics, settings.kafka),
        (
            publisher.run,
            lambda: close_days(closer, clock, lambda: engine.behind),
            lambda: summarise_days(days),
            watch.run,
        ),
        database,
    )
