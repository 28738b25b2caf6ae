"""Events to records' values: checked against schema and rules, encoded, framed."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile

from headrace.catalog import Catalog, EventType, SchemaVersion, Topic
from headrace.clock import Clock, SystemClock
from headrace.codec.full import full_writer
from headrace.codec.json_form.refused import Refused
from headrace.codec.quick import Doubt, WriteEvent, WritePosted, event_writer, posted_writer
from headrace.codec.record import Record, headers_of, key_of
from headrace.codec.registry import SchemaRegistry
from headrace.codec.rules import MAX_EVENT_BYTES
from headrace.codec.wire import pack
from headrace.envelope import Event
from headrace.errors import ConfigurationError, FieldProblem, InvalidEventError
from headrace.ids import uuid_text


@dataclass(frozen=True, slots=True)
class _Plan:
    """What one schema version needs to be encoded, prepared once."""

    header: bytes
    quick: WriteEvent
    posted: WritePosted
    full: Callable[[Event, datetime], bytes]
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
        return _value(plan, event, uuid_text(event.event_id), self._clock.now())

    def record(self, event: Event, traceparent: str | None = None) -> Record:
        """The whole record: value, key and headers. Raises what `encode` and `key_of` raise."""
        plan = self._plan(event.event_type, event.version)
        event_id = uuid_text(event.event_id)
        value = _value(plan, event, event_id, self._clock.now())
        key = key_of(event, plan.topic, event_id)
        return Record(plan.topic.name, value, key, headers_of(event, traceparent, event_id))

    def topic_of(self, event: Event) -> Topic:
        """The one topic that the event's type travels on; raises UnknownEventTypeError."""
        return self._plan(event.event_type, event.version).topic

    def posted_writers(self, event: Event) -> Mapping[tuple[str, str | None], WritePosted]:
        """The shortest way for events of the same type and version, by what their JSON says."""
        write = self._plan(event.event_type, event.version).posted
        is_latest = self._catalog.event_type(event.event_type).latest.version == event.version
        versions = (event.version, None) if is_latest else (event.version,)
        return {(event.event_type, version): write for version in versions}

    def _plan(self, event_type: str, version: str) -> _Plan:
        plan = self._plans.get((event_type, version))
        if plan is None:
            found = self._catalog.event_type(event_type)
            plan = self._plans[event_type, version] = self._made(found, found.version(version))
        return plan

    def _made(self, event_type: EventType, version: SchemaVersion) -> _Plan:
        schema_id = registered(self._registry, event_type, version)
        header, topic = pack(schema_id, b""), self._catalog.topic(event_type.topic)
        return _Plan(
            header=header,
            quick=event_writer(header, event_type.name, version, topic),
            posted=posted_writer(header, event_type.name, version, topic),
            full=full_writer(version, topic),
            topic=topic,
        )


def registered(registry: SchemaRegistry, event_type: EventType, version: SchemaVersion) -> int:
    """The version's id. Earlier minors of its subject are registered before it: a registry takes
    them in that order only, and a producer that still writes one of them must not be too late.

    Raises what `SchemaRegistry.register` raises.
    """
    level = event_type.compatibility
    for earlier in takewhile(lambda each: each is not version, event_type.versions):
        if earlier.subject == version.subject:
            with suppress(ConfigurationError):  # it was never there, and it is too late for it
                registry.register(earlier.subject, earlier.composed_json, level)
    return registry.register(version.subject, version.composed_json, level)


def _value(plan: _Plan, event: Event, event_id: str, now: datetime) -> bytes:
    try:
        value = plan.quick(event, event_id, now)
    except (Doubt, Refused, ValueError):
        value = plan.header + plan.full(event, now)
    if len(value) > MAX_EVENT_BYTES:
        reason = f"takes {len(value)} bytes encoded; an event may take {MAX_EVENT_BYTES}"
        raise InvalidEventError(FieldProblem("event", reason))
    return value
