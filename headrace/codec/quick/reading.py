"""The quick way from an event's JSON to the event: all that is right and usually spelt."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from headrace.catalog import ENVELOPE, Catalog, EventType
from headrace.clock import Clock
from headrace.codec.quick.doubt import Doubt
from headrace.codec.quick.leaves import CANONICAL_INSTANT
from headrace.codec.rules import MAX_AHEAD, MAX_EVENT_TYPE, MAX_ID, MAX_LONG, metadata_problem
from headrace.envelope import Event
from headrace.ids import uuid7, uuid7_time

FIELDS = frozenset(field["name"] for field in ENVELOPE) | {"payload"}
is_id = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII).fullmatch
_is_instant = CANONICAL_INSTANT.fullmatch


def read_event(value: Any, catalog: Catalog, clock: Clock, default_source: str | None) -> Event:
    """What `event_from_json` gives; raises Doubt, ValueError, OverflowError when unsure."""
    if type(value) is not dict or not value.keys() <= FIELDS:
        raise Doubt
    get = value.get
    event_type = _event_type(get("eventType"), catalog)
    payload = get("payload")
    if type(payload) is not dict:
        raise Doubt
    now = clock.now()
    event_id = _id(get("eventId"))
    timestamp = _timestamp(get("timestamp"), event_id, now)
    source = _optional(get("source")) or _optional(default_source)
    if source is None or timestamp - now > MAX_AHEAD:
        raise Doubt
    return Event(
        event_id=event_id or uuid7(clock),
        event_type=event_type.name,
        timestamp=timestamp,
        version=_version(get("version"), event_type),
        source=source,
        payload=payload,
        correlation_id=_optional(get("correlationId")),
        causation_id=_optional(get("causationId")),
        aggregate_type=_optional(get("aggregateType")),
        aggregate_id=_optional(get("aggregateId")),
        aggregate_version=_aggregate_version(get("aggregateVersion")),
        account_id=_optional(get("accountId")),
        user_id=_optional(get("userId")),
        metadata_json=metadata_text(get("metadata")),
    )


def _event_type(name: Any, catalog: Catalog) -> EventType:
    found = catalog.event_types.get(name) if type(name) is str else None
    if found is None or len(found.name) > MAX_EVENT_TYPE:
        raise Doubt
    return found


def _version(version: Any, event_type: EventType) -> str:
    if version is None:
        return event_type.latest.version
    if type(version) is str:
        for candidate in event_type.versions:
            if candidate.version == version:
                return candidate.version
    raise Doubt


def _id(value: Any) -> UUID | None:
    if value is None:
        return None
    if type(value) is not str or not is_id(value):
        raise Doubt
    return UUID(value)


def _timestamp(value: Any, event_id: UUID | None, now: datetime) -> datetime:
    if value is None:
        return now if event_id is None else uuid7_time(event_id)
    if type(value) is not str or not _is_instant(value):
        raise Doubt
    return datetime.fromisoformat(value)


def _optional(value: Any) -> str | None:
    if value is None:
        return None
    if type(value) is not str or not 0 < len(value) <= MAX_ID or "\0" in value:
        raise Doubt
    if not value.isascii():
        value.encode()  # a lone surrogate is a ValueError
    return value


def _aggregate_version(value: Any) -> int | None:
    if value is None or (type(value) is int and 0 <= value <= MAX_LONG):
        return value
    raise Doubt


def metadata_text(value: Mapping[str, Any] | None) -> str:
    if not value:
        if value is not None and type(value) is not dict:
            raise Doubt
        return "{}"
    if type(value) is not dict:
        raise Doubt
    try:
        written = orjson.dumps(value).decode()
    except TypeError:  # a whole number of more than 64 bits, a lone surrogate
        raise Doubt from None
    if metadata_problem(written) is not None:
        raise Doubt
    return written
