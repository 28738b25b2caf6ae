"""A field's default: as the JSON value that an absent field becomes, and as Python text."""

import json
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from fastavro import parse_schema, schemaless_reader, schemaless_writer

from headrace.catalog.generate.names import attribute_name
from headrace.catalog.generate.shapes import Shapes
from headrace.codec.json_form import from_avro, reading_schema, to_avro


def default_value(field: Mapping[str, Any], shapes: Shapes) -> Any:
    """The JSON value of the default, found by writing a record that leaves the field out."""
    alone = {"name": field["name"], "default": field["default"]}
    alone["type"] = _whole(field["type"], shapes, set())
    record = {"type": "record", "name": "Alone", "fields": [alone]}
    written = BytesIO()
    schemaless_writer(written, parse_schema(record), to_avro(record)({}, ""))
    written.seek(0)
    read = schemaless_reader(written, parse_schema(reading_schema(record)), None)
    return from_avro(record)(read)[field["name"]]


def _whole(schema: Any, shapes: Shapes, seen: set[str]) -> Any:
    """The type with its named types defined inside, each where it is met first."""
    if isinstance(schema, list):
        return [_whole(branch, shapes, seen) for branch in schema]
    found = dict(shapes.resolve(schema))
    name = found.get("name")
    if name in seen:
        return name
    if name is not None:
        seen.add(name)
    for key in ("items", "values"):
        if key in found:
            found[key] = _whole(found[key], shapes, seen)
    if "fields" in found:
        found["fields"] = [
            {**each, "type": _whole(each["type"], shapes, seen)} for each in found["fields"]
        ]
    return found


def literal(schema: Any, value: Any, shapes: Shapes) -> str:
    """The Python text of a JSON value of that type."""
    if value is None or isinstance(value, bool | int | float):
        return repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    resolved = shapes.resolve(schema[1] if isinstance(schema, list) else schema)
    if resolved["type"] == "record":
        types = {each["name"]: each["type"] for each in resolved["fields"]}
        given = (
            f"{attribute_name(name)}={literal(types[name], inner, shapes)}"
            for name, inner in value.items()
        )
        return f"{shapes.annotation(resolved)}({', '.join(given)})"
    if resolved["type"] == "array":
        return f"[{', '.join(literal(resolved['items'], each, shapes) for each in value)}]"
    pairs = (
        f"{json.dumps(key, ensure_ascii=False)}: {literal(resolved['values'], each, shapes)}"
        for key, each in value.items()
    )
    return f"{{{', '.join(pairs)}}}"
