"""A service: what it publishes, what it handles, and its life."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar, overload

import structlog

from headrace.catalog import Catalog, load_catalog
from headrace.clock import Clock, SystemClock
from headrace.codec import EventEncoder, Registry, SchemaRegistry
from headrace.envelope import Event
from headrace.errors import ConfigurationError, HeadraceError
from headrace.events import TypedEvent
from headrace.kafka import AsyncProducer
from headrace.runtime import Engine, FailurePolicy
from headrace.service.building import (
    Backing,
    LedgerKind,
    at_once,
    backing_on,
)
from headrace.service.checking import check
from headrace.service.consuming import Consuming, consuming
from headrace.service.health import Health, Standing, health
from headrace.service.membership import Membership, RegistrationError
from headrace.service.metadata import Metadata
from headrace.service.publishing import Enveloper, Published, Publisher
from headrace.service.subscriptions import Subscriptions
from headrace.service.threads import check_thread
from headrace.service.writer import Pace
from headrace.settings import Settings, load_settings

log = structlog.get_logger(__name__)

E = TypeVar("E", bound=TypedEvent)
R = TypeVar("R")
Handle = Callable[[E, Metadata], R]
DRAIN_SECONDS = 30.0
ENDS_WITHIN = 90.0
"""The longest that a shutdown takes: handlers, statements and the last offsets have time limits."""


class Service:
    """One service of the catalog, in one process. All methods belong to one event loop.

    `ledger="kafka"` needs no database and is at least once; `"postgres"` keeps offsets, inbox and
    outbox at DATABASE_URL, where handlers write in the same transaction: exactly once. The group
    is the one that the catalog has for `name`, unless `group` says otherwise.

    Raises RegistrationError for a name, and at `on` and `publish` for an event type, that the
    catalog does not give to this service.
    """

    def __init__(
        self,
        name: str,
        *,
        ledger: LedgerKind = "kafka",
        catalog: Catalog | Path | None = None,
        group: str | None = None,
        publishes: Iterable[type[TypedEvent] | str] = (),
        settings: Settings | None = None,
        registry: SchemaRegistry | None = None,
        clock: Clock | None = None,
        pace: Pace | None = None,
    ) -> None:
        known = catalog if isinstance(catalog, Catalog) else load_catalog(catalog)
        self.membership = Membership.of(name, known, group)
        self.subscriptions = Subscriptions(self.membership)
        self.clock = clock or SystemClock()
        self.pace = pace or Pace()
        self.ledger: LedgerKind = ledger
        self._given_settings, self._registry = settings, registry
        self._enveloper = Enveloper(self.membership, self.clock)
        self._consuming: Consuming | None = None
        self._publisher: Publisher | None = None
        self._producer: AsyncProducer | None = None
        self._starting = asyncio.Lock()
        self._held: set[str] = set()
        for event in publishes:
            self.membership.check_publishes(event if isinstance(event, str) else event.event_type)

    @property
    def name(self) -> str:
        return self.membership.service

    @property
    def group(self) -> str | None:
        return self.membership.group

    @property
    def settings(self) -> Settings:
        """Those that it was given, or what the environment says now."""
        return self._given_settings or load_settings()

    @property
    def engine(self) -> Engine | None:
        """The stage runtime's, while the service handles events."""
        return None if self._consuming is None else self._consuming.engine

    # registering

    @overload
    def on(
        self, event: type[E], *, policy: FailurePolicy | None = None, timeout: float | None = None
    ) -> Callable[[Handle[E, R]], Handle[E, R]]: ...
    @overload
    def on(
        self, event: str, *, policy: FailurePolicy | None = None, timeout: float | None = None
    ) -> Callable[[Callable[[Event, Metadata], R]], Callable[[Event, Metadata], R]]: ...
    def on(
        self, event: Any, *, policy: FailurePolicy | None = None, timeout: float | None = None
    ) -> Any:
        """Handle an event type: a class of `headrace.events`, or a name (the handler then gets the
        plain Event). `timeout` in seconds; the policy's `parking` says how a failure is retried.
        """

        def register(handler: Any) -> Any:
            if self._consuming is not None:
                raise RegistrationError("register handlers before the service is initialized")
            self.subscriptions.add(event, handler, policy, timeout)
            return handler

        return register

    # publishing

    async def publish(self, event: TypedEvent | Event, **envelope: Any) -> Published:
        """Publish one event; returns once it is durable.

        Inside a handler it continues the flow of the handled event; with the PostgreSQL ledger it
        goes out with the handler's transaction. `envelope`: event_id, timestamp, correlation_id,
        causation_id, aggregate_id, aggregate_version, account_id, user_id, metadata.
        """
        return await self._ready().publish(self._enveloper.event(event, **envelope))

    def publish_sync(self, event: TypedEvent | Event, **envelope: Any) -> Published:
        """`publish` for a handler that is a plain function, or any thread beside the loop."""
        check_thread("publish_sync", "service.publish(…)")
        self._ready()
        work = self.publish(event, **envelope)  # in the thread's context: the handler's flow
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def publish_many(
        self, events: Sequence[TypedEvent | Event]
    ) -> list[Published | HeadraceError]:
        """Publish all, in their order; what happened to each."""
        made = [self._enveloper.tried(event) for event in events]
        return await self._ready().publish_many(made)

    def _ready(self) -> Publisher:
        if self._publisher is None:
            raise ConfigurationError(
                f"{self.name} is not running: `await service.initialize()` first"
            )
        return self._publisher

    # life

    async def initialize(self) -> None:
        """Connect and begin to handle events; a second call changes nothing.

        Raises OutageError or ConfigurationError, with the remedy, within half a minute.
        """
        async with self._starting:
            if self._publisher is not None:
                return
            settings = self.settings
            registry = self._registry or Registry(settings)
            catalog = self.membership.catalog
            producer = AsyncProducer(
                settings, catalog, registry=registry, clock=self.clock, service=self.name
            )
            await producer.__aenter__()
            backing: Backing | None = None
            try:
                topics = sorted(self.subscriptions.topics)
                if topics:
                    backing = backing_on(self.ledger, self.membership, topics, settings, producer)
                    backing = at_once(backing, registry, settings, self.clock)
                effects = backing.effects if backing else None
                await check(settings, catalog, registry, topics, effects)
                encoder = EventEncoder(catalog, registry, self.clock)
                await self.begin(producer, Publisher(producer, encoder), backing, registry)
            except BaseException:
                await self._abandon(producer, backing)
                raise

    async def begin(
        self,
        producer: AsyncProducer | None,
        publisher: Publisher,
        backing: Backing | None,
        registry: SchemaRegistry,
    ) -> None:
        """The last step of `initialize`, on whatever backing (`headrace.testing` has its own)."""
        if backing is not None:
            self._consuming = consuming(
                self.membership,
                self.subscriptions,
                backing,
                registry=registry,
                clock=self.clock,
                pace=self.pace,
            )
            await self._consuming.start()
        self._loop = asyncio.get_running_loop()
        self._producer, self._publisher = producer, publisher
        self._hold()
        log.info("service started", service=self.name, group=self.group)

    async def shutdown(self, seconds: float = DRAIN_SECONDS) -> None:
        """Handlers at work end, within `seconds`; offsets are committed, published events are
        flushed. What was not begun is handled later, or by another instance.
        """
        async with self._starting:
            if self._publisher is None:
                return
            if self._consuming is not None:
                await self._consuming.end(seconds)
            if self._producer is not None:
                await self._producer.__aexit__(None, None, None)
            self._consuming = self._producer = self._publisher = None
            log.info("service ended", service=self.name)

    def overdue(self, seconds: float) -> bool:
        """Whether it should have ended, asked to so many seconds ago. From any thread."""
        blocked = self._consuming is not None and self._consuming.watch.blocked
        return seconds > (DRAIN_SECONDS if blocked else ENDS_WITHIN)

    async def failure(self) -> None:
        """Wait until the service stops by itself; raises why."""
        if self._consuming is None:
            await asyncio.Event().wait()
        else:
            await self._consuming.engine.failure()

    def run(self, *, health_port: int | None = None, health_host: str = "127.0.0.1") -> None:
        """Run until SIGTERM or SIGINT, then drain. GET /health and /metrics on `health_port`.

        Ends the process with code 1 where the service cannot start or stops by itself.
        """
        from headrace.service.process import run

        run(self, health_host, health_port)

    async def _abandon(self, producer: AsyncProducer, backing: Backing | None) -> None:
        if self._consuming is not None:
            await self._consuming.abandon()
            self._consuming = None
        if backing is not None:
            await backing.close()
        producer.abandon()

    # looking after

    def tell_lag(self) -> None:
        """From now on /metrics has the lag and the lanes of its stage."""
        if self._consuming is not None:
            self._consuming.tell_lag(self.settings.kafka, self.clock)

    async def health_check(self) -> Health:
        """{healthy, details: {clusterId, brokers, controller, topicsCount, connectedConsumers,
        producerConnected}}, and where it is not healthy `error`, which says why; answers within a
        few seconds, whatever is away.
        """
        part = self._consuming
        problems = [] if part is None else part.problems()
        if self._publisher is None:
            problems.append(f"{self.name} is not running: it is starting, or has ended")
        standing = Standing(
            self.subscriptions.topics,
            joined=part is not None and part.joined,
            producing=self._publisher is not None,
            problems=problems,
        )
        return await health(self.settings.kafka, standing)

    def pause(self, *what: type[TypedEvent] | str) -> None:
        """Begin no further event of these types or topics (all, if none is named). A type pauses
        its whole topic, since a partition's order is one.
        """
        self._held |= self._topics_of(what)
        self._hold()

    def resume(self, *what: type[TypedEvent] | str) -> None:
        """Undo `pause`."""
        self._held -= self._topics_of(what)
        self._hold()

    def _topics_of(self, what: Sequence[type[TypedEvent] | str]) -> set[str]:
        known = self.subscriptions.topics
        names = [each if isinstance(each, str) else each.event_type for each in what]
        topics = {
            name if name in known else self.membership.check_takes(name).name for name in names
        }
        return topics or set(known)

    def _hold(self) -> None:
        if self._consuming is not None:
            self._consuming.hold(frozenset(self._held))
