"""The registered schema of an event: the envelope's fields with the payload's record inside.

Subjects follow Confluent's RecordNameStrategy, so that one topic may carry several event types
and a new major version is a subject of its own.
"""

import re
from typing import Any

import orjson

_NULL_STRING = ["null", "string"]


def _required(name: str, avro_type: Any, doc: str) -> dict[str, Any]:
    return {"name": name, "type": avro_type, "doc": doc}


def _optional(name: str, avro_type: Any, doc: str) -> dict[str, Any]:
    return {"name": name, "type": avro_type, "default": None, "doc": doc}


ENVELOPE: tuple[dict[str, Any], ...] = (
    _required("eventId", {"type": "string", "logicalType": "uuid"}, "This event's own id."),
    _required("eventType", "string", "What happened, as the catalog names it."),
    _required(
        "timestamp",
        {"type": "long", "logicalType": "timestamp-micros"},
        "When it happened, UTC, to the microsecond.",
    ),
    _required("version", "string", "The version N.M of the payload's schema."),
    _required("source", "string", "The service that published the event."),
    _optional("correlationId", _NULL_STRING, "Shared by all events of one business flow."),
    _optional("causationId", _NULL_STRING, "The id of the event that caused this one."),
    _optional("aggregateType", _NULL_STRING, "What kind of thing aggregateId names."),
    _optional("aggregateId", _NULL_STRING, "The thing that the event is about."),
    _optional("aggregateVersion", ["null", "long"], "The aggregate's version after this event."),
    _optional("accountId", _NULL_STRING, "The account that the event belongs to."),
    _optional("userId", _NULL_STRING, "The user who acted."),
    {"name": "metadata", "type": "string", "default": "{}", "doc": "A JSON object, as text."},
)


def pascal_case(event_type: str) -> str:
    """The record name of an event type: user.created and USER_CREATED give UserCreated."""
    words = re.split(r"[._-]+", event_type)
    return "".join(
        word.capitalize() if word.isupper() else word[:1].upper() + word[1:] for word in words
    )


def payload_name(event_type: str) -> str:
    """The name that the record in an event type's .avsc must have."""
    return f"{pascal_case(event_type)}Payload"


def namespace_of(domain: str, version: str) -> str:
    """The namespace of all records of a domain in one major version."""
    return f"headrace.{domain}.v{version.partition('.')[0]}"


def subject_of(domain: str, event_type: str, version: str) -> str:
    """The composed record's full name, which is also its subject in the registry."""
    return f"{namespace_of(domain, version)}.{pascal_case(event_type)}"


def compose(
    domain: str, event_type: str, version: str, payload_schema: dict[str, Any]
) -> dict[str, Any]:
    """The envelope's record with `payload_schema` as the type of its last field."""
    return {
        "type": "record",
        "name": pascal_case(event_type),
        "namespace": namespace_of(domain, version),
        "doc": payload_schema.get("doc", ""),
        "fields": [
            *ENVELOPE,
            {"name": "payload", "type": payload_schema, "doc": f"What {event_type} carries."},
        ],
    }


def canonical_json(schema: dict[str, Any]) -> str:
    """One text for one schema: attributes sorted, fields in their order, no white space."""
    return orjson.dumps(schema, option=orjson.OPT_SORT_KEYS).decode()
