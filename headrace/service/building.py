"""What a service runs on: its source, its ledger, and what runs beside them."""

import asyncio
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from headrace.clock import Clock
from headrace.codec import SchemaRegistry
from headrace.codec.columnar import ColumnarDecoder, NativeWatch
from headrace.kafka import AsyncProducer
from headrace.runtime import (
    DeadLetter,
    Ledger,
    Source,
)
from headrace.runtime.worker import Companion
from headrace.service.effects import Effects
from headrace.service.membership import Membership
from headrace.service.relay import Relay
from headrace.settings import Settings

LedgerKind = Literal["kafka", "postgres"]
WRITERS = 8
INBOX_DAYS = 30.0
"""How long the inbox knows an event: longer than any topic keeps it."""
PRUNE_SECONDS = 3600.0


@dataclass(frozen=True, slots=True)
class Backing:
    """Where a service reads, and where its progress and its effects are kept."""

    source: Source
    ledger: Ledger
    effects: Effects | None = None
    companions: Sequence[Companion] = ()
    relay: Relay | None = None
    database: Any = None
    columnar: ColumnarDecoder | None = None

    async def close(self) -> None:
        if self.database is not None:
            await asyncio.to_thread(self.database.close)


def at_once(
    backing: Backing, registry: SchemaRegistry, settings: Settings, clock: Clock
) -> Backing:
    """The same, decoding many events of a schema at once where there are many."""
    if not settings.columnar:
        return backing
    watch = NativeWatch(settings.state_dir / backing.ledger.group, clock)
    decoder = ColumnarDecoder(registry, watch)
    return replace(backing, columnar=decoder, companions=(*backing.companions, watch.run))


def backing_on(
    ledger: LedgerKind,
    membership: Membership,
    topics: Sequence[str],
    settings: Settings,
    producer: AsyncProducer,
) -> Backing:
    """Nothing is connected yet."""
    group = membership.group or ""
    if ledger == "postgres":
        return postgres_backing(membership.service, group, topics, settings, producer)
    return kafka_backing(group, topics, settings)


def kafka_backing(group: str, topics: Sequence[str], settings: Settings) -> Backing:
    """Kafka's own offsets: at least once, no database."""
    from headrace.runtime.faust_source import FaustSource
    from headrace.runtime.kafka_ledger import KafkaLedger
    from headrace.runtime.publisher import DeadLetterTopic

    source = FaustSource(group, topics, settings.kafka)
    dead = DeadLetterTopic(group, settings.kafka)

    async def publish(letters: Sequence[DeadLetter]) -> None:
        await asyncio.to_thread(dead.send, letters)

    ledger = KafkaLedger(
        group,
        asyncio.get_running_loop(),
        committed=source.committed,
        commit=source.commit_durably,
        publish=publish,
    )
    return Backing(source, ledger)


def postgres_backing(
    service: str, group: str, topics: Sequence[str], settings: Settings, producer: AsyncProducer
) -> Backing:
    """The service's database: effects, inbox, outbox and offsets in one transaction."""
    from headrace.postgres import Database, DeadLetterOutbox, PostgresLedger
    from headrace.postgres.service_effects import PostgresEffects, PostgresOutbox
    from headrace.runtime.faust_source import FaustSource
    from headrace.runtime.publisher import DeadLetterPublisher, DeadLetterTopic

    owner = f"{socket.gethostname()}:{os.getpid()}"
    database = Database(
        settings.database_url.get_secret_value(), application=service, connections=WRITERS + 4
    )
    effects = PostgresEffects(database, group)
    relay = Relay(service, PostgresOutbox(database, group, owner), producer)
    letters = DeadLetterPublisher(
        DeadLetterOutbox(database, group), DeadLetterTopic(group, settings.kafka)
    )

    async def prune() -> None:
        while True:
            await asyncio.to_thread(effects.prune, INBOX_DAYS)
            await asyncio.sleep(PRUNE_SECONDS)

    return Backing(
        FaustSource(group, topics, settings.kafka),
        PostgresLedger(database, group, owner),
        effects,
        (relay.run, letters.run, _through_outages(prune)),
        relay,
        database,
    )


def _through_outages(companion: Companion) -> Companion:
    from headrace.errors import OutageError

    async def run() -> None:
        while True:
            try:
                await companion()
            except OutageError:
                await asyncio.sleep(PRUNE_SECONDS / 60)

    return run
