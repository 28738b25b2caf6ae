"""Records' values to events: everything that is not a sound event of ours is poison."""

import threading
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from struct import error as StructError  # noqa: N812 - its own name says nothing
from typing import Any
from uuid import UUID

import orjson
from fastavro import parse_schema, schemaless_reader

from headrace.catalog import Catalog, Topic
from headrace.clock import Clock, SystemClock
from headrace.codec.envelope_schema import check_envelope
from headrace.codec.json_form import (
    Convert,
    UnsupportedSchemaError,
    compile_field,
    reading_schema,
)
from headrace.codec.json_form.refused import Refused
from headrace.codec.registry import SchemaRegistry
from headrace.codec.rules import MAX_AHEAD, MAX_ID, check_texts
from headrace.codec.strict_json import JsonError, parse_json
from headrace.codec.wire import HEADER_SIZE, schema_id_of
from headrace.envelope import Event
from headrace.errors import PoisonError

_PLAN_LIMIT = 1000
_NUL_ESCAPE = b"\\u0000"
# all that fastavro was seen to raise on mutilated bytes
_BROKEN = (
    EOFError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    OverflowError,
    MemoryError,
    RecursionError,
    StructError,
    AssertionError,
    ArithmeticError,
    AttributeError,
)


@dataclass(frozen=True, slots=True)
class DecodedEvent:
    """An event, the id of the schema it was written with, and its payload as compact JSON."""

    event: Event
    schema_id: int
    payload_json: bytes


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to read the records of one writer schema; `refusal` says why they cannot be read."""

    schema: Any = None
    payload: Convert | None = None
    refusal: PoisonError | None = None


class EventDecoder:
    """Turns values from Kafka into events. Thread-safe; a schema is asked for once.

    Raises PoisonError (see `decode`), UnknownSchemaError, OutageError.
    """

    def __init__(
        self, catalog: Catalog, registry: SchemaRegistry, clock: Clock | None = None
    ) -> None:
        self._catalog = catalog
        self._registry = registry
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._plans: dict[int, _Plan] = {}

    def decode(
        self, value: bytes | None, *, topic: Topic | None = None, now: datetime | None = None
    ) -> DecodedEvent:
        """The event in a record's value; with `topic`, one that this topic lists.

        PoisonError's reasons: tombstone, not_avro, not_an_event, unsupported_schema, broken_avro,
        trailing_bytes, not_finite, bad_decimal, nul, bad_metadata, time_ahead, field_too_long,
        type_not_in_topic. Give `now` to read the clock once for many records.
        """
        schema_id = schema_id_of(value)
        assert value is not None  # noqa: S101 - schema_id_of refuses None
        plan = self._plans.get(schema_id) or self._plan(schema_id)
        if plan.refusal is not None:
            raise PoisonError(plan.refusal.reason, str(plan.refusal))
        record = _read(value, plan.schema)
        event, payload_json = _event(record, plan.payload)
        self._check(event, topic, now)
        return DecodedEvent(event, schema_id, payload_json)

    def _check(self, event: Event, topic: Topic | None, now: datetime | None) -> None:
        if event.timestamp - (now or self._clock.now()) > MAX_AHEAD:
            raise PoisonError("time_ahead", f"its time {event.timestamp} is over a day ahead")
        if _longest(event) > MAX_ID:
            raise PoisonError("field_too_long", f"an envelope field has over {MAX_ID} characters")
        if topic is not None and event.event_type not in topic.event_types:
            raise PoisonError(
                "type_not_in_topic", f"{topic.name} does not carry {event.event_type[:100]!r}"
            )

    def _plan(self, schema_id: int) -> _Plan:
        plan = _planned(self._registry.schema(schema_id))
        with self._lock:
            if len(self._plans) >= _PLAN_LIMIT:
                del self._plans[next(iter(self._plans))]
            self._plans[schema_id] = plan
        return plan


def _planned(schema: dict[str, Any]) -> _Plan:
    try:
        check_envelope(schema)
        payload = compile_field(schema, "payload")
        return _Plan(parse_schema(_with_plain_id(reading_schema(schema))), payload)
    except UnsupportedSchemaError as error:
        return _Plan(refusal=PoisonError("unsupported_schema", str(error)))
    except PoisonError as error:
        return _Plan(refusal=error)


def _with_plain_id(schema: dict[str, Any]) -> dict[str, Any]:
    """fastavro takes twice as long to make the id a UUID as `_read` does."""
    plain = [
        {**field, "type": "string"} if field["name"] == "eventId" else field
        for field in schema["fields"]
    ]
    return {**schema, "fields": plain}


def _read(value: bytes, schema: Any) -> dict[str, Any]:
    stream = BytesIO(value)
    stream.seek(HEADER_SIZE)
    try:
        record: dict[str, Any] = schemaless_reader(stream, schema, None)
        record["eventId"] = UUID(record["eventId"])
    except _BROKEN as error:
        raise PoisonError("broken_avro", f"cannot be decoded: {error!r}") from error
    if stream.tell() != len(value):
        left = len(value) - stream.tell()
        raise PoisonError("trailing_bytes", f"{left} bytes are left over after the event")
    return record


def _event(record: dict[str, Any], convert: Convert | None) -> tuple[Event, bytes]:
    payload = record["payload"]
    if convert is not None:
        payload = convert(payload)
    event = Event(
        event_id=record["eventId"],
        event_type=record["eventType"],
        timestamp=record["timestamp"],
        version=record["version"],
        source=record["source"],
        payload=payload,
        correlation_id=record["correlationId"],
        causation_id=record["causationId"],
        aggregate_type=record["aggregateType"],
        aggregate_id=record["aggregateId"],
        aggregate_version=record["aggregateVersion"],
        account_id=record["accountId"],
        user_id=record["userId"],
        metadata_json=record["metadata"],
    )
    return event, _sound_json(event)


def _sound_json(event: Event) -> bytes:
    """The payload's text, once nothing in the event has a NUL, which PostgreSQL cannot hold."""
    texts = (
        f"{event.event_type}{event.version}{event.source}{event.correlation_id}"
        f"{event.causation_id}{event.aggregate_type}{event.aggregate_id}{event.account_id}"
        f"{event.user_id}"
    )
    if "\0" in texts:
        raise PoisonError("nul", "a field of the envelope holds NUL (U+0000)")
    if event.metadata_json != "{}":
        check_metadata(event.metadata_json)
    payload_json = orjson.dumps(event.payload)
    if _NUL_ESCAPE in payload_json:
        _refuse_nul(event.payload, "payload")
    return payload_json


def _longest(event: Event) -> int:
    """Characters of the longest text that the envelope bounds; an index must hold it."""
    return max(
        len(event.event_type),
        len(event.version),
        len(event.source),
        len(event.correlation_id or ""),
        len(event.causation_id or ""),
        len(event.aggregate_type or ""),
        len(event.aggregate_id or ""),
        len(event.account_id or ""),
        len(event.user_id or ""),
    )


def check_metadata(metadata_json: str) -> None:
    value = _metadata(metadata_json)
    if not isinstance(value, dict):
        raise PoisonError("bad_metadata", "metadata is not a JSON object")
    if "\\u0000" in metadata_json:
        _refuse_nul(value, "metadata")


def _metadata(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        pass  # it also refuses whole numbers beyond a double's range, which are JSON all the same
    try:
        return parse_json(text.encode())
    except JsonError as error:
        raise PoisonError("bad_metadata", f"metadata {error.reason}") from error


def _refuse_nul(value: Any, where: str) -> None:
    """The escape was seen in the text; it may also be a backslash followed by u0000."""
    try:
        check_texts(value)
    except Refused as refused:
        raise PoisonError("nul", f"{where} {refused.problems[0][1]}") from refused
