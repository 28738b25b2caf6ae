"""What is appended, checked by catalog and schema, and laid out for one statement."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString
from uuid import UUID

from headrace.catalog import Catalog
from headrace.clock import Clock, SystemClock
from headrace.codec import dump_json, parse_json
from headrace.codec.json_form import to_avro
from headrace.codec.rules import MAX_EVENT_BYTES, envelope_problems
from headrace.envelope import Event
from headrace.errors import FieldProblem, InvalidEventError, UnknownEventTypeError
from headrace.events.base import TypedEvent
from headrace.ids import uuid7
from headrace.postgres.sql import statement
from headrace.store.errors import DuplicateEventError
from headrace.store.model import ENVELOPE_KEYS, Append, Appended, Given, Stream

MAX_BATCH = 10_000
"""Events in one call: it is one statement, and its locks are held as long."""
_ONE, _SEVERAL = statement("store_append_one"), statement("store_append")
_MAX_AGGREGATE_TYPE = 50
_MAX_VERSION = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Appends that were checked: their events, and the values of `statement`, which is
    `store_append_one` for a single event, whose arrays would take as long as all the rest.
    """

    appends: tuple[tuple[Stream, tuple[Event, ...]], ...]
    statement: LiteralString
    values: Mapping[str, Any]

    def appended(self, rows: list[Any]) -> list[Appended]:
        """The statement's answer, by stream."""
        repeated, *columns = rows[0]
        if self.statement == _ONE:
            columns = [[value] for value in columns]
        done, first = [], 0
        for stream, events in self.appends:
            part = slice(first, first + len(events))
            transactions, places, numbers = (tuple(each[part]) for each in columns)
            done.append(Appended(stream, events, numbers, transactions, places, repeated))
            first = part.stop
        return done


class Checker:
    """Makes events and checks them. `source` is what events of this process are said to be from.

    Thread-safe; a schema is compiled once.
    """

    def __init__(self, catalog: Catalog, source: str, clock: Clock | None = None) -> None:
        self._catalog, self._source = catalog, source
        self._clock = clock or SystemClock()
        self._payloads: dict[tuple[str, str], tuple[str | None, Callable[[Any, str], Any]]] = {}

    def event(
        self,
        what: TypedEvent | str,
        payload: Mapping[str, Any] | None = None,
        *,
        version: str | None = None,
        cause: Event | None = None,
        correlation_id: str | None = None,
        **envelope: Any,
    ) -> Event:
        """An event of now and of the type's latest version; `cause` gives causation, correlation.

        Without either its correlation id is its own id.
        """
        event_id: UUID = envelope.pop("event_id", None) or uuid7(self._clock)
        if isinstance(what, TypedEvent):
            payload, version = what.to_payload(), what.version
        event_type = what if isinstance(what, str) else what.event_type
        return Event(
            event_id=event_id,
            event_type=event_type,
            timestamp=envelope.pop("timestamp", None) or self._clock.now(),
            version=version or self._catalog.event_type(event_type).latest.version,
            source=envelope.pop("source", self._source),
            payload=payload or {},
            correlation_id=correlation_id or _correlation(cause, event_id),
            causation_id=envelope.pop("causation_id", str(cause.event_id) if cause else None),
            **envelope,
        )

    def batch(self, appends: Sequence[Append]) -> Batch:
        """Raises InvalidEventError naming each field, and UnknownEventTypeError."""
        _check_shape(appends)
        checked = tuple(
            (append.stream, tuple(self._checked(each, append.stream) for each in append.events))
            for append in appends
        )
        events = [event for _, several in checked for event in several]
        _check_ids(event.event_id for event in events)
        if len(events) == 1:
            return Batch(checked, _ONE, _only_values(appends[0], events[0]))
        numbers = [number for number, (_, several) in enumerate(checked, 1) for _ in several]
        return Batch(checked, _SEVERAL, _values(appends, events, numbers))

    def _checked(self, given: Given, stream: Stream) -> Event:
        event = self.event(given) if isinstance(given, TypedEvent) else given
        problems = envelope_problems(event, self._clock.now())
        problems += _stream_problems(event, stream)
        aggregate_type, check = self._schema(event.event_type, event.version)
        if aggregate_type not in (None, stream.aggregate_type):
            problems.append(
                FieldProblem("aggregateType", f"{event.event_type} is of {aggregate_type}")
            )
        try:
            check(event.payload, "payload")
        except InvalidEventError as error:
            problems += error.problems
        if problems:
            raise InvalidEventError(*problems)
        return event

    def _schema(
        self, event_type: str, version: str
    ) -> tuple[str | None, Callable[[Any, str], Any]]:
        known = self._payloads.get((event_type, version))
        if known is None:
            found = self._catalog.event_type(event_type)
            topic = self._catalog.topic(found.topic)
            if topic.authority != "store":
                raise UnknownEventTypeError(
                    FieldProblem(
                        "eventType",
                        f"{event_type} is not the event store's: publish it to {topic.name}",
                    )
                )
            check = to_avro(found.version(version).payload)
            known = self._payloads[event_type, version] = (topic.aggregate_type, check)
        return known


def _correlation(cause: Event | None, event_id: UUID) -> str:
    return cause.correlation_id or str(cause.event_id) if cause else str(event_id)


def _check_shape(appends: Sequence[Append]) -> None:
    for append in appends:
        if not append.events:
            raise InvalidEventError(FieldProblem("events", f"none for {append.stream}"))
        if not (type(append.stream.aggregate_id) is UUID and _is_type(append.stream)):
            raise InvalidEventError(
                FieldProblem("aggregateId", "a stream is an aggregate type and a UUID")
            )
        if not -2 <= append.expected <= _MAX_VERSION:
            raise InvalidEventError(
                FieldProblem("expected", "must be a version from 0, or one of Expected")
            )
    twice = Counter(append.stream.aggregate_id for append in appends).most_common(1)
    if not twice or twice[0][1] > 1:
        reason = f"{twice[0][0]} is given twice" if twice else "none given"
        raise InvalidEventError(FieldProblem("streams", reason))
    if (number := sum(len(append.events) for append in appends)) > MAX_BATCH:
        reason = f"{number} in one call; at most {MAX_BATCH}, append the others after them"
        raise InvalidEventError(FieldProblem("events", reason))


def _is_type(stream: Stream) -> bool:
    return 0 < len(stream.aggregate_type) <= _MAX_AGGREGATE_TYPE


def _check_ids(event_ids: Iterable[UUID]) -> None:
    event_id, number = Counter(event_ids).most_common(1)[0]
    if number > 1:
        raise DuplicateEventError(f"{event_id} is in this batch {number} times", event_id)


def _stream_problems(event: Event, stream: Stream) -> list[FieldProblem]:
    problems = []
    if event.aggregate_id not in (None, str(stream.aggregate_id)):
        problems.append(FieldProblem("aggregateId", f"is not {stream.aggregate_id}"))
    if event.aggregate_type not in (None, stream.aggregate_type):
        problems.append(FieldProblem("aggregateType", f"is not {stream.aggregate_type}"))
    if event.aggregate_version is not None:
        reason = "is the store's to give; say which version you expect with `expected`"
        problems.append(FieldProblem("aggregateVersion", reason))
    return problems


def _only_values(append: Append, event: Event) -> dict[str, Any]:
    payload, metadata = _texts(event)
    return {
        "stream_id": append.stream.aggregate_id,
        "stream_type": append.stream.aggregate_type,
        "expected": int(append.expected),
        "event_id": event.event_id,
        "event_type": event.event_type,
        "timestamp": event.timestamp.replace(tzinfo=None),
        "source": event.source,
        "schema_version": event.version,
        "payload": payload,
        "metadata": metadata,
    }


def _values(
    appends: Sequence[Append], events: Sequence[Event], numbers: list[int]
) -> dict[str, Any]:
    texts = [_texts(event) for event in events]
    return {
        "stream_ids": [append.stream.aggregate_id for append in appends],
        "stream_types": [append.stream.aggregate_type for append in appends],
        "expected": [int(append.expected) for append in appends],
        "event_streams": numbers,
        "event_ids": [event.event_id for event in events],
        "event_types": [event.event_type for event in events],
        "timestamps": [event.timestamp.replace(tzinfo=None) for event in events],
        "sources": [event.source for event in events],
        "schema_versions": [event.version for event in events],
        "payloads": [payload for payload, _ in texts],
        "metadatas": [metadata for _, metadata in texts],
    }


def _texts(event: Event) -> tuple[str, str]:
    """Payload and metadata as JSON; raises InvalidEventError if they are too large."""
    payload = dump_json(event.payload)
    metadata = dump_json(_metadata(event))
    if (size := len(payload) + len(metadata)) > MAX_EVENT_BYTES:
        reason = f"takes {size} bytes as JSON; an event may take {MAX_EVENT_BYTES}"
        raise InvalidEventError(FieldProblem("event", reason))
    return payload.decode(), metadata.decode()


def _metadata(event: Event) -> dict[str, Any]:
    """The event's metadata and its envelope's own fields, as the store keeps them together."""
    own = {
        key: value
        for key, name in ENVELOPE_KEYS.items()
        if (value := getattr(event, name)) is not None
    }
    if event.metadata_json == "{}":
        return own
    metadata: dict[str, Any] = parse_json(event.metadata_json.encode())
    for key, name in ENVELOPE_KEYS.items():
        if key in metadata and metadata[key] != getattr(event, name):
            reason = f"differs from the event's own {key}; give it there only"
            raise InvalidEventError(FieldProblem(f"metadata.{key}", reason))
    return metadata | own
