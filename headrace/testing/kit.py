"""A running service on memory."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self, TypeVar
from zlib import crc32

from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry, Record
from headrace.envelope import Event
from headrace.errors import HeadraceError
from headrace.events import TypedEvent
from headrace.ids import uuid7
from headrace.kafka import Receipt, Result
from headrace.kafka.correlation import current, with_correlation
from headrace.runtime import DeadLetter, MemoryLedger, MemoryLog, MemorySource, TopicPartition
from headrace.service.building import Backing
from headrace.service.effects import Answer
from headrace.service.publishing import Publisher
from headrace.service.relay import Relay
from headrace.service.service import Service
from headrace.service.subscriptions import Subscription
from headrace.testing.memory_effects import Answers, MemoryEffects, MemoryOutbox, Statement

E = TypeVar("E", bound=TypedEvent)
SHORT = 0.01
"""Seconds between two attempts: their number is the policy's, the waits are not."""
SETTLE_SECONDS = 10.0


def _no_rows(query: str, values: Any) -> Answer:
    del query, values
    return Answer()


class ServiceKit:
    """Runs `service` inside the block. `answer` says what a handler's statements return."""

    def __init__(
        self, service: Service, *, answer: Answers = _no_rows, partitions: int = 2
    ) -> None:
        self.service = service
        self.log, self.registry = MemoryLog(), MemoryRegistry()
        self.published: list[Event] = []
        catalog = service.membership.catalog
        self._encoder = EventEncoder(catalog, self.registry, service.clock)
        self._decoder = EventDecoder(catalog, self.registry, service.clock)
        self._partitions, self._effects = partitions, MemoryEffects(answer)
        self._sent: list[Record] = []
        self._failures: dict[str, list[Exception]] = {}

    async def __aenter__(self) -> Self:
        for name in self.service.subscriptions.topics:
            self.log.create(name, self._partitions)
        self.service.subscriptions.change(self._quick)
        self.ledger = MemoryLedger(self.service.group or "", clock=self.service.clock)
        transactional = self.service.ledger == "postgres"
        if not transactional:
            self.ledger.parking = None  # type: ignore[assignment]
        self._outbox = MemoryOutbox(self.ledger)
        relay = Relay(self.service.name, self._outbox, self)
        backing = Backing(
            MemorySource(self.log),
            self.ledger,
            self._effects if transactional else None,
            (relay.run,) if transactional else (),
            relay if transactional else None,
        )
        publisher = Publisher(self, self._encoder)
        await self.service.begin(None, publisher, backing, self.registry)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.service.shutdown()

    # what goes in

    async def send(self, event: TypedEvent | Event, source: str = "test", **envelope: Any) -> Event:
        """Put an event on its topic, as another service would; returns it as a whole."""
        whole = event if isinstance(event, Event) else self._whole(event, source, envelope)
        record = self._encoder.record(whole)
        self._sent.append(record)
        self._append(record)
        return whole

    def send_bytes(self, topic: str, value: bytes | None, key: bytes | None = None) -> None:
        """Put any bytes on a topic."""
        self.log.append(topic, self._partition(key), value, key)

    def redeliver(self) -> None:
        """Everything that was sent comes once more, at other offsets, under the same ids."""
        for record in self._sent:
            self._append(record)

    def fail_next(self, event: type[TypedEvent] | str, *errors: Exception) -> None:
        """Raise these, one a call, instead of calling the handler of this type."""
        name = event if isinstance(event, str) else event.event_type
        self._failures.setdefault(name, []).extend(errors)

    # what comes out

    async def settled(self, within: float = SETTLE_SECONDS) -> None:
        """Until every event has ended, and the outbox is empty; AssertionError if they do not."""
        deadline = asyncio.get_running_loop().time() + within
        while not self._is_settled():
            part = self.service.engine
            if part is not None and part.failed is not None:
                raise part.failed
            if asyncio.get_running_loop().time() > deadline:
                raise AssertionError(f"not settled within {within} s: {self.ledger.rows()}")
            await asyncio.sleep(0.005)

    def published_of(self, event_class: type[E]) -> list[E]:
        """What the service published of a type, in order."""
        return [
            event_class.from_payload(event.payload)
            for event in self.published
            if event.event_type == event_class.event_type
        ]

    @property
    def dead_letters(self) -> Sequence[DeadLetter]:
        return self.ledger.letters

    @property
    def statements(self) -> Sequence[Statement]:
        """What handlers wrote that was kept."""
        return [each for each in self.ledger.effects if isinstance(each, Statement)]

    # what the service publishes through

    async def publish(self, event: Event) -> Receipt:
        """Not a test's to call: the service's producer."""
        (result,) = await self.publish_many([event])
        if isinstance(result, HeadraceError):
            raise result
        return result

    async def publish_many(self, events: Sequence[Event | Record]) -> list[Result]:
        """Not a test's to call: the service's producer."""
        return [self._kept(each) for each in events]

    def _kept(self, event: Event | Record) -> Result:
        try:
            record = event if isinstance(event, Record) else self._record(event)
        except HeadraceError as error:
            return error
        self.published.append(self._decoder.decode(record.value).event)
        return Receipt(record.topic, 0, len(self.published) - 1)

    def _record(self, event: Event) -> Record:
        return self._encoder.record(with_correlation(event), current().traceparent)

    def _whole(self, event: TypedEvent, source: str, envelope: dict[str, Any]) -> Event:
        topic = self.service.membership.catalog.topic(event.topic)
        payload = event.to_payload()
        given: dict[str, Any] = {
            "event_id": uuid7(),
            "timestamp": self.service.clock.now(),
            "source": source,
            "aggregate_type": topic.aggregate_type,
            "aggregate_id": payload.get(topic.aggregate_id) if topic.aggregate_id else None,
        }
        fields = given | envelope
        return Event(payload=payload, event_type=event.event_type, version=event.version, **fields)

    def _append(self, record: Record) -> None:
        partition = self._partition(record.key)
        self.log.append(record.topic, partition, record.value, record.key, record.headers)

    def _partition(self, key: bytes | None) -> int:
        return crc32(key or b"") % self._partitions

    def _is_settled(self) -> bool:
        rows = {row.tp: row for row in self.ledger.rows()}
        wanted: list[TopicPartition] = self.log.partitions_of(self.service.subscriptions.topics)
        done = all(tp in rows and rows[tp].next_offset == self.log.facts(tp).end for tp in wanted)
        return done and not self.ledger.parked and self._outbox.empty

    def _quick(self, subscription: Subscription) -> Subscription:
        """Attempts as the policy says, close together, and the failures that a test asked for."""
        retries = replace(subscription.retries, first_wait=SHORT, longest_wait=SHORT)
        parking = subscription.policy.parking and retries
        policy = replace(subscription.policy, parking=parking)
        return replace(subscription, policy=policy, handler=self._failing(subscription))

    def _failing(self, subscription: Subscription) -> Any:
        handler, name = subscription.handler, subscription.event_type

        def fail() -> None:
            errors = self._failures.get(name)
            if errors:
                raise errors.pop(0)

        async def call(event: Any, metadata: Any) -> None:
            fail()
            await handler(event, metadata)

        def call_in_thread(event: Any, metadata: Any) -> Any:
            fail()
            return handler(event, metadata)

        return call if subscription.is_async else call_in_thread
