"""What one Avro schema cannot read of another, field by field."""

import json
from typing import Any

import pytest

from headrace.catalog import load_catalog
from headrace.catalog.compatibility import breaks_of

NOT_INT = "reader type: int not compatible with writer type: string)"


def record(*fields: dict[str, Any], name: str = "R") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields)}


def field(name: str, kind: Any = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind} | more


def inner(*fields: dict[str, Any]) -> dict[str, Any]:
    return field("payload", record(*fields, name="Inner"))


@pytest.mark.parametrize(
    ("reader", "writer", "breaks"),
    [
        (record(field("a")), record(field("a"), field("b")), ()),
        (record(field("a"), field("b", default="")), record(field("a")), ()),
        (record(field("x", aliases=["a"])), record(field("a")), ()),
        (record(field("a", "long")), record(field("a", "int")), ()),
        (record(field("b")), record(field("a")), ("b: is new and has no default",)),
        (
            record(inner(field("a", "int"), field("b"))),
            record(inner(field("a"))),
            (
                f"payload.a: type mismatch ({NOT_INT}",
                "payload.b: is new and has no default",
            ),
        ),
        (
            record(field("a", ["null", "int"])),
            record(field("a", ["null", "string"])),
            (f"a: type mismatch ({NOT_INT}",),
        ),
        (
            record(field("a", {"type": "array", "items": record(field("x"), name="I")})),
            record(field("a", {"type": "array", "items": record(field("y"), name="I")})),
            ("a[].x: is new and has no default",),
        ),
        (
            record(field("a", {"type": "enum", "name": "E", "symbols": ["A"]})),
            record(field("a", {"type": "enum", "name": "E", "symbols": ["A", "B"]})),
            ("a: missing enum symbols ({'B'})",),
        ),
    ],
)
def test_the_field_in_the_way_is_named(
    reader: dict[str, Any], writer: dict[str, Any], breaks: tuple[str, ...]
) -> None:
    assert breaks_of(json.dumps(reader), json.dumps(writer)) == breaks


def test_every_schema_of_the_catalog_reads_itself() -> None:
    for event_type in load_catalog().event_types.values():
        for version in event_type.versions:
            assert breaks_of(version.composed_json, version.composed_json) == ()


def test_a_record_inside_itself_ends() -> None:
    def tree(value: str) -> str:
        return json.dumps(record(field("value", value), field("next", ["null", "R"])))

    (reason,) = breaks_of(tree("int"), tree("string"))
    assert reason.startswith("value: type mismatch")


def test_what_is_not_avro_is_said_to_be_so() -> None:
    assert "cannot be compared" in breaks_of(json.dumps(record()), '{"type": "object"}')[0]
