"""Numbered events, published steadily while everything around breaks."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from confluent_kafka import Producer

from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.codec import EventEncoder, Registry
from headrace.codec.wire import HEADER_SIZE, pack
from headrace.envelope import Event
from headrace.ids import uuid7
from headrace.settings import Settings
from tests.crash.stage import EVENT_TYPE

SLICES_A_SECOND = 20
KEYS = 64
DELIVERED_WITHIN_MS = 900_000
"""Longer than any outage of a plan: the producer itself must not give up on an event."""


class Publisher:
    """Events 0, 1, 2, … into one topic, each exactly once (an idempotent producer).

    The number is the event's `aggregate_version`; `mark` is its correlation id. Keys spread the
    numbers over the partitions, and within a partition they rise.
    """

    def __init__(self, settings: Settings, topic: str, mark: str) -> None:
        self._topic, self._mark = topic, mark
        self._clock = SystemClock()
        self._type = load_catalog().event_type(EVENT_TYPE)
        self._registry = Registry(settings)
        self._encoder = EventEncoder(load_catalog(), self._registry, self._clock)
        self._producer = Producer(
            {
                "bootstrap.servers": settings.kafka.brokers,
                "enable.idempotence": True,
                "message.timeout.ms": DELIVERED_WITHIN_MS,
                "log_level": 0,
            }
        )
        self._next = 0
        self._header = b""
        self._spare_headers: list[bytes] = []
        self._refused: list[Any] = []
        self._ending = False

    @property
    def published(self) -> int:
        return self._next

    def prepare(self, schemas: int) -> None:
        """Register the schema, and `schemas` more for later; the registry may be away then."""
        self._header = self._encoder.encode(self._event(0))[:HEADER_SIZE]
        self._spare_headers = [self._another_schema(number) for number in range(schemas)]

    def use_another_schema(self) -> None:
        """From now on events carry a schema id that no worker has seen."""
        self._header = self._spare_headers.pop()

    async def publish(self, events: int) -> None:
        """So many more, at once."""
        await asyncio.to_thread(self._publish, events)

    @asynccontextmanager
    async def steadily(self, a_second: float) -> AsyncIterator[None]:
        """Publish while the block runs; what Kafka does not take now the producer keeps."""
        self._ending = False
        publishing = asyncio.create_task(self._steadily(a_second))
        try:
            yield
        finally:
            self._ending = True
            await publishing

    async def _steadily(self, a_second: float) -> None:
        due = 0.0
        while not self._ending:
            due += a_second / SLICES_A_SECOND
            await self.publish(int(due))
            due -= int(due)
            await asyncio.sleep(1 / SLICES_A_SECOND)

    async def finish(self, at_least: int) -> None:
        """Fill up to `at_least` events and wait until Kafka has every one of them."""
        await self.publish(max(at_least - self._next, 0))
        assert await asyncio.to_thread(self._producer.flush, DELIVERED_WITHIN_MS / 1000) == 0
        assert not self._refused

    def _publish(self, events: int) -> None:
        for number in range(self._next, self._next + events):
            event = self._event(number)
            value = self._header + self._encoder.encode(event)[HEADER_SIZE:]
            self._produce(value, str(number % KEYS).encode())
            self._next = number + 1

    def _produce(self, value: bytes, key: bytes) -> None:
        while True:
            try:
                self._producer.produce(self._topic, value, key, on_delivery=self._told)
                self._producer.poll(0)
                return
            except BufferError:  # Kafka is away: the buffer's room comes back with it
                self._producer.poll(0.1)

    def _told(self, error: Any, _: Any) -> None:
        if error is not None:
            self._refused.append(error)

    def _event(self, number: int) -> Event:
        return Event(
            event_id=uuid7(self._clock),
            event_type=EVENT_TYPE,
            timestamp=self._clock.now(),
            version=self._type.latest.version,
            source="crash-test",
            correlation_id=self._mark,
            aggregate_id=f"{self._mark}-{number % KEYS}",
            aggregate_version=number,
            payload=self._type.latest.example,
        )

    def _another_schema(self, number: int) -> bytes:
        """The same shape under another id: only its documentation differs."""
        schema = json.loads(self._type.latest.composed_json)
        text = json.dumps({**schema, "doc": f"{self._mark}, schema {number}."})
        return pack(self._registry.register(self._type.latest.subject, text), b"")
