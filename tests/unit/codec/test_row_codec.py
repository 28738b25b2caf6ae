"""Encoding an event, what is refused there, and the way back."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from headrace.catalog import Catalog
from headrace.clock import ManualClock
from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry, headers_of, key_of
from headrace.envelope import Event
from headrace.errors import (
    InvalidEventError,
    UnknownEventTypeError,
)
from tests.unit.codec.conftest import poison, topic


def reasons(encoder: EventEncoder, event: Event) -> dict[str, str]:
    with pytest.raises(InvalidEventError) as refused:
        encoder.encode(event)
    return {problem.field: problem.reason for problem in refused.value.problems}


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


def test_a_whole_number_of_any_size_in_the_metadata_is_kept(
    encoder: EventEncoder, decoder: EventDecoder, trip: Event
) -> None:
    event = replace(trip, metadata_json='{"n":1' + "0" * 4000 + "}")

    decoded = decoder.decode(encoder.encode(event)).event

    assert decoded == event
    assert decoded.metadata == {"n": 10**4000}
