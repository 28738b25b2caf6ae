"""Examples for the OpenAPI document; events come from the catalog's own examples."""

from typing import Any

import orjson

from api.media import JSON, NDJSON
from headrace.catalog import Catalog, EventType

_STORED = {"topic": "dreamscape.voyage.flight.selected", "partition": 2, "offset": 4711}
_RECEIPT = {"eventId": "0192f0c4-6c1e-7cc0-8a52-6b2f6a6f0f11"} | _STORED
_REFUSED = {
    "index": 1,
    "status": 422,
    "type": "urn:headrace:problem:invalid-event",
    "detail": "payload.userId: is missing",
    "errors": [{"field": "payload.userId", "reason": "is missing"}],
}
_EVENT = {
    "eventId": "0192f0c4-6c1e-7cc0-8a52-6b2f6a6f0f11",
    "eventType": "voyage.flight.selected",
    "timestamp": "2026-11-22T20:15:30.123456Z",
    "version": "1.0",
    "source": "voyage-service",
    "metadata": {},
    "payload": {"carrier": "UA"},
    "stored": _STORED | {"schemaId": 7, "recordedAt": "2026-11-22T20:15:30.456789Z"},
}

PUBLISH_ANSWERS: dict[str, Any] = {
    "202": {
        "description": "Kafka holds the event, or those of the batch that are under `accepted`",
        "content": {
            JSON: {
                "schema": {"type": "object"},
                "examples": {
                    "one": {"summary": "One event", "value": _RECEIPT},
                    "batch": {
                        "summary": "A batch, one event of which was refused",
                        "value": {"accepted": [{"index": 0} | _RECEIPT], "refused": [_REFUSED]},
                    },
                },
            }
        },
    }
}

QUERY_EXAMPLES: dict[str, Any] = {
    "types": {
        "summary": "All voyage events of a day, latest first",
        "value": {
            "types": ["voyage.*"],
            "from": "2026-11-22T00:00:00Z",
            "to": "2026-11-23T00:00:00Z",
            "order": "desc",
        },
    },
    "correlation": {
        "summary": "Everything that one request caused",
        "value": {"correlationId": "0192f0c4-6c1e-7cc0-8a52-6b2f6a6f0f11"},
    },
    "payload": {
        "summary": "By what the payload contains",
        "value": {"types": ["voyage.flight.selected"], "payload": {"carrier": "UA"}},
    },
}

QUERY_ANSWER: dict[str, Any] = {
    "200": {
        "description": "One page; `nextCursor` is null on the last",
        "content": {
            JSON: {
                "schema": {
                    "type": "object",
                    "required": ["events", "nextCursor", "tiers"],
                    "properties": {
                        "events": {"type": "array", "items": {"type": "object"}},
                        "nextCursor": {"type": ["string", "null"]},
                        "tiers": {"type": "array", "items": {"type": "string"}},
                    },
                },
                "example": {"events": [_EVENT], "nextCursor": None, "tiers": ["warm"]},
            },
            NDJSON: {
                "schema": {"type": "string", "description": "One event a line."},
                "example": orjson.dumps(_EVENT).decode(),
            },
        },
        "headers": {
            "X-Next-Cursor": {
                "description": "NDJSON only: the cursor of the next page, absent on the last",
                "schema": {"type": "string"},
            }
        },
    }
}


def publish_examples(catalog: Catalog) -> dict[str, Any]:
    """The first event type of each domain, and a batch of the first two."""
    events = _first_of_each_domain(catalog)
    single = {event["eventType"]: {"value": event} for event in events}
    return single | {"batch": {"summary": "A batch", "value": events[:2]}}


def ndjson_example(catalog: Catalog) -> str:
    """Two events, one a line."""
    return "\n".join(orjson.dumps(event).decode() for event in _first_of_each_domain(catalog)[:2])


def _first_of_each_domain(catalog: Catalog) -> list[dict[str, Any]]:
    first: dict[str, EventType] = {}
    for event_type in catalog.event_types.values():
        if catalog.topic(event_type.topic).authority == "log":
            first.setdefault(event_type.domain, event_type)
    return [_example(event_type, catalog) for event_type in first.values()]


def _example(event_type: EventType, catalog: Catalog) -> dict[str, Any]:
    producer = catalog.topic(event_type.topic).producers[0]
    return {
        "eventType": event_type.name,
        "version": event_type.latest.version,
        "source": "any-service" if producer == "*" else producer,
        "payload": dict(event_type.latest.example),
    }
