"""Events to records' values: checked against schema and rules, encoded, framed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from fastavro import parse_schema, schemaless_writer

from headrace.catalog import Catalog, EventType, SchemaVersion, Topic
from headrace.clock import Clock, SystemClock
from headrace.codec.json_form import to_avro
from headrace.codec.registry import SchemaRegistry
from headrace.codec.rules import MAX_EVENT_BYTES, envelope_problems
from headrace.codec.wire import pack
from headrace.envelope import Event
from headrace.errors import FieldProblem, InvalidEventError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one schema version needs to be encoded, prepared once."""

    header: bytes
    schema: Any
    payload: Callable[[Any, str], Any]
    topic: Topic


class EventEncoder:
    """Turns events into values for Kafka. Thread-safe; the registry is asked once a version."""

    def __init__(
        self, catalog: Catalog, registry: SchemaRegistry, clock: Clock | None = None
    ) -> None:
        self._catalog = catalog
        self._registry = registry
        self._clock = clock or SystemClock()
        self._plans: dict[tuple[str, str], _Plan] = {}

    def encode(self, event: Event) -> bytes:
        """The record's value. Raises InvalidEventError naming the fields, OutageError."""
        plan = self._plan(event.event_type, event.version)
        problems = envelope_problems(event, self._clock.now())
        problems += _aggregate_problems(event, plan.topic)
        payload = _checked_payload(plan, event.payload, problems)
        if problems:
            raise InvalidEventError(*problems)
        return _written(plan, event, payload)

    def topic_of(self, event: Event) -> Topic:
        """The one topic that the event's type travels on; raises UnknownEventTypeError."""
        return self._plan(event.event_type, event.version).topic

    def _plan(self, event_type: str, version: str) -> _Plan:
        plan = self._plans.get((event_type, version))
        if plan is None:
            found = self._catalog.event_type(event_type)
            plan = self._plans[event_type, version] = self._made(found, found.version(version))
        return plan

    def _made(self, event_type: EventType, version: SchemaVersion) -> _Plan:
        schema_id = self._registry.register(version.subject, version.composed_json)
        return _Plan(
            header=pack(schema_id, b""),
            schema=parse_schema(version.composed),
            payload=to_avro(version.payload),
            topic=self._catalog.topic(event_type.topic),
        )


def _checked_payload(plan: _Plan, payload: Mapping[str, Any], problems: list[FieldProblem]) -> Any:
    try:
        return plan.payload(payload, "payload")
    except InvalidEventError as error:
        problems.extend(error.problems)
        return None


def _aggregate_problems(event: Event, topic: Topic) -> list[FieldProblem]:
    if event.aggregate_type in (None, topic.aggregate_type) or topic.aggregate_type is None:
        return []
    return [FieldProblem("aggregateType", f"must be {topic.aggregate_type} on {topic.name}")]


def _written(plan: _Plan, event: Event, payload: Any) -> bytes:
    buffer = BytesIO()
    buffer.write(plan.header)
    schemaless_writer(buffer, plan.schema, _record(event, payload))
    value = buffer.getvalue()
    if len(value) > MAX_EVENT_BYTES:
        reason = f"takes {len(value)} bytes encoded; an event may take {MAX_EVENT_BYTES}"
        raise InvalidEventError(FieldProblem("event", reason))
    return value


def _text(value: str | None) -> tuple[str, str] | None:
    """An optional text with its branch's name, which spares fastavro a search."""
    return None if value is None else ("string", value)


def _record(event: Event, payload: Any) -> dict[str, Any]:
    return {
        "eventId": str(event.event_id),
        "eventType": event.event_type,
        "timestamp": (event.timestamp - _EPOCH) // _MICROSECOND,
        "version": event.version,
        "source": event.source,
        "correlationId": _text(event.correlation_id),
        "causationId": _text(event.causation_id),
        "aggregateType": _text(event.aggregate_type),
        "aggregateId": _text(event.aggregate_id),
        "aggregateVersion": event.aggregate_version,
        "accountId": _text(event.account_id),
        "userId": _text(event.user_id),
        "metadata": event.metadata_json,
        "payload": payload,
    }
