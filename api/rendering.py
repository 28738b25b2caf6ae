"""Stored events as JSON: the event's own form, and where it lies under `stored`."""

from collections.abc import Iterable
from typing import Any

import orjson

from headrace.event_json import rfc3339
from headrace.postgres import StoredEvent


def event_json(stored: StoredEvent) -> dict[str, Any]:
    """One event; optional fields that it has not are left out."""
    optional = {
        "correlationId": stored.correlation_id,
        "causationId": stored.causation_id,
        "aggregateType": stored.aggregate_type,
        "aggregateId": stored.aggregate_id,
        "aggregateVersion": stored.aggregate_version,
        "accountId": stored.account_id,
        "userId": stored.user_id,
    }
    return {
        "eventId": str(stored.event_id),
        "eventType": stored.event_type,
        "timestamp": rfc3339(stored.timestamp),
        "version": stored.version,
        "source": stored.source,
        **{name: value for name, value in optional.items() if value is not None},
        "metadata": orjson.Fragment(stored.metadata),
        "payload": orjson.Fragment(stored.payload),
        "stored": _place(stored) | {"recordedAt": rfc3339(stored.recorded_at)},
    }


def _place(stored: StoredEvent) -> dict[str, Any]:
    """In Kafka, or in the event store."""
    if stored.topic is None:
        return {"sequence": stored.record_offset}
    return {
        "topic": stored.topic,
        "partition": stored.partition,
        "offset": stored.record_offset,
        "schemaId": stored.schema_id,
    }


def ndjson(events: Iterable[StoredEvent]) -> bytes:
    """One event a line."""
    return b"".join(
        orjson.dumps(event_json(event), option=orjson.OPT_APPEND_NEWLINE) for event in events
    )
