"""Wires a service: engine, source, ledger, producer, and what runs beside them."""

import asyncio
import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from headrace.catalog import Topic
from headrace.clock import Clock
from headrace.codec import EventDecoder, SchemaRegistry
from headrace.codec.columnar import ColumnarDecoder, NativeWatch
from headrace.kafka import AsyncProducer
from headrace.runtime import (
    DeadLetter,
    Engine,
    EngineLimits,
    Events,
    FailurePolicy,
    Ledger,
    Source,
    Stage,
    TopicPartition,
)
from headrace.runtime.worker import Companion
from headrace.service.effects import Effects
from headrace.service.membership import Membership
from headrace.service.picking import Picking
from headrace.service.relay import Relay
from headrace.service.running import Running
from headrace.service.subscriptions import Subscriptions
from headrace.service.writer import Pace, ServiceWriter
from headrace.settings import Settings, load_settings

LedgerKind = Literal["kafka", "postgres"]
WRITERS = 8
INBOX_DAYS = 30.0
"""How long the inbox knows an event: longer than any topic keeps it."""
PRUNE_SECONDS = 3600.0


class NoHandler:
    """A stage wants one; a service's events go through its `ServiceWriter` instead."""

    def prepare(self, events: Events) -> None:
        del events

    def apply(self, events: Events, effects: Any) -> Mapping[TopicPartition, int]:
        raise NotImplementedError


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


@dataclass(frozen=True, slots=True)
class Consuming:
    """A service's consuming half."""

    engine: Engine
    running: Running
    backing: Backing


def consuming(
    membership: Membership,
    subscriptions: Subscriptions,
    backing: Backing,
    *,
    registry: SchemaRegistry,
    clock: Clock,
    pace: Pace,
) -> Consuming:
    """Nothing is connected yet."""
    group = membership.group or ""
    decoder = EventDecoder(membership.catalog, registry, clock)
    stage = Stage(
        membership.service,
        group,
        _topics(subscriptions),
        decoder,
        NoHandler(),
        FailurePolicy(),
        backing.columnar,
    )
    picking = Picking(stage, subscriptions, clock)
    running = Running(
        membership.service,
        group,
        picking,
        backing.effects,
        clock=clock,
        concurrency=pace.concurrency,
        seconds=pace.seconds,
        parks=backing.ledger.parking is not None,
        loop=asyncio.get_running_loop(),
        enqueued=backing.relay.wake if backing.relay else lambda: None,
    )
    writer = ServiceWriter(
        stage,
        backing.ledger,
        clock=clock,
        picking=picking,
        running=running,
        effects=backing.effects,
        pace=pace,
    )
    limits = EngineLimits(writers=WRITERS, small_records=0, lanes=1)
    engine = Engine(stage, backing.ledger, clock=clock, limits=limits, applying=writer)
    return Consuming(engine, running, backing)


def _topics(subscriptions: Subscriptions) -> Mapping[str, Topic]:
    return subscriptions.topics


def watch(part: Consuming, settings: Settings | None, clock: Clock) -> Companion:
    """Tells /metrics of the stage's lag and lanes."""
    from headrace.runtime.log_facts import LogFacts
    from headrace.runtime.watching import StageWatch

    facts = LogFacts((settings or load_settings()).kafka).facts
    return StageWatch(part.engine, facts, clock).run


def at_once(
    backing: Backing, registry: SchemaRegistry, settings: Settings, clock: Clock
) -> Backing:
    """The same, decoding many events of a schema at once where there are many."""
    if not settings.columnar:
        return backing
    watch = NativeWatch(settings.state_dir / backing.ledger.group, clock)
    decoder = ColumnarDecoder(registry, watch)
    return replace(backing, columnar=decoder, companions=(*backing.companions, watch.run))


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
