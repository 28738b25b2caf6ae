"""The quick way and the full check: the same bytes, and no word of its own on what is wrong."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_writer
from hypothesis import given, reject
from hypothesis import settings as effort
from hypothesis import strategies as st

from headrace.catalog import Catalog, SchemaVersion, load_catalog
from headrace.clock import ManualClock
from headrace.codec import EventEncoder, MemoryRegistry
from headrace.codec.full import full_writer
from headrace.codec.json_form import UnsupportedSchemaError, to_avro
from headrace.codec.json_form.refused import Refused
from headrace.codec.quick import Doubt, payload_writer
from headrace.codec.quick.varints import ints, longs, varint
from headrace.codec.wire import pack
from headrace.envelope import Event
from headrace.errors import InvalidEventError
from headrace.ids import uuid7
from tests.unit.codec.conftest import NOW
from tests.unit.codec.odd_values import odd, right_values, spoilt

CATALOG = load_catalog()
CLOCK = ManualClock(NOW)
VERSIONS = [
    (event_type.name, version)
    for event_type in CATALOG.event_types.values()
    for version in event_type.versions
]
Outcome = bytes | list[Any]


def outcome(write: Callable[[], bytes]) -> Outcome:
    """The bytes, or the problems in their order."""
    try:
        return write()
    except InvalidEventError as refused:
        return list(refused.problems)


def by_fastavro(schema: Any) -> Callable[[Any], bytes]:
    check, parsed = to_avro(schema), parse_schema(schema)

    def write(value: Any) -> bytes:
        buffer = BytesIO()
        schemaless_writer(buffer, parsed, check(value, ""))
        return buffer.getvalue()

    return write


def agree(schema: Any, value: Any) -> bool:
    """Whether the quick way vouches for the value; if so, fastavro wrote the same."""
    expected = outcome(lambda: by_fastavro(schema)(value))
    try:
        assert payload_writer(schema)(value) == expected
    except (Doubt, Refused, ValueError):
        return False
    return True


def ids(each: Any) -> str:
    return f"{each.version}" if isinstance(each, SchemaVersion) else str(each)


@pytest.mark.parametrize(("name", "version"), VERSIONS, ids=ids)
def test_every_example_of_the_catalog_goes_the_quick_way(name: str, version: SchemaVersion) -> None:
    assert agree(version.payload, version.example)


@pytest.mark.parametrize(("name", "version"), VERSIONS, ids=ids)
def test_both_ways_agree_on_any_payload_of_the_catalog(name: str, version: SchemaVersion) -> None:
    @effort(max_examples=12, deadline=None)
    @given(payload=spoilt(right_values(version.payload)))
    def check(payload: Any) -> None:
        agree(version.payload, payload)

    check()


def logical(avro: str, logical_type: str, **more: Any) -> dict[str, Any]:
    return {"type": avro, "logicalType": logical_type} | more


# each with its defaults as the specification writes them
LEAVES: list[tuple[Any, list[Any]]] = [
    ("null", [None]),
    ("boolean", [True]),
    ("int", [5, -9000]),
    ("long", [5, -(2**63)]),
    ("float", [1, 0.5]),
    ("double", [1, 0.5, 2**53 + 1]),
    ("string", ["x", "", "\0"]),
    ({"type": "string", "personal": {"subject": "a"}}, ["x"]),
    ("bytes", ["\u00ff"]),
    ({"type": "fixed", "size": 3}, ["abc"]),
    ({"type": "enum", "symbols": ["A", "B"]}, ["B"]),
    (logical("bytes", "decimal", precision=4, scale=2), ["\u0001"]),
    (logical("fixed", "decimal", size=2, precision=4, scale=2), ["\u0001\u0002"]),
    (logical("string", "uuid"), []),
    (logical("int", "date"), [7]),
    (logical("int", "time-millis"), [7]),
    (logical("long", "time-micros"), [7]),
    (logical("long", "timestamp-millis"), [7]),
    (logical("long", "timestamp-micros"), [7]),
    (logical("long", "local-timestamp-millis"), [7]),
    (logical("long", "local-timestamp-micros"), [7]),
    (logical("long", "unheard-of"), [7]),
]


@st.composite
def schemas(draw: st.DrawFn, depth: int = 3) -> tuple[Any, list[Any]]:
    """A schema and what its default may be."""
    kind = draw(st.sampled_from(["leaf", "leaf", "record", "array", "map", "union"]))
    if kind == "leaf" or not depth:
        leaf, defaults = draw(st.sampled_from(LEAVES))
        return (leaf | {"name": name(draw)} if has_a_name(leaf) else leaf), defaults
    inner = schemas(depth=depth - 1)
    match kind:
        case "array":
            return {"type": "array", "items": draw(inner)[0]}, [[]]
        case "map":
            return {"type": "map", "values": draw(inner)[0]}, [{}]
        case "union":
            no_union = inner.filter(lambda drawn: not isinstance(drawn[0], list))
            branches = draw(st.lists(no_union, min_size=1, max_size=3, unique_by=avro_type))
            place = draw(st.integers(0, len(branches)))
            union = [branch for branch, _ in branches]
            if draw(st.booleans()):
                union.insert(place, "null")
            return union, [None] if union[0] == "null" else branches[0][1]
    record = draw(records(inner))
    return record, [{}] if all("default" in field for field in record["fields"]) else []


@st.composite
def records(draw: st.DrawFn, inner: Any) -> dict[str, Any]:
    made = []
    for at, (schema, defaults) in enumerate(draw(st.lists(inner, min_size=1, max_size=5))):
        field = {"name": f"f{at}", "type": schema}
        if defaults and draw(st.booleans()):
            field["default"] = draw(st.sampled_from(defaults))
        made.append(field)
    return {"type": "record", "name": name(draw), "fields": made}


def name(draw: st.DrawFn) -> str:
    return f"N{draw(st.uuids()).hex}"


def avro_type(drawn: tuple[Any, Any]) -> str:
    """What a union has once, says the specification, but for named types."""
    schema = drawn[0]
    return str(schema["type"] if isinstance(schema, dict) else schema)


def has_a_name(leaf: Any) -> bool:
    return isinstance(leaf, dict) and leaf["type"] in ("fixed", "enum")


@effort(max_examples=150, deadline=None)
@given(data=st.data())
def test_both_ways_agree_on_any_schema_and_any_value(data: st.DataObject) -> None:
    schema = data.draw(records(schemas()))
    try:
        to_avro(schema)
    except UnsupportedSchemaError:
        reject()
    agree(schema, data.draw(spoilt(right_values(schema))))


def an_event(name: str, version: SchemaVersion) -> Event:
    return Event(
        event_id=uuid7(CLOCK),
        event_type=name,
        timestamp=NOW,
        version=version.version,
        source="test",
        payload=version.example,
        aggregate_id="a-1",
        account_id="acc-1",
    )


BY_ATTRIBUTE: dict[str, st.SearchStrategy[Any]] = {
    "timestamp": st.sampled_from(
        [
            NOW + timedelta(days=1),
            NOW + timedelta(days=1, microseconds=1),
            datetime(1, 1, 1, tzinfo=UTC),
            NOW.astimezone(timezone(timedelta(0), "Z")),
            NOW.astimezone(timezone(timedelta(hours=1))),
        ]
    ),
    "metadata_json": st.sampled_from(["{}", "{ }", "[]", "x", '{"a":1e999}', '{"a":[null]}', ""]),
    "aggregate_version": odd,
} | dict.fromkeys(
    (
        "source",
        "correlation_id",
        "causation_id",
        "aggregate_type",
        "aggregate_id",
        "account_id",
        "user_id",
    ),
    odd.filter(lambda value: value is None or isinstance(value, str)) | st.just(7),
)


@effort(max_examples=200, deadline=None)
@given(
    which=st.sampled_from(VERSIONS),
    changes=st.fixed_dictionaries({}, optional=BY_ATTRIBUTE),
    data=st.data(),
)
def test_an_encoded_event_is_what_the_full_check_makes_of_it(
    which: tuple[str, SchemaVersion], changes: dict[str, Any], data: st.DataObject
) -> None:
    event_type, version = which
    event = replace(an_event(event_type, version), **changes)
    if data.draw(st.booleans()):
        event = replace(event, payload=data.draw(spoilt(right_values(version.payload))))
    registry = MemoryRegistry()
    encoder = EventEncoder(CATALOG, registry, CLOCK)
    topic = encoder.topic_of(event)
    header = pack(registry.register(version.subject, version.composed_json), b"")

    expected = outcome(lambda: header + full_writer(version, topic)(event, NOW))

    assert outcome(lambda: encoder.encode(event)) == expected


def test_an_id_that_is_none_and_a_text_that_is_none_are_left_to_the_full_check() -> None:
    event_type, version = VERSIONS[0]
    event = an_event(event_type, version)
    encoder = EventEncoder(CATALOG, MemoryRegistry(), CLOCK)

    as_text = replace(event, event_id=str(event.event_id))  # type: ignore[arg-type]

    assert encoder.encode(as_text) == encoder.encode(event)
    assert {field.name for field in fields(Event)} > set(BY_ATTRIBUTE)


def test_a_schema_with_another_envelope_goes_the_full_way() -> None:
    event_type, version = VERSIONS[0]
    longer = {**version.composed, "fields": [dict(f) for f in version.composed["fields"]]}
    longer["fields"][0]["doc"] = "Another envelope."
    other = replace(version, composed=longer)
    found = replace(CATALOG.event_type(event_type), versions=(other,))
    catalog = Catalog(CATALOG.topics, {event_type: found})
    event = an_event(event_type, version)

    written = EventEncoder(catalog, MemoryRegistry(), CLOCK).encode(event)

    assert written == EventEncoder(CATALOG, MemoryRegistry(), CLOCK).encode(event)


@given(number=st.integers(-(2**63), 2**63 - 1))
def test_a_varint_is_fastavros(number: int) -> None:
    buffer = BytesIO()
    schemaless_writer(buffer, "long", number)

    assert varint(number) == longs()[number] == buffer.getvalue()
    assert longs(b"\2")[number] == b"\2" + varint(number)


@pytest.mark.parametrize("number", [2**31, -(2**31) - 1, 2**63, -(2**63) - 1])
def test_a_number_out_of_range_is_doubtful(number: int) -> None:
    with pytest.raises(Doubt):
        ints()[number]
