"""Encoding an event, decoding it, and what is refused on either side."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import orjson
import pytest
from fastavro import parse_schema, schemaless_writer
from hypothesis import given
from hypothesis import strategies as st

from headrace.catalog import Catalog
from headrace.clock import ManualClock
from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry, headers_of, key_of
from headrace.codec.wire import pack, split
from headrace.envelope import Event
from headrace.errors import (
    InvalidEventError,
    OutageError,
    PoisonError,
    UnknownEventTypeError,
    UnknownSchemaError,
)
from tests.unit.codec.conftest import TRIP, event_type, topic


def reasons(encoder: EventEncoder, event: Event) -> dict[str, str]:
    with pytest.raises(InvalidEventError) as refused:
        encoder.encode(event)
    return {problem.field: problem.reason for problem in refused.value.problems}


def poison(decoder: EventDecoder, value: bytes | None, **arguments: Any) -> str:
    with pytest.raises(PoisonError) as refused:
        decoder.decode(value, **arguments)
    return refused.value.reason


def with_changed(value: bytes, catalog: Catalog, **changes: Any) -> bytes:
    """The trip written by fastavro itself, without our checks."""
    schema = parse_schema(catalog.event_type("trip.booked").latest.composed)
    record = {
        "eventId": "01890a5d-ac96-774b-bcce-b302099a8057",
        "eventType": "trip.booked",
        "timestamp": 1_773_500_966_535_000,
        "version": "1.0",
        "source": "trip-service",
        "payload": {"tripId": "t", "seats": [1], "price": 1.0, "leavesAt": 0},
    }
    body = BytesIO()
    schemaless_writer(body, schema, record | changes)
    return pack(split(value)[0], body.getvalue())


def test_a_decoded_event_equals_the_encoded_one(
    encoder: EventEncoder, decoder: EventDecoder, trip: Event
) -> None:
    decoded = decoder.decode(encoder.encode(trip))

    assert decoded.event == trip
    assert decoded.schema_id == 70_000
    assert orjson.loads(decoded.payload_json) == trip.payload


def test_the_value_is_framed_as_confluent_does(encoder: EventEncoder, trip: Event) -> None:
    assert encoder.encode(trip)[:5] == b"\0" + (70_000).to_bytes(4, "big")


def test_absent_fields_take_their_defaults(
    encoder: EventEncoder, decoder: EventDecoder, trip: Event
) -> None:
    payload = {k: v for k, v in trip.payload.items() if k not in ("note", "currency")}

    decoded = decoder.decode(encoder.encode(replace(trip, payload=payload)))

    assert decoded.event.payload == trip.payload


def test_every_wrong_field_is_named_at_once(encoder: EventEncoder, trip: Event) -> None:
    payload = {"tripId": 7, "seats": [1, True, "x"], "leavesAt": "2026-04-01T08:00:00", "color": 1}

    found = reasons(encoder, replace(trip, source="", user_id="u" * 256, payload=payload))

    assert found == {
        "source": "must not be empty",
        "userId": "may have at most 255 characters, not 256",
        "payload.tripId": "must be a string, not a number",
        "payload.seats[1]": "must be a whole number, not a boolean",
        "payload.seats[2]": "must be a whole number, not a string",
        "payload.price": "is missing",
        "payload.leavesAt": (
            "must be an RFC 3339 time with its zone, such as 2026-03-14T15:09:26.535Z"
        ),
        "payload.color": "is not a field",
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"source": "a\0b"}, "source"),
        ({"correlation_id": "\ud800"}, "correlationId"),
        ({"aggregate_version": -1}, "aggregateVersion"),
        ({"aggregate_version": True}, "aggregateVersion"),
        ({"metadata_json": "[]"}, "metadata"),
        ({"metadata_json": '{"a":NaN}'}, "metadata"),
        ({"metadata_json": '{"a":"\\u0000"}'}, "metadata"),
        ({"metadata_json": '{"a":"\\ud800"}'}, "metadata"),
        ({"metadata_json": '{"a":"' + "x" * 65_536 + '"}'}, "metadata"),
        ({"event_type": "trip.unknown"}, "eventType"),
        ({"version": "9.9"}, "version"),
    ],
)
def test_the_envelope_is_checked(
    encoder: EventEncoder, trip: Event, changes: dict[str, Any], field: str
) -> None:
    assert field in reasons(encoder, replace(trip, **changes))


def test_a_time_more_than_a_day_ahead_is_refused_on_both_sides(
    encoder: EventEncoder, decoder: EventDecoder, trip: Event, clock: ManualClock
) -> None:
    almost = replace(trip, timestamp=clock.now() + timedelta(days=1))
    value = encoder.encode(almost)
    assert decoder.decode(value).event.timestamp == almost.timestamp

    clock.advance(-1)

    assert "timestamp" in reasons(encoder, almost)
    assert poison(decoder, value) == "time_ahead"


def test_an_oversized_event_is_refused_with_its_size(encoder: EventEncoder, trip: Event) -> None:
    found = reasons(encoder, replace(trip, payload={**trip.payload, "note": "x" * 1_000_000}))

    assert found["event"].startswith("takes 1000")


def test_an_unknown_type_is_its_own_error(encoder: EventEncoder, trip: Event) -> None:
    with pytest.raises(UnknownEventTypeError):
        encoder.encode(replace(trip, event_type="no.such"))


@pytest.mark.parametrize(
    ("value", "reason"),
    [(None, "tombstone"), (b"", "not_avro"), (b"\0\0\0", "not_avro"), (b"{} {} {}", "not_avro")],
)
def test_values_that_are_not_framed_are_poison(
    decoder: EventDecoder, value: bytes | None, reason: str
) -> None:
    assert poison(decoder, value) == reason


def test_bytes_left_over_are_poison(
    encoder: EventEncoder, decoder: EventDecoder, trip: Event
) -> None:
    assert poison(decoder, encoder.encode(trip) + b"\0") == "trailing_bytes"


def test_every_truncation_is_poison(
    encoder: EventEncoder, decoder: EventDecoder, trip: Event
) -> None:
    value = encoder.encode(trip)

    assert {poison(decoder, value[:end]) for end in range(5, len(value))} == {"broken_avro"}


@given(body=st.binary(max_size=400))
def test_garbage_is_poison_or_an_event_and_nothing_else(body: bytes) -> None:
    catalog, registry = GARBAGE_CATALOG, GARBAGE_REGISTRY
    decoder = EventDecoder(catalog, registry)
    with suppress(PoisonError):
        decoder.decode(pack(1, body))


@given(position=st.integers(5, 200), byte=st.integers(0, 255))
def test_one_changed_byte_is_poison_or_an_event(position: int, byte: int) -> None:
    value = bytearray(GARBAGE_VALUE)
    value[min(position, len(value) - 1)] = byte
    decoder = EventDecoder(GARBAGE_CATALOG, GARBAGE_REGISTRY)
    with suppress(PoisonError):
        decoder.decode(bytes(value))


def test_an_absurd_length_costs_no_memory(
    encoder: EventEncoder, decoder: EventDecoder, trip: Event
) -> None:
    schema_id, _ = split(encoder.encode(trip))
    huge = b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01"  # 2**63 - 1 as a varint

    assert poison(decoder, pack(schema_id, huge + b"abc")) == "broken_avro"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"source": "a\0b"}, "nul"),
        ({"userId": "\0"}, "nul"),
        ({"metadata": '{"a":"\\u0000"}'}, "nul"),
        ({"metadata": "[]"}, "bad_metadata"),
        ({"metadata": "{"}, "bad_metadata"),
        ({"eventId": "no uuid"}, "broken_avro"),
        ({"timestamp": 2**62}, "broken_avro"),
    ],
)
def test_an_envelope_that_could_not_be_stored_is_poison(
    encoder: EventEncoder,
    decoder: EventDecoder,
    trip: Event,
    catalog: Catalog,
    changes: dict[str, Any],
    reason: str,
) -> None:
    assert poison(decoder, with_changed(encoder.encode(trip), catalog, **changes)) == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"tripId": "a\0b"}, "nul"),
        ({"price": float("nan")}, "not_finite"),
        ({"price": float("-inf")}, "not_finite"),
        ({"leavesAt": 2**62}, "broken_avro"),
    ],
)
def test_a_payload_that_json_cannot_hold_is_poison(
    encoder: EventEncoder,
    decoder: EventDecoder,
    trip: Event,
    catalog: Catalog,
    changes: dict[str, Any],
    reason: str,
) -> None:
    payload = {"tripId": "t", "seats": [1], "price": 1.0, "leavesAt": 0} | changes

    value = with_changed(encoder.encode(trip), catalog, payload=payload)

    assert poison(decoder, value) == reason


def test_the_text_of_an_escape_is_not_mistaken_for_nul(
    encoder: EventEncoder, decoder: EventDecoder, trip: Event
) -> None:
    event = replace(
        trip,
        payload={**trip.payload, "note": "\\u0000"},
        metadata_json='{"a":"\\\\u0000"}',
    )

    assert decoder.decode(encoder.encode(event)).event == event


def test_a_type_that_the_topic_does_not_list_is_poison(
    encoder: EventEncoder, decoder: EventDecoder, trip: Event
) -> None:
    value = encoder.encode(trip)

    assert poison(decoder, value, topic=topic(event_types=("x",))) == "type_not_in_topic"


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ('{"type":"string"}', "not_an_event"),
        ('{"type":"record","name":"A","fields":[]}', "not_an_event"),
    ],
)
def test_a_schema_that_is_no_event_is_poison(
    decoder: EventDecoder, registry: MemoryRegistry, schema: str, reason: str
) -> None:
    schema_id = registry.register("other", schema)

    assert poison(decoder, pack(schema_id, b"")) == reason


def test_an_unknown_schema_and_an_outage_are_not_poison(
    encoder: EventEncoder, decoder: EventDecoder, registry: MemoryRegistry, trip: Event
) -> None:
    value = encoder.encode(trip)
    with pytest.raises(UnknownSchemaError):
        decoder.decode(pack(99, b""))

    registry.reachable = False

    with pytest.raises(OutageError):
        decoder.decode(value)


def test_the_key_is_the_aggregate_else_the_account_else_the_event(trip: Event) -> None:
    account = replace(trip, aggregate_id=None, account_id="acc-1")

    assert key_of(trip, topic()) == b"trip-1"
    assert key_of(account, topic()) == b"acc-1"
    assert key_of(replace(account, account_id=None), topic()) == str(trip.event_id).encode()
    assert key_of(trip, topic(key="eventId")) == str(trip.event_id).encode()


def test_a_key_field_that_the_catalog_wants_must_be_there(trip: Event) -> None:
    with pytest.raises(InvalidEventError, match="accountId: is missing"):
        key_of(trip, topic(key="accountId"))


def test_headers_carry_what_routing_needs(trip: Event) -> None:
    assert headers_of(trip, "00-ab-cd-01") == [
        ("eventId", str(trip.event_id).encode()),
        ("eventType", b"trip.booked"),
        ("correlationId", b"corr-1"),
        ("traceparent", b"00-ab-cd-01"),
    ]


def test_a_topic_of_one_aggregate_type_refuses_others(
    catalog: Catalog, registry: MemoryRegistry, trip: Event, clock: ManualClock
) -> None:
    named = Catalog({"trips": topic(aggregate_type="Trip")}, catalog.event_types)
    encoder = EventEncoder(named, registry, clock)

    assert "aggregateType" in reasons(encoder, replace(trip, aggregate_type="Car"))


def _garbage() -> tuple[Catalog, MemoryRegistry, bytes]:
    catalog = Catalog({"trips": topic()}, {"trip.booked": event_type("trip.booked", TRIP)})
    registry = MemoryRegistry()
    event = Event(
        event_id=UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
        event_type="trip.booked",
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
        version="1.0",
        source="s",
        payload={"tripId": "t", "seats": [1], "price": 1, "leavesAt": "2026-01-01T00:00:00Z"},
    )
    return catalog, registry, EventEncoder(catalog, registry).encode(event)


GARBAGE_CATALOG, GARBAGE_REGISTRY, GARBAGE_VALUE = _garbage()
