"""The shortest way: from an event's JSON to its record for Kafka, with no Event in between."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from headrace.catalog import SchemaVersion, Topic
from headrace.clock import Clock
from headrace.codec.quick.compounds import payload_writer
from headrace.codec.quick.doubt import Doubt
from headrace.codec.quick.events import has_our_envelope, optional, required, version_number
from headrace.codec.quick.leaves import CANONICAL_INSTANT, micros_of
from headrace.codec.quick.reading import FIELDS, is_id, metadata_text
from headrace.codec.quick.varints import longs, varint
from headrace.codec.record import Record
from headrace.codec.rules import MAX_AHEAD, MAX_EVENT_BYTES, MAX_ID
from headrace.ids import uuid7_texts

MAX_BRACKETS = 48
"""Metadata with more of them may be nested deeper than JSON may here."""

_AHEAD_MICROS = MAX_AHEAD // timedelta(microseconds=1)
_ID_SIZE, _NULL, _NO_METADATA = varint(36), b"\0", b"\4{}"
_sizes = longs()
_some = longs(b"\2")
_is_instant = CANONICAL_INSTANT.fullmatch


class Given:
    """What the events of one request take where they bring nothing of their own.

    `most` is how many events there may be; the flow's ids are those of `headrace.kafka`.
    """

    __slots__ = ("causation_id", "correlation_id", "headers", "ids", "latest", "now")

    def __init__(
        self,
        clock: Clock,
        most: int,
        correlation_id: str | None = None,
        causation_id: str | None = None,
        traceparent: str | None = None,
    ) -> None:
        micros = micros_of(clock.now())
        self.now = varint(micros)
        self.latest = micros + _AHEAD_MICROS
        self.ids = uuid7_texts(clock, most)
        self.correlation_id, self.causation_id = correlation_id, causation_id
        self.headers = [("traceparent", traceparent.encode())] if traceparent else []


WritePosted = Callable[[Mapping[str, Any], Given], Record]
"""From an event's JSON to its record; raises as Write does, and OverflowError."""


def posted_writer(
    head: bytes, event_type: str, version: SchemaVersion, topic: Topic
) -> WritePosted:
    """What `event_from_json` and then `EventEncoder.record` make of one type's events.

    The value's `eventType` and `version` have been looked at; how deep it is has not.
    """
    if not has_our_envelope(version, event_type) or topic.authority == "store":
        return _doubt
    type_text, version_text = required(event_type), required(version.version)
    type_header = ("eventType", event_type.encode())
    write_payload, key_of = payload_writer(version.payload), _KEYS[topic.key]
    aggregate_types = _allowed(topic.aggregate_type)

    def write(value: Mapping[str, Any], given: Given) -> Record:
        get = value.get
        if not value.keys() <= FIELDS:
            raise Doubt
        event_id, at = _identity(get("eventId"), get("timestamp"), given)
        identity = event_id.encode()
        correlation_id = _own(get("correlationId"), given.correlation_id)
        aggregate_id, account_id = _text(get("aggregateId")), _text(get("accountId"))
        aggregate_type, aggregate_version = get("aggregateType"), get("aggregateVersion")
        if aggregate_types is not None and aggregate_type not in aggregate_types:
            raise Doubt
        written = b"".join(
            (
                head,
                _ID_SIZE,
                identity,
                type_text,
                at,
                version_text,
                required(get("source")),
                _branch(correlation_id),
                _branch(_own(get("causationId"), given.causation_id)),
                optional(aggregate_type),
                _branch(aggregate_id),
                _NULL if aggregate_version is None else version_number(aggregate_version),
                _branch(account_id),
                optional(get("userId")),
                _metadata(get("metadata")),
                write_payload(get("payload")),
            )
        )
        if len(written) > MAX_EVENT_BYTES:
            raise Doubt
        headers = [("eventId", identity), type_header]
        if account_id:
            headers.append(("accountId", account_id))
        if correlation_id:
            headers.append(("correlationId", correlation_id))
        headers += given.headers
        return Record(topic.name, written, key_of(aggregate_id, account_id, identity), headers)

    return write


def _doubt(_: Mapping[str, Any], __: Given) -> Record:
    raise Doubt


def _allowed(aggregate_type: str | None) -> tuple[str | None, ...] | None:
    return None if aggregate_type is None else (None, aggregate_type)


def _identity(event_id: Any, sent_at: Any, given: Given) -> tuple[str, bytes]:
    """The id's text and the timestamp's bytes."""
    if event_id is None:
        return next(given.ids), given.now if sent_at is None else _moment(sent_at, given)
    if type(event_id) is not str or not is_id(event_id):
        raise Doubt
    return event_id, _time_of(event_id, given) if sent_at is None else _moment(sent_at, given)


def _moment(value: Any, given: Given) -> bytes:
    if type(value) is not str or not _is_instant(value):
        raise Doubt
    micros = micros_of(datetime.fromisoformat(value))
    if micros > given.latest:
        raise Doubt
    return varint(micros)


def _time_of(event_id: str, given: Given) -> bytes:
    """The time in a UUIDv7."""
    if event_id[14] != "7" or event_id[19] not in "89ab":
        raise Doubt
    micros = int(event_id[:8] + event_id[9:13], 16) * 1000
    if micros > given.latest:
        raise Doubt
    return varint(micros)


def _text(value: Any) -> bytes | None:
    if value is None:
        return None
    if type(value) is not str or not 0 < len(value) <= MAX_ID or "\0" in value:
        raise Doubt
    return value.encode()


def _own(value: Any, given: str | None) -> bytes | None:
    return _text(given if value is None else value)


def _branch(text: bytes | None) -> bytes:
    return _NULL if text is None else _some[len(text)] + text


def _metadata(value: Any) -> bytes:
    text = metadata_text(value)
    if text == "{}":
        return _NO_METADATA
    if text.count("{") + text.count("[") > MAX_BRACKETS:
        raise Doubt
    encoded = text.encode()
    return _sizes[len(encoded)] + encoded


def _by_aggregate(aggregate_id: bytes | None, _: bytes | None, __: bytes) -> bytes:
    return aggregate_id or _missing()


def _by_account(_: bytes | None, account_id: bytes | None, __: bytes) -> bytes:
    return account_id or _missing()


def _by_event(_: bytes | None, __: bytes | None, identity: bytes) -> bytes:
    return identity


def _by_what_there_is(
    aggregate_id: bytes | None, account_id: bytes | None, identity: bytes
) -> bytes:
    return aggregate_id or account_id or identity


def _missing() -> bytes:
    raise Doubt


_KEYS = {
    None: _by_what_there_is,
    "aggregateId": _by_aggregate,
    "accountId": _by_account,
    "eventId": _by_event,
}
