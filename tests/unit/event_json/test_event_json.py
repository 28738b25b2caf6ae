"""Events as JSON: what comes in, what goes out, what is refused."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.catalog import Catalog, load_catalog
from headrace.clock import ManualClock
from headrace.errors import InvalidEventError, UnknownEventTypeError
from headrace.event_json import JsonError, dump_json, event_from_json, event_to_json, parse_json
from headrace.ids import uuid7

NOW = datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)
PAYLOAD = {
    "userId": "user-123",
    "email": "john@example.com",
    "firstName": "John",
    "lastName": "Doe",
    "createdAt": "2024-01-15T10:30:00.000Z",
}
EVENT: dict[str, Any] = {
    "eventId": "550e8400-e29b-41d4-a716-446655440000",
    "eventType": "user.created",
    "timestamp": "2024-01-15T10:30:00.000Z",
    "version": "1.0",
    "source": "user-service",
    "correlationId": "corr-123456",
    "payload": PAYLOAD,
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def problems(value: Any, catalog: Catalog, clock: ManualClock) -> dict[str, str]:
    with pytest.raises(InvalidEventError) as refused:
        event_from_json(value, catalog, clock)
    return {problem.field: problem.reason for problem in refused.value.problems}


def without(*fields: str) -> dict[str, Any]:
    return {field: value for field, value in EVENT.items() if field not in fields}


@pytest.mark.covers("S3-2")
def test_a_base_event_comes_out_as_it_went_in(catalog: Catalog, clock: ManualClock) -> None:
    whole = EVENT | {
        "timestamp": "2024-01-15T10:30:00.000000Z",
        "aggregateVersion": 2**63 - 1,
        "metadata": {"n": 12345678901234567890123, "nested": [None, {"é": "\u2028"}]},
    }

    assert event_to_json(event_from_json(whole, catalog, clock)) == whole


def test_without_id_and_time_both_are_made_now(catalog: Catalog, clock: ManualClock) -> None:
    event = event_from_json(without("eventId", "timestamp"), catalog, clock)

    assert event.timestamp == NOW
    assert event.event_id.version == 7


def test_without_a_time_a_uuid7_gives_its_own(catalog: Catalog, clock: ManualClock) -> None:
    event_id = uuid7(ManualClock(NOW - timedelta(hours=1)))

    event = event_from_json(without("timestamp") | {"eventId": str(event_id)}, catalog, clock)

    assert event.event_id == event_id
    assert NOW - timedelta(hours=1, milliseconds=1) < event.timestamp <= NOW - timedelta(hours=1)


def test_without_a_time_another_uuid_is_refused(catalog: Catalog, clock: ManualClock) -> None:
    assert "UUIDv7" in problems(without("timestamp"), catalog, clock)["timestamp"]


def test_without_a_version_the_latest_is_taken(catalog: Catalog, clock: ManualClock) -> None:
    event = event_from_json(without("version"), catalog, clock)

    assert event.version == catalog.event_type("user.created").latest.version


def test_a_default_source_stands_in(catalog: Catalog, clock: ManualClock) -> None:
    event = event_from_json(without("source"), catalog, clock, default_source="cli")

    assert event.source == "cli"


def test_an_offset_becomes_utc(catalog: Catalog, clock: ManualClock) -> None:
    event = event_from_json(EVENT | {"timestamp": "2024-01-15T10:30:00+05:30"}, catalog, clock)

    assert event.timestamp == datetime(2024, 1, 15, 5, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"eventId": 7}, "eventId"),
        ({"eventId": "x"}, "eventId"),
        ({"eventType": None}, "eventType"),
        ({"eventType": 3}, "eventType"),
        ({"eventType": "x" * 101}, "eventType"),
        ({"timestamp": "yesterday"}, "timestamp"),
        ({"timestamp": "2024-01-15T10:30:00"}, "timestamp"),
        ({"timestamp": "2026-03-15T15:09:27Z"}, "timestamp"),
        ({"version": 1}, "version"),
        ({"version": "7.0"}, "version"),
        ({"source": None}, "source"),
        ({"source": ""}, "source"),
        ({"correlationId": "c" * 256}, "correlationId"),
        ({"aggregateVersion": 1.5}, "aggregateVersion"),
        ({"aggregateVersion": 2**63}, "aggregateVersion"),
        ({"userId": "a\0"}, "userId"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {"a": "\0"}}, "metadata"),
        ({"metadata": {"\ud800": 1}}, "metadata"),
        ({"metadata": {"a": "x" * 70_000}}, "metadata"),
        ({"payload": []}, "payload"),
        ({"payload": None}, "payload"),
        ({"colour": "red"}, "colour"),
    ],
    ids=lambda each: ascii(each)[:40],
)
def test_a_wrong_field_is_named(
    catalog: Catalog, clock: ManualClock, changes: dict[str, Any], field: str
) -> None:
    assert field in problems(EVENT | changes, catalog, clock)


@pytest.mark.parametrize("value", [None, [], "x", 7])
def test_what_is_no_object_is_refused(catalog: Catalog, clock: ManualClock, value: Any) -> None:
    assert "event" in problems(value, catalog, clock)


def test_all_wrong_fields_are_named_together(catalog: Catalog, clock: ManualClock) -> None:
    found = problems({"eventType": "user.created", "a": 1, "timestamp": 2}, catalog, clock)

    assert set(found) == {"a", "timestamp", "source", "payload"}


def test_an_unknown_type_is_its_own_error(catalog: Catalog, clock: ManualClock) -> None:
    with pytest.raises(UnknownEventTypeError):
        event_from_json(EVENT | {"eventType": "no.such.type"}, catalog, clock)


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"NaN", b"[Infinity]", b"-Infinity", b"1e999", b'{"a":1,"a":2}',
        b"\xff", b"\xef\xbb\xbf{}",
        b"{'a':1}", b"[1,]", b"01", b'"\x00"', b"[" * 65 + b"]" * 65, b"[" * 100_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b"9" * 5000, "{}".encode("utf-16"),
    ],
    ids=lambda text: ascii(text)[:30],
)  # fmt: skip
def test_json_that_is_not_strict_is_refused(text: bytes) -> None:
    with pytest.raises(JsonError):
        parse_json(text)


def test_sixty_four_levels_are_allowed() -> None:
    assert parse_json(b"[" * 64 + b"]" * 64)


def test_whole_numbers_stay_exact() -> None:
    text = b'{"n":123456789012345678901234567890}'

    assert dump_json(parse_json(text)) == text


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(
        st.characters(exclude_characters="\0", exclude_categories=["Cs"])), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@pytest.mark.covers("S3-2")
@given(metadata=st.dictionaries(st.sampled_from(["a", "b", "é"]), _json, max_size=3))
def test_any_metadata_survives(metadata: dict[str, Any]) -> None:
    event = event_from_json(EVENT | {"metadata": metadata}, load_catalog(), ManualClock(NOW))

    assert event_to_json(event)["metadata"] == metadata
    assert json.loads(event.metadata_json) == metadata
    assert event.event_id == UUID(EVENT["eventId"])
