"""Records that are no sound event are poison, whatever is wrong with them."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from fastavro import parse_schema, schemaless_writer
from hypothesis import given
from hypothesis import strategies as st

from headrace.catalog import Catalog
from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry
from headrace.codec.wire import pack, split
from headrace.envelope import Event
from headrace.errors import (
    OutageError,
    PoisonError,
    UnknownSchemaError,
)
from tests.unit.codec.conftest import TRIP, event_type, poison, topic


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
