"""The event store's routes in the OpenAPI document: parameters, bodies, answers, examples."""

from typing import Any

import orjson

from api.domain_event import MAX_VERSION
from api.media import JSON, NDJSON
from api.replay_body import ReplayBody
from headrace.catalog import Catalog

_ID = "123e4567-e89b-42d3-a456-426614174000"
_STREAM = f"Joueur-{_ID}"
_TYPE = "JoueurCree"
_PROBLEMS = {
    "append": (400, 401, 403, 409, 412, 413, 415, 422, 428, 503),
    "read": (401, 403, 404, 406, 422, 503),
    "all": (401, 403, 406, 422, 503),
    "state": (401, 403, 404, 422, 500, 503),
    "replay": (400, 401, 403, 404, 413, 415, 422, 500, 502, 503),
}
REASONS = {
    403: "A publish-only key opens POST /api/events alone",
    404: "There is no such stream, aggregate or version",
    409: "The event id is taken, or the stream is not where `metadata.version` says",
    412: "The stream has another version; `actualVersion` and ETag tell it",
    428: "No condition; If-Match carries the version that was decided on",
    500: "The events cannot be applied; the detail says which one and why",
}
_TEXT = {"type": "string"}
_LONG = {"type": "integer", "minimum": 1, "maximum": MAX_VERSION}
_ETAG = {"ETag": {"description": "The version, in quotes", "schema": _TEXT}}


def paths(catalog: Catalog) -> dict[tuple[str, str], dict[str, Any]]:
    """What is added to each operation, by path and method; `problems` are statuses."""
    event = _example(catalog)
    stored = event | {
        "metadata": event["metadata"] | {"version": 1, "schemaVersion": "1.0", "source": "api"},
        "stored": {"sequence": 4711, "recordedAt": "2026-11-22T20:15:30.456789Z"},
    }
    return {
        ("/api/streams/{streamId}", "post"): _append(event),
        ("/api/events/stream/{streamId}", "get"): _read(stored),
        ("/api/events/all", "get"): _all(stored),
        ("/api/events/state/{aggregateId}", "get"): _state(),
        ("/api/events/replay/{streamId}", "post"): _replay(),
    }


def schemas() -> dict[str, Any]:
    """The form that the store's events have here."""
    metadata = {
        "type": "object",
        "required": ["correlationId"],
        "description": "What else came with the event stands here, too.",
        "properties": {
            "timestamp": {"type": "string", "format": "date-time"},
            "version": _LONG | {"description": "The aggregate's; sent, it is a condition."},
            "correlationId": _TEXT | {"description": "Or in the correlation header."},
            "causationId": _TEXT,
            "userId": _TEXT,
            "accountId": _TEXT,
            "schemaVersion": _TEXT | {"description": "The latest when absent."},
            "source": _TEXT,
        },
    }
    event = {
        "type": "object",
        "required": ["eventType", "eventData", "metadata"],
        "properties": {
            "eventId": {"type": "string", "format": "uuid", "description": "Made when absent."},
            "eventType": _TEXT,
            "aggregateId": {"type": "string", "format": "uuid"},
            "aggregateType": _TEXT,
            "eventData": {"type": "object", "description": "As `payload` in Event.<eventType>."},
            "metadata": metadata,
        },
    }
    return {"DomainEvent": event}


def _append(event: dict[str, Any]) -> dict[str, Any]:
    one = {"$ref": "#/components/schemas/DomainEvent"}
    answer = {
        "streamId": _STREAM,
        "aggregateId": _ID,
        "aggregateType": "Joueur",
        "version": 1,
        "repeated": False,
        "events": [{"eventId": event["eventId"], "version": 1, "sequence": 4711}],
    }
    made = {"content": {JSON: {"example": answer}}, "headers": _ETAG}
    return {
        "parameters": [
            _header("If-Match", 'The version before: `"7"`, or `*` for one that exists.'),
            _header("If-None-Match", "`*`: the stream has no events yet."),
            _query("expected", {"enum": ["any"]}, "Append whatever is there."),
        ],
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": {"oneOf": [one, {"type": "array", "items": one, "minItems": 1}]},
                    "examples": {"one": {"value": event}, "several": {"value": [event]}},
                },
                NDJSON: {"schema": _TEXT, "example": orjson.dumps(event).decode()},
            },
        },
        "responses": {
            "201": {"description": "The events are stored"} | made,
            "200": {"description": "They were stored before, with the same content"} | made,
        },
        "problems": _PROBLEMS["append"],
    }


def _read(stored: dict[str, Any]) -> dict[str, Any]:
    page = {
        "streamId": _STREAM,
        "aggregateId": _ID,
        "aggregateType": "Joueur",
        "version": 1,
        "events": [stored],
        "nextVersion": None,
    }
    return {
        "parameters": [
            _query("fromVersion", _LONG, "The lowest version."),
            _query("toVersion", _LONG, "The highest version."),
            _query("backwards", {"type": "boolean"}, "From the highest down."),
            _query("limit", _LONG, "At most so many events; as JSON 1,000 in any case."),
            _header("If-None-Match", "The ETag that the caller has: 304 if it is the same."),
        ],
        "responses": {
            "200": _events("The events, with the stream's version as ETag", page, stored, _ETAG),
            "304": {"description": "Nothing was appended since"},
        },
        "problems": _PROBLEMS["read"],
    }


def _all(stored: dict[str, Any]) -> dict[str, Any]:
    page = {"events": [stored], "cursor": "eyJ2IjoxLCJv…", "more": False}
    headers = {
        name: {"description": f"NDJSON only: {what}", "schema": _TEXT}
        for name, what in (("X-Next-Cursor", "the cursor"), ("X-More", "true or false"))
    }
    return {
        "parameters": [
            _query("cursor", _TEXT, "The cursor of the page before; absent: from the start."),
            _query(
                "limit", {"type": "integer", "minimum": 1, "maximum": 1_000}, "1,000 if absent."
            ),
            _query("aggregateType", {"type": "array", "items": _TEXT}, "These types alone."),
            _query("backwards", {"type": "boolean"}, "From the end."),
        ],
        "responses": {"200": _events("A page of the total order", page, stored, headers)},
        "problems": _PROBLEMS["all"],
    }


def _state() -> dict[str, Any]:
    answer = {
        "aggregateId": _ID,
        "aggregateType": "Joueur",
        "version": 62,
        "state": {"created": True, "username": "Aventurier", "level": 2, "experience": 120},
        "snapshotVersion": 50,
        "check": {"consistent": True, "replayedEvents": 62},
    }
    return {
        "parameters": [
            _query("version", _LONG, "The state after this version."),
            _query("at", {"type": "string", "format": "date-time"}, "The state at this time."),
            _query("check", {"type": "boolean"}, "Compare it with a replay of every event."),
        ],
        "responses": {
            "200": {
                "description": "`snapshotVersion` is null where no snapshot was used",
                "content": {JSON: {"example": answer}},
                "headers": _ETAG,
            }
        },
        "problems": _PROBLEMS["state"],
    }


def _replay() -> dict[str, Any]:
    told = {
        "streamId": _STREAM,
        "dryRun": True,
        "topic": "game.joueur",
        "fromVersion": 1,
        "toVersion": 62,
        "events": 62,
        "eventTypes": {"JoueurCree": 1, "ExperienceGagnee": 61},
        "nextVersion": None,
        "state": {"created": True, "username": "Aventurier", "level": 2, "experience": 120},
        "check": {"consistent": True, "replayedEvents": 62},
    }
    bodies = {
        "look": {"summary": "What would happen", "value": {}},
        "publish": {
            "summary": "Publish again",
            "value": {"dryRun": False, "topic": "game.joueur", "fromVersion": 51},
        },
        "elsewhere": {"summary": "To a topic of yours", "value": {"topic": "replays"}},
    }
    schema = {"$ref": f"#/components/schemas/{ReplayBody.model_config['title']}"}
    return {
        "requestBody": {"content": {JSON: {"schema": schema, "examples": bodies}}},
        "responses": {
            "200": {
                "description": "What was, or would be, published; a dry run tells the state, too",
                "content": {JSON: {"example": told}},
            }
        },
        "problems": _PROBLEMS["replay"],
    }


def _events(
    description: str, page: dict[str, Any], stored: dict[str, Any], headers: dict[str, Any]
) -> dict[str, Any]:
    lines = {"schema": _TEXT, "example": orjson.dumps(stored).decode()}
    return {
        "description": description,
        "content": {JSON: {"example": page}, NDJSON: lines},
        "headers": headers,
    }


def _example(catalog: Catalog) -> dict[str, Any]:
    return {
        "eventId": "0192f0c4-6c1e-7cc0-8a52-6b2f6a6f0f11",
        "eventType": _TYPE,
        "aggregateId": _ID,
        "aggregateType": "Joueur",
        "eventData": dict(catalog.event_type(_TYPE).latest.example),
        "metadata": {
            "timestamp": "2026-11-22T20:15:30.123456Z",
            "correlationId": "corr-789",
            "userId": "user-123",
        },
    }


def _query(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}


def _header(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "schema": _TEXT, "description": description}
