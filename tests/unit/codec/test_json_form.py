"""The table of docs/json.md: each Avro type, both ways, and what is refused."""

from decimal import Decimal
from io import BytesIO
from typing import Any

import orjson
import pytest
from fastavro import parse_schema, schemaless_reader, schemaless_writer
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.codec import parse_json
from headrace.codec.json_form import (
    UnsupportedSchemaError,
    compile_field,
    from_avro,
    reading_schema,
    to_avro,
)
from headrace.errors import InvalidEventError, PoisonError


def logical(avro: str, logical_type: str, **more: Any) -> dict[str, Any]:
    return {"type": avro, "logicalType": logical_type} | more


def through_avro(schema: Any, value: Any) -> Any:
    body = BytesIO()
    schemaless_writer(body, parse_schema(schema), to_avro(schema)(value, ""))
    body.seek(0)
    return from_avro(schema)(schemaless_reader(body, parse_schema(reading_schema(schema)), None))


ID = "01890a5d-ac96-774b-bcce-b302099a8057"
MICROS = logical("long", "timestamp-micros")
DECIMAL = logical("bytes", "decimal", precision=9, scale=2)
FIXED = {"type": "fixed", "name": "F", "size": 3}
TABLE: list[tuple[Any, Any]] = [
    ("null", None),
    ("boolean", True),
    ("int", -(2**31)),
    ("long", 2**63 - 1),
    ("float", 0.5),
    ("double", 1.7976931348623157e308),
    ("string", "naïve \U0001f600"),
    ("bytes", "AP8="),
    (FIXED, "AQID"),
    ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "B"),
    ({"type": "array", "items": "string"}, ["a", ""]),
    ({"type": "map", "values": DECIMAL}, {"a": "-0.05"}),
    (["null", "long"], None),
    (["null", DECIMAL], "12.50"),
    (["long", "null", "string"], "x"),
    (["null", "bytes", {"type": "array", "items": "bytes"}], ["AA=="]),
    (logical("string", "uuid"), "01890a5d-ac96-774b-bcce-b302099a8057"),
    (DECIMAL, "-9999999.99"),
    (logical("fixed", "decimal", name="D", size=4, precision=9, scale=0), "-999999999"),
    (logical("int", "date"), "0001-01-01"),
    (logical("int", "time-millis"), "23:59:59.999000"),
    (logical("long", "time-micros"), "00:00:00.000001"),
    (logical("long", "timestamp-millis"), "1969-12-31T23:59:59.999000Z"),
    (logical("long", "timestamp-micros"), "9999-12-31T23:59:59.999999Z"),
    (logical("long", "local-timestamp-millis"), "2026-03-14T15:09:26.535000"),
    (logical("long", "local-timestamp-micros"), "2026-03-14T15:09:26.535001"),
    (logical("long", "unheard-of"), 7),
]


@pytest.mark.parametrize(("schema", "value"), TABLE, ids=lambda each: str(each)[:50])
def test_each_type_of_the_table_comes_back_as_it_went_in(schema: Any, value: Any) -> None:
    assert through_avro(schema, value) == value


@pytest.mark.parametrize(
    ("schema", "given_value", "canonical"),
    [
        (DECIMAL, "12.5", "12.50"),
        ("double", 3, 3.0),
        ("float", 0.1, 0.10000000149011612),
        (MICROS, "2026-03-14t16:09:26+01:00", "2026-03-14T15:09:26.000000Z"),
        (MICROS, "2026-03-14 15:09:26.5z", "2026-03-14T15:09:26.500000Z"),
        (logical("string", "uuid"), ID.upper(), ID),
    ],
)
def test_other_spellings_become_the_canonical_one(
    schema: Any, given_value: Any, canonical: Any
) -> None:
    assert through_avro(schema, given_value) == canonical


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ("int", True), ("int", 1.0), ("int", 2**31), ("long", 2**63), ("long", "1"),
        ("double", float("nan")), ("double", float("inf")), ("double", 2**53 + 1),
        ("double", 10**400),
        ("float", 1e39), ("double", True), ("boolean", 1), ("null", 0),
        ("string", 1), ("string", "a\0"), ("string", "\ud800"), ("string", None),
        ("bytes", "###"), ("bytes", "AP8"), (FIXED, "AQI="),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, "B"),
        ({"type": "array", "items": "int"}, {"0": 1}), ({"type": "map", "values": "int"}, [1]),
        ({"type": "map", "values": "int"}, {"a\0": 1}),
        (["null", "int"], "x"), (["null", "int", "string"], True),
        (DECIMAL, 12.5), (DECIMAL, "1e3"), (DECIMAL, "1.234"), (DECIMAL, "12345678.00"),
        (DECIMAL, "\u0663"),
        (logical("string", "uuid"), "{01890a5d-ac96-774b-bcce-b302099a8057}"),
        (logical("int", "date"), "2026-02-30"), (logical("int", "date"), "20260203"),
        (logical("int", "time-millis"), "10:00:00.000001"),
        (logical("int", "time-millis"), "24:00:00"),
        (logical("long", "timestamp-micros"), "2026-03-14T15:09:26"),
        (logical("long", "timestamp-micros"), "2026-03-14T15:09:26.1234567Z"),
        (logical("long", "timestamp-micros"), "0001-01-01T00:00:00+01:00"),
        (logical("long", "timestamp-micros"), 1_773_500_966),
        (logical("long", "timestamp-millis"), "2026-03-14T15:09:26.000001Z"),
        (logical("long", "local-timestamp-micros"), "2026-03-14T15:09:26Z"),
    ],
    ids=lambda each: ascii(each)[:50],
)  # fmt: skip
def test_wrong_values_are_refused(schema: Any, value: Any) -> None:
    with pytest.raises(InvalidEventError):
        to_avro(schema)(value, "field")


@pytest.mark.parametrize(
    "schema",
    [
        ["null", "int", "double"],
        ["string", logical("long", "timestamp-micros")],
        {"type": "array", "items": "null"},
        {"type": "array", "items": {"type": "record", "name": "Empty", "fields": []}},
        {"type": "record", "name": "R", "fields": [{"name": "r", "type": ["null", "R"]}]},
        {"type": "nothing"},
    ],
    ids=str,
)
def test_schemas_without_a_json_form_are_refused_both_ways(schema: Any) -> None:
    with pytest.raises(UnsupportedSchemaError):
        to_avro(schema)
    with pytest.raises(UnsupportedSchemaError):
        from_avro(schema)


def test_a_subtree_that_is_json_already_is_never_walked() -> None:
    inner = {"type": "record", "name": "I", "fields": [{"name": "a", "type": ["null", "string"]}]}
    record = {
        "type": "record",
        "name": "R",
        "fields": [
            {"name": "plain", "type": {"type": "array", "items": inner}},
            {"name": "number", "type": "double"},
        ],
    }

    assert compile_field(record, "plain") is None
    assert compile_field(record, "number") is not None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_lacks_is_poison_with_its_path(value: float) -> None:
    fields = [{"name": "speeds", "type": {"type": "array", "items": "double"}}]
    convert = from_avro({"type": "record", "name": "R", "fields": fields})

    with pytest.raises(PoisonError, match=r"speeds\[\]"):
        convert({"speeds": [1.0, value]})


def test_a_decimal_of_too_many_digits_is_poison() -> None:
    with pytest.raises(PoisonError, match="more than 9 digits"):
        from_avro(DECIMAL)(b"\x7f" * 8)


def test_at_most_twenty_problems_are_listed() -> None:
    with pytest.raises(InvalidEventError) as refused:
        to_avro({"type": "array", "items": "int"})(["x"] * 10_000, "list")

    assert len(refused.value.problems) == 20
    assert refused.value.problems[0].field == "list[0]"


def test_defaults_of_every_type_are_filled_in() -> None:
    inner = {"type": "record", "name": "I", "fields": [{"name": "b", "type": "bytes"}]}
    fields = [
        {"name": "bytes", "type": "bytes", "default": "\u00ff"},
        {"name": "union", "type": ["double", "null"], "default": 1},
        {"name": "map", "type": {"type": "map", "values": "bytes"}, "default": {"a": "\u0001"}},
        {"name": "list", "type": {"type": "array", "items": "int"}, "default": [1]},
        {"name": "inner", "type": inner, "default": {"b": "\u0002"}},
        {"name": "nothing", "type": ["null", "string"], "default": None},
    ]

    assert through_avro({"type": "record", "name": "R", "fields": fields}, {}) == {
        "bytes": "/w==",
        "union": 1.0,
        "map": {"a": "AQ=="},
        "list": [1],
        "inner": {"b": "Ag=="},
        "nothing": None,
    }


@pytest.mark.parametrize(
    ("inner", "value"),
    [
        (logical("string", "uuid"), ID),
        (MICROS, "2026-03-14T15:09:26.535000Z"),
        (DECIMAL, "12.50"),
        ({"type": "array", "items": ["null", MICROS]}, [None, "2026-03-14T15:09:26.535000Z"]),
        ({"type": "map", "values": "int"}, {"a": 1}),
        ({"type": "string", "note": "x"}, "text"),
        ("double", 1.5),
    ],
    ids=str,
)
def test_a_nullable_record_may_hold_nullable_fields_of_every_kind(inner: Any, value: Any) -> None:
    fields = [{"name": "a", "type": ["null", inner]}]
    nullable = ["null", {"type": "record", "name": "Inner", "fields": fields}]

    assert through_avro(nullable, {"a": value}) == {"a": value}
    assert through_avro(nullable, {"a": None}) == {"a": None}


_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
_leaves: list[tuple[Any, st.SearchStrategy[Any]]] = [
    ("boolean", st.booleans()),
    ("int", st.integers(-(2**31), 2**31 - 1)),
    ("long", st.integers(-(2**63), 2**63 - 1)),
    ("float", st.floats(width=32, allow_nan=False, allow_infinity=False)),
    ("double", st.floats(allow_nan=False, allow_infinity=False)),
    ("string", _texts),
    ("bytes", st.sampled_from(["", "AA==", "/w8="])),
    (DECIMAL, st.integers(-(10**9) + 1, 10**9 - 1).map(lambda n: f"{Decimal(n) / 100:.2f}")),
    (logical("string", "uuid"), st.uuids().map(str)),
    (logical("int", "date"), st.dates().map(lambda day: day.isoformat())),
    (logical("long", "time-micros"), st.times().map(lambda t: t.isoformat("microseconds"))),
    (MICROS, st.datetimes().map(lambda d: d.isoformat(timespec="microseconds") + "Z")),
]  # fmt: skip


def _record(fields: list[tuple[Any, Any]], name: str) -> tuple[Any, st.SearchStrategy[Any]]:
    schema = {
        "type": "record",
        "name": name,
        "fields": [{"name": f"f{i}", "type": type_} for i, (type_, _) in enumerate(fields)],
    }
    return schema, st.fixed_dictionaries({f"f{i}": values for i, (_, values) in enumerate(fields)})


def _extended(inner: Any) -> Any:
    return st.one_of(
        inner.map(lambda s: ({"type": "array", "items": s[0]}, st.lists(s[1], max_size=3))),
        inner.map(
            lambda s: ({"type": "map", "values": s[0]}, st.dictionaries(_texts, s[1], max_size=3))
        ),
        inner.filter(lambda s: not isinstance(s[0], list)).map(
            lambda s: (["null", s[0]], st.none() | s[1])
        ),
        st.tuples(st.lists(inner, min_size=1, max_size=4), st.uuids()).map(
            lambda pair: _record(pair[0], f"R{pair[1].hex}")
        ),
    )


_schemas = st.recursive(st.sampled_from(_leaves), _extended, max_leaves=6)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_json_to_avro_and_back_is_identity_for_any_schema(data: st.DataObject) -> None:
    schema, values = data.draw(_schemas.filter(_names_are_unique))
    value = data.draw(values)

    assert through_avro(schema, value) == value
    assert parse_json(orjson.dumps(through_avro(schema, value))) == value


def _names_are_unique(drawn: tuple[Any, Any]) -> bool:
    names = [part.split('"')[0] for part in str(drawn[0]).split("'name': 'R")[1:]]
    return len(names) == len(set(names))


@pytest.mark.parametrize("kind", ["null", "string", ["null", "string"], ["string", "null"]])
def test_a_field_without_a_default_may_not_be_left_out_even_if_it_may_be_null(kind: Any) -> None:
    record = {"type": "record", "name": "R", "fields": [{"name": "a", "type": kind}]}

    with pytest.raises(InvalidEventError, match=r"^payload\.a: is missing$"):
        to_avro(record)({}, "payload")
