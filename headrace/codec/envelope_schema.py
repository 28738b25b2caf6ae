"""Whether a writer's schema is an event's: the envelope's fields and types, and a payload."""

from typing import Any

from headrace.errors import PoisonError

_TEXT = "string"
_OPTIONAL_TEXT = ("null", "string")
# what the decoder relies on; documentation and defaults may differ
_TYPES: dict[str, Any] = {
    "eventId": ("string", "uuid"),
    "eventType": _TEXT,
    "timestamp": ("long", "timestamp-micros"),
    "version": _TEXT,
    "source": _TEXT,
    "correlationId": _OPTIONAL_TEXT,
    "causationId": _OPTIONAL_TEXT,
    "aggregateType": _OPTIONAL_TEXT,
    "aggregateId": _OPTIONAL_TEXT,
    "aggregateVersion": ("null", "long"),
    "accountId": _OPTIONAL_TEXT,
    "userId": _OPTIONAL_TEXT,
    "metadata": _TEXT,
}


def check_envelope(schema: dict[str, Any]) -> None:
    """Raises PoisonError (`not_an_event`) unless it is the schema of an event."""
    fields = _fields(schema)
    for name, expected in _TYPES.items():
        if name not in fields:
            raise _not_an_event(f"its schema has no field {name}")
        if _shape(fields[name]) != expected:
            raise _not_an_event(f"its schema gives {name} another type")
    payload = fields.get("payload")
    if not isinstance(payload, dict) or payload.get("type") != "record":
        raise _not_an_event("its schema has no record as payload")


def _fields(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("type") != "record" or not isinstance(schema.get("fields"), list):
        raise _not_an_event("its schema is not a record")
    return {
        field["name"]: field.get("type")
        for field in schema["fields"]
        if isinstance(field, dict) and "name" in field
    }


def _shape(avro_type: Any) -> Any:
    """A type as the table above writes it: a name, (type, logical type), or a union's branches."""
    if isinstance(avro_type, list):
        return tuple(map(str, map(_shape, avro_type)))
    if isinstance(avro_type, dict):
        logical = avro_type.get("logicalType")
        plain = avro_type.get("type")
        return (plain, logical) if logical else plain
    return avro_type


def _not_an_event(why: str) -> PoisonError:
    return PoisonError("not_an_event", why)
