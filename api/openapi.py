"""The OpenAPI document: made from the code, completed from the catalog."""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from types import MappingProxyType
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import openapi_store
from api.media import JSON, NDJSON
from api.openapi_examples import (
    PUBLISH_ANSWERS,
    QUERY_ANSWER,
    QUERY_EXAMPLES,
    ndjson_example,
    publish_examples,
)
from api.payload_schema import json_schema
from api.problems import MEDIA_TYPE, ProblemDocument
from api.query_body import QueryBody
from api.replay_body import ReplayBody
from headrace.catalog import Catalog, EventType

DESCRIPTION = """Publish typed events, query their history, append to the event store and read it.

Every refusal is a problem document (RFC 9457) that names the field and the reason. The schemas
`Event.<eventType>` show each event type with its payload."""

_PUBLISH_PROBLEMS = (400, 401, 409, 413, 415, 422, 502, 503)
_QUERY_PROBLEMS = (400, 401, 406, 413, 415, 422, 503, 504)
_REASONS = {
    400: "Not JSON, or not UTF-8",
    401: "No bearer token, or a wrong one",
    406: "No form that Accept takes",
    409: "The event store is the authority for this event type",
    413: "The body, the batch or an event is too large",
    415: "The media type is not supported",
    422: "A field is not valid; `errors` names it",
    502: "Kafka refuses the event for good",
    503: "A dependency cannot be reached; see Retry-After",
    504: "The query took too long; ask for less",
}
_TEXT = {"type": "string", "maxLength": 255}


def version() -> str:
    """The installed version of headrace."""
    return metadata.version("headrace")


def install(app: FastAPI, catalog: Catalog) -> None:
    """Let `app.openapi()` give the completed document; it is made once, when first asked for."""

    @cache
    def document() -> dict[str, Any]:
        made = get_openapi(
            title=app.title, version=app.version, description=app.description, routes=app.routes
        )
        _complete(made, catalog)
        return made

    app.openapi = document  # type: ignore[method-assign] # FastAPI's documented way


def _complete(document: dict[str, Any], catalog: Catalog) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas |= _event_schemas(catalog.event_types.values())
    for model in (ProblemDocument, QueryBody, ReplayBody):
        _add_model(schemas, model.model_json_schema(ref_template="#/components/schemas/{model}"))
    paths = document["paths"]
    paths["/api/events"]["post"] |= {
        "requestBody": _publish_body(catalog),
        "responses": PUBLISH_ANSWERS | _problems(_PUBLISH_PROBLEMS),
    }
    paths["/api/events/query"]["post"] |= {
        "requestBody": {"required": True, "content": {JSON: _query_content()}},
        "responses": QUERY_ANSWER | _problems(_QUERY_PROBLEMS),
    }
    schemas |= openapi_store.schemas()
    for (path, method), made in openapi_store.paths(catalog).items():
        _complete_store(paths[path][method], made)


def _complete_store(operation: dict[str, Any], made: dict[str, Any]) -> None:
    reasons = _REASONS | openapi_store.REASONS
    operation["parameters"] = operation.get("parameters", []) + made.pop("parameters", [])
    operation["responses"] = made.pop("responses") | _problems(made.pop("problems"), reasons)
    operation |= made


def _add_model(schemas: dict[str, Any], schema: dict[str, Any]) -> None:
    schemas |= schema.pop("$defs", {})
    schemas[schema["title"]] = schema


def _event_schemas(event_types: Iterable[EventType]) -> dict[str, Any]:
    types = {one.name: f"#/components/schemas/Event.{one.name}" for one in event_types}
    return {
        "Event": {
            "description": "An event of any type; `eventType` says which schema it has.",
            "oneOf": [{"$ref": reference} for reference in types.values()],
            "discriminator": {"propertyName": "eventType", "mapping": types},
        },
        "Envelope": _envelope(sorted(types)),
        **{f"Event.{one.name}": _event_schema(one) for one in event_types},
    }


def _envelope(names: list[str]) -> dict[str, Any]:
    optional = ("causationId", "aggregateType", "aggregateId", "accountId", "userId")
    return {
        "type": "object",
        "required": ["eventType", "source", "payload"],
        "properties": {
            "eventId": {"type": "string", "format": "uuid", "description": "Made when absent."},
            "eventType": {"type": "string", "enum": names},
            "timestamp": {"type": "string", "format": "date-time"},
            "version": {"type": "string", "description": "The schema's; the latest when absent."},
            "source": _TEXT,
            "correlationId": _TEXT | {"description": "When absent, the correlation header's."},
            **dict.fromkeys(optional, _TEXT),
            "aggregateVersion": {"type": "integer", "format": "int64", "minimum": 0},
            "metadata": {"type": "object"},
            "payload": {"type": "object"},
        },
    }


def _event_schema(event_type: EventType) -> dict[str, Any]:
    latest = event_type.latest
    return {
        "description": latest.payload.get("doc", event_type.name),
        "allOf": [
            {"$ref": "#/components/schemas/Envelope"},
            {
                "type": "object",
                "properties": {
                    "eventType": {"const": event_type.name},
                    "version": {"enum": [one.version for one in event_type.versions]},
                    "payload": json_schema(latest.payload),
                },
            },
        ],
    }


def _publish_body(catalog: Catalog) -> dict[str, Any]:
    event = {"$ref": "#/components/schemas/Event"}
    return {
        "required": True,
        "content": {
            JSON: {
                "schema": {"oneOf": [event, {"type": "array", "items": event, "minItems": 1}]},
                "examples": publish_examples(catalog),
            },
            NDJSON: {
                "schema": {"type": "string", "description": "One event a line."},
                "example": ndjson_example(catalog),
            },
        },
    }


def _query_content() -> dict[str, Any]:
    return {"schema": {"$ref": "#/components/schemas/EventQuery"}, "examples": QUERY_EXAMPLES}


def _problems(
    statuses: Iterable[int], reasons: Mapping[int, str] = MappingProxyType(_REASONS)
) -> dict[str, Any]:
    schema = {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
    return {
        str(status): {"description": reasons[status], "content": {MEDIA_TYPE: schema}}
        for status in statuses
    }
