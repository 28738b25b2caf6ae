"""Avro payload schemas as JSON Schema (2020-12), for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

_PRIMITIVES: Mapping[str, Mapping[str, Any]] = {
    "null": {"type": "null"},
    "boolean": {"type": "boolean"},
    "int": {"type": "integer", "format": "int32"},
    "long": {"type": "integer", "format": "int64"},
    "float": {"type": "number"},
    "double": {"type": "number"},
    "string": {"type": "string"},
    "bytes": {"type": "string", "contentEncoding": "base64"},
}
_LOGICAL: Mapping[str, Mapping[str, Any]] = {
    "decimal": {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "time-millis": {"type": "string", "format": "time"},
    "time-micros": {"type": "string", "format": "time"},
    "timestamp-millis": {"type": "string", "format": "date-time"},
    "timestamp-micros": {"type": "string", "format": "date-time"},
    "local-timestamp-millis": {"type": "string"},
    "local-timestamp-micros": {"type": "string"},
}


def json_schema(avro: Any) -> dict[str, Any]:
    """The JSON Schema of the JSON values that `avro` (a parsed .avsc) stands for."""
    return _schema(avro, {})


def _schema(avro: Any, named: dict[str, Any]) -> dict[str, Any]:
    if isinstance(avro, str):
        return (
            dict(_PRIMITIVES[avro]) if avro in _PRIMITIVES else _schema(named[_simple(avro)], named)
        )
    if isinstance(avro, list):
        return {"anyOf": [_schema(branch, named) for branch in avro]}
    if avro.get("logicalType") in _LOGICAL:
        return dict(_LOGICAL[avro["logicalType"]])
    return _complex(avro, named)


def _simple(name: str) -> str:
    return name.rpartition(".")[2]


def _complex(avro: Mapping[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    kind = avro["type"]
    if "name" in avro:
        named[_simple(avro["name"])] = avro
    match kind:
        case "record":
            return _record(avro, named)
        case "enum":
            return {"type": "string", "enum": list(avro["symbols"])}
        case "array":
            return {"type": "array", "items": _schema(avro["items"], named)}
        case "map":
            return {"type": "object", "additionalProperties": _schema(avro["values"], named)}
        case "fixed":
            return dict(_PRIMITIVES["bytes"])
    return _schema(kind, named)


def _record(avro: Mapping[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    fields = avro["fields"]
    required = [field["name"] for field in fields if "default" not in field]
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {field["name"]: _field(field, named) for field in fields},
        "additionalProperties": False,
    }
    if required:
        schema["required"] = required
    return schema | ({"description": avro["doc"]} if "doc" in avro else {})


def _field(field: Mapping[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    schema = _schema(field["type"], named)
    return schema | ({"description": field["doc"]} if "doc" in field else {})
