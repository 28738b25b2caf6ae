"""The writer of a whole event: the envelope's fields, then the payload's."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from headrace.catalog import ENVELOPE, SchemaVersion, Topic
from headrace.codec.quick.compounds import payload_writer
from headrace.codec.quick.doubt import Doubt, Write
from headrace.codec.quick.leaves import micros_of
from headrace.codec.quick.varints import longs, varint
from headrace.codec.rules import MAX_AHEAD, MAX_EVENT_TYPE, MAX_ID, metadata_problem
from headrace.envelope import Event

WriteEvent = Callable[[Event, str, datetime], bytes]
"""(event, its id as text, now) -> what `head` and Avro make of it; raises as Write does."""

_NULL, _SECOND_BRANCH = b"\0", b"\2"
_NO_METADATA = b"\4{}"
_sizes = longs()
_versions = longs(_SECOND_BRANCH)


def event_writer(head: bytes, event_type: str, version: SchemaVersion, topic: Topic) -> WriteEvent:
    """The writer of one type's events; each value begins with `head`."""
    if not has_our_envelope(version, event_type):
        return _doubt
    type_text, version_text = required(event_type), required(version.version)
    write_payload = payload_writer(version.payload)
    aggregate_types = None if topic.aggregate_type is None else (None, topic.aggregate_type)

    def write(event: Event, event_id: str, now: datetime) -> bytes:
        at = event.timestamp
        aggregate_type, aggregate_version = event.aggregate_type, event.aggregate_version
        if at.tzinfo is not UTC or at - now > MAX_AHEAD or type(event.event_type) is not str:
            raise Doubt
        if aggregate_types is not None and aggregate_type not in aggregate_types:
            raise Doubt
        return b"".join(
            (
                head,
                _identity(event.event_id, event_id),
                type_text,
                varint(micros_of(at)),
                version_text,
                required(event.source),
                optional(event.correlation_id),
                optional(event.causation_id),
                optional(aggregate_type),
                optional(event.aggregate_id),
                _NULL if aggregate_version is None else version_number(aggregate_version),
                optional(event.account_id),
                optional(event.user_id),
                _metadata(event.metadata_json),
                write_payload(event.payload),
            )
        )

    return write


def has_our_envelope(version: SchemaVersion, event_type: str) -> bool:
    """Whether the writers here know the type's envelope."""
    fields = version.composed["fields"][:-1]
    return bool(fields == list(ENVELOPE)) and len(event_type) <= MAX_EVENT_TYPE


def _doubt(_: Event, __: str, ___: datetime) -> bytes:
    raise Doubt


def _identity(event_id: Any, written: str) -> bytes:
    if type(event_id) is not UUID:
        raise Doubt
    return _sizes[len(written)] + written.encode()


def required(value: Any) -> bytes:
    if type(value) is not str or not 0 < len(value) <= MAX_ID or "\0" in value:
        raise Doubt
    encoded = value.encode()
    return _sizes[len(encoded)] + encoded


def _optional_text() -> Write:
    sizes = longs(_SECOND_BRANCH)

    def write(value: Any) -> bytes:
        if value is None:
            return _NULL
        if type(value) is not str or not 0 < len(value) <= MAX_ID or "\0" in value:
            raise Doubt
        encoded = value.encode()
        return sizes[len(encoded)] + encoded

    return write


optional = _optional_text()


def version_number(value: Any) -> bytes:
    if type(value) is not int or value < 0:
        raise Doubt
    return _versions[value]


def _metadata(value: Any) -> bytes:
    if value == "{}":
        return _NO_METADATA
    if type(value) is not str or metadata_problem(value) is not None:
        raise Doubt
    encoded = value.encode()
    return _sizes[len(encoded)] + encoded
