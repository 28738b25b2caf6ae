"""Publishing as a service: its name, its rights, the flow at hand, and a handler's outbox."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from headrace.clock import Clock
from headrace.codec import EventEncoder, Record
from headrace.envelope import Event
from headrace.errors import FieldProblem, HeadraceError, InvalidEventError
from headrace.events import TypedEvent
from headrace.ids import uuid7
from headrace.kafka import Receipt, Result
from headrace.kafka.correlation import current, with_correlation
from headrace.service.handling import current_handling
from headrace.service.membership import Membership


class Published(NamedTuple):
    """`receipt` None: the event waits in the outbox, and goes out when its handler's transaction
    has committed.
    """

    event_id: UUID
    receipt: Receipt | None


class Enveloper:
    """Makes whole events of payloads, for one service."""

    def __init__(self, membership: Membership, clock: Clock) -> None:
        self._membership, self._clock = membership, clock
        self._aggregates: dict[str, tuple[str | None, str | None]] = {}

    def event(
        self,
        given: TypedEvent | Event,
        *,
        event_id: UUID | None = None,
        timestamp: datetime | None = None,
        correlation_id: str | None = None,
        causation_id: str | None = None,
        aggregate_id: str | None = None,
        aggregate_version: int | None = None,
        account_id: str | None = None,
        user_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Event:
        """Raises RegistrationError for a type that the service may not publish, InvalidEventError
        for what is no payload or metadata; the schema is checked when it is encoded.
        """
        aggregate_type, field = self._aggregate(given.event_type)
        if isinstance(given, Event):
            return given
        payload = _payload(given)
        if event_id is None or timestamp is None:
            handling = current_handling()
            identity = handling.identity(given.event_type) if handling else None
            stable_id, stable_time = identity or (None, None)
            event_id = event_id or stable_id or uuid7(self._clock)
            timestamp = timestamp or stable_time or self._clock.now()
        if aggregate_id is None and field is not None:
            aggregate_id = payload.get(field)
        return Event(
            event_id=event_id,
            event_type=given.event_type,
            timestamp=timestamp,
            version=given.version,
            source=self._membership.service,
            payload=payload,
            correlation_id=correlation_id,
            causation_id=causation_id,
            aggregate_type=aggregate_type,
            aggregate_id=aggregate_id,
            aggregate_version=aggregate_version,
            account_id=account_id,
            user_id=user_id,
            metadata_json=_json(metadata) if metadata else "{}",
        )

    def tried(self, given: TypedEvent | Event) -> Event | InvalidEventError:
        """The same, of several: one that is not valid does not stop the others."""
        try:
            return self.event(given)
        except InvalidEventError as error:
            return error

    def _aggregate(self, event_type: str) -> tuple[str | None, str | None]:
        """Checked once a type."""
        found = self._aggregates.get(event_type)
        if found is None:
            topic = self._membership.check_publishes(event_type)
            found = self._aggregates[event_type] = (topic.aggregate_type, topic.aggregate_id)
        return found


def _payload(event: TypedEvent) -> dict[str, Any]:
    try:
        return event.to_payload()
    except (AttributeError, TypeError, ValueError) as error:
        problem = FieldProblem("payload", f"does not fit {type(event).__name__}: {error}")
        raise InvalidEventError(problem) from error


def _json(metadata: Mapping[str, Any]) -> str:
    """Only what comes back as it was: no NaN, no dates."""
    try:
        return json.dumps(metadata, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidEventError(FieldProblem("metadata", f"is not JSON: {error}")) from error


class Producer(Protocol):
    """What sends events and records; `AsyncProducer` is the one."""

    async def publish(self, event: Event) -> Receipt:
        """Returns once it is durable."""

    async def publish_many(self, events: Sequence[Event | Record]) -> list[Result]:
        """A result for each, in their order."""


class Publisher:
    """Sends a service's events. Belongs to the event loop."""

    def __init__(self, producer: Producer, encoder: EventEncoder) -> None:
        self._producer, self._encoder = producer, encoder

    async def publish(self, event: Event) -> Published:
        """Durable in Kafka, or in the transaction of the handler at work."""
        handling = current_handling()
        if handling is not None and handling.outbox is not None:
            record = self._encoder.record(with_correlation(event), current().traceparent)
            handling.outbox.append(record)
            receipt = None
        else:
            receipt = await self._producer.publish(event)
        return Published(event.event_id, receipt)

    async def publish_many(
        self, events: Sequence[Event | InvalidEventError]
    ) -> list[Published | HeadraceError]:
        """A result for each, in their order; some may be refused."""
        handling = current_handling()
        if handling is not None and handling.outbox is not None:
            return [await self._tried(event) for event in events]
        whole = [event for event in events if isinstance(event, Event)]
        results = iter(await self._producer.publish_many(whole))
        return [
            _published(event, next(results)) if isinstance(event, Event) else event
            for event in events
        ]

    async def _tried(self, event: Event | InvalidEventError) -> Published | HeadraceError:
        try:
            return await self.publish(event) if isinstance(event, Event) else event
        except InvalidEventError as error:
            return error


def _published(event: Event, result: Result) -> Published | HeadraceError:
    if isinstance(result, HeadraceError):
        return result
    return Published(event.event_id, result)
