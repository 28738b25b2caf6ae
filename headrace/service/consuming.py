"""A service's consuming half: the engine and what runs beside it, from its start to its end."""

import asyncio
from collections.abc import Mapping
from typing import Any

from headrace.clock import Clock
from headrace.codec import EventDecoder, SchemaRegistry
from headrace.runtime import (
    Engine,
    EngineLimits,
    Events,
    FailurePolicy,
    Stage,
    TopicPartition,
)
from headrace.runtime.log_facts import LogFacts
from headrace.runtime.watching import StageWatch
from headrace.runtime.worker import Companion
from headrace.service.building import WRITERS, Backing
from headrace.service.membership import Membership
from headrace.service.picking import Picking
from headrace.service.running import Running
from headrace.service.subscriptions import Subscriptions
from headrace.service.watching import LoopWatch
from headrace.service.writer import Pace, ServiceWriter
from headrace.settings import KafkaSettings


class NoHandler:
    """A stage wants one; a service's events go through its `ServiceWriter` instead."""

    def prepare(self, events: Events) -> None:
        del events

    def apply(self, events: Events, effects: Any) -> Mapping[TopicPartition, int]:
        del effects
        raise AssertionError(f"{len(events)} events went by the ServiceWriter")


class Consuming:
    """Belongs to the event loop. `running` has the handlers at work."""

    def __init__(self, engine: Engine, running: Running, backing: Backing, clock: Clock) -> None:
        self.engine, self.running, self.backing = engine, running, backing
        self._beside: list[asyncio.Future[None]] = []
        self.watch = LoopWatch(asyncio.get_running_loop(), clock, running.at)

    async def start(self) -> None:
        """Join the group and begin to handle events."""
        self.watch.start()
        await self.engine.start(self.backing.source)
        for companion in self.backing.companions:
            self._accompany(companion)

    def tell_lag(self, kafka: KafkaSettings, clock: Clock) -> None:
        """Keep /metrics up to date with the stage's lag and lanes, until the end."""
        facts = LogFacts(kafka).facts
        self._accompany(StageWatch(self.engine, facts, clock).run)

    async def end(self, seconds: float) -> None:
        """Handlers at work end, within `seconds`; offsets are committed, the outbox is sent."""
        self.running.drain()
        limit = asyncio.get_running_loop().call_later(seconds, self.running.give_up)
        try:
            await self.engine.stop()
        finally:
            limit.cancel()
        if self.backing.relay is not None:
            await self.backing.relay.send()
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        await self.backing.close()
        self.watch.stop()

    async def abandon(self) -> None:
        """It could not be started."""
        await self.engine.stop()
        self.watch.stop()

    @property
    def joined(self) -> bool:
        """Whether its group has this process now."""
        return self.engine.failed is None and self.engine.joined

    def problems(self) -> list[str]:
        """What keeps it from handling events, each with its remedy."""
        found = list(self.engine.left_out.values())
        if self.engine.failed is not None:
            found.append(f"it has stopped: {self.engine.failed}")
        elif not self.engine.joined:
            group = self.engine.stage.group
            found.append(f"it is not in {group}: it is joining, or the coordinator is away")
        return found

    def hold(self, topics: frozenset[str]) -> None:
        """Begin no further event of these topics."""
        self.running.held = topics
        self.engine.hold(topics)

    def _accompany(self, companion: Companion) -> None:
        task = asyncio.ensure_future(companion())
        task.add_done_callback(self._companion_ended)
        self._beside.append(task)

    def _companion_ended(self, ended: asyncio.Future[None]) -> None:
        if not ended.cancelled() and (error := ended.exception()):
            self.engine.fail(error)


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
        subscriptions.topics,
        decoder,
        NoHandler(),
        FailurePolicy(),
        backing.columnar,
        topics_apart=True,
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
    return Consuming(engine, running, backing, clock)
