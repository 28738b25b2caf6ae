"""Avro payloads as JSON Schema."""

from typing import Any

import pytest

from api.payload_schema import json_schema
from headrace.catalog import load_catalog


@pytest.mark.parametrize(
    ("avro", "expected"),
    [
        ("string", {"type": "string"}),
        ("long", {"type": "integer", "format": "int64"}),
        ({"type": "string", "logicalType": "uuid"}, {"type": "string", "format": "uuid"}),
        (
            {"type": "long", "logicalType": "timestamp-micros"},
            {"type": "string", "format": "date-time"},
        ),
        (["null", "double"], {"anyOf": [{"type": "null"}, {"type": "number"}]}),
        (
            {"type": "array", "items": "boolean"},
            {"type": "array", "items": {"type": "boolean"}},
        ),
        (
            {"type": "map", "values": "int"},
            {
                "type": "object",
                "additionalProperties": {"type": "integer", "format": "int32"},
            },
        ),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, {"type": "string", "enum": ["A"]}),
        ({"type": {"type": "string"}}, {"type": "string"}),
    ],
)
def test_each_avro_type_has_its_json_schema(avro: Any, expected: Any) -> None:
    assert json_schema(avro) == expected


def test_a_named_type_is_found_where_it_is_used_again() -> None:
    place = {"type": "record", "name": "Place", "fields": [{"name": "code", "type": "string"}]}
    route = {
        "type": "record",
        "name": "Route",
        "doc": "From here to there.",
        "fields": [
            {"name": "origin", "type": place, "doc": "Where it starts."},
            {"name": "via", "type": ["null", "Place"], "default": None},
        ],
    }
    schema = json_schema(route)
    assert schema["description"] == "From here to there."
    assert schema["required"] == ["origin"]
    assert schema["properties"]["origin"]["description"] == "Where it starts."
    assert schema["properties"]["via"]["anyOf"][1]["properties"] == {"code": {"type": "string"}}


def test_every_payload_of_the_catalog_has_a_schema_with_its_examples_fields() -> None:
    for event_type in load_catalog().event_types.values():
        for version in event_type.versions:
            schema = json_schema(version.payload)
            assert set(version.example) <= set(schema["properties"])
            assert set(schema.get("required", ())) <= set(version.example)


def test_only_a_default_makes_a_field_optional() -> None:
    fields = [
        {"name": "sent", "type": ["null", "string"]},
        {"name": "omitted", "type": ["null", "string"], "default": None},
    ]

    assert json_schema({"type": "record", "name": "R", "fields": fields})["required"] == ["sent"]
