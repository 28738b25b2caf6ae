"""A catalog of one topic and two event types, small enough to be read here."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from headrace.catalog import Catalog, EventType, SchemaVersion, Topic
from headrace.catalog.compose import canonical_json, compose, subject_of
from headrace.clock import ManualClock
from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry
from headrace.envelope import Event
from headrace.errors import PoisonError

TRIP: dict[str, Any] = {
    "type": "record",
    "name": "TripBookedPayload",
    "fields": [
        {"name": "tripId", "type": "string"},
        {"name": "seats", "type": {"type": "array", "items": "int"}},
        {"name": "price", "type": "double"},
        {"name": "leavesAt", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "note", "type": ["null", "string"], "default": None},
        {"name": "currency", "type": "string", "default": "EUR"},
    ],
}
NOTE: dict[str, Any] = {
    "type": "record",
    "name": "TripNotedPayload",
    "fields": [{"name": "text", "type": "string"}],
}
NOW = datetime(2026, 3, 14, 15, 9, 26, 535000, tzinfo=UTC)


def event_type(name: str, payload: dict[str, Any]) -> EventType:
    composed = compose("trip", name, "1.0", payload)
    version = SchemaVersion(
        version="1.0",
        payload=payload,
        composed=composed,
        composed_json=canonical_json(composed),
        subject=subject_of("trip", name, "1.0"),
        example={},
        path=Path(f"{name}.avsc"),
        personal_fields=(),
    )
    return EventType(name=name, topic="trips", domain="trip", versions=(version,))


def topic(**changes: Any) -> Topic:
    values: dict[str, Any] = {
        "name": "trips",
        "domain": "trip",
        "description": "",
        "authority": "log",
        "event_types": ("trip.booked", "trip.noted"),
        "key": None,
        "partitions": 1,
        "production_partitions": 3,
        "replication": 3,
        "retention_ms": 1,
        "config": {},
        "producers": ("*",),
        "consumers": {},
        "start": "earliest",
        "aggregate_type": None,
    }
    return Topic(**values | changes)


@pytest.fixture
def catalog() -> Catalog:
    return Catalog(
        topics={"trips": topic()},
        event_types={
            "trip.booked": event_type("trip.booked", TRIP),
            "trip.noted": event_type("trip.noted", NOTE),
        },
    )


@pytest.fixture
def registry() -> MemoryRegistry:
    return MemoryRegistry(first_id=70_000)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
def encoder(catalog: Catalog, registry: MemoryRegistry, clock: ManualClock) -> EventEncoder:
    return EventEncoder(catalog, registry, clock)


@pytest.fixture
def decoder(catalog: Catalog, registry: MemoryRegistry, clock: ManualClock) -> EventDecoder:
    return EventDecoder(catalog, registry, clock)


@pytest.fixture
def trip() -> Event:
    return Event(
        event_id=UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
        event_type="trip.booked",
        timestamp=NOW,
        version="1.0",
        source="trip-service",
        correlation_id="corr-1",
        aggregate_id="trip-1",
        aggregate_version=3,
        metadata_json='{"n":12345678901234567890123}',
        payload={
            "tripId": "trip-1",
            "seats": [1, 2],
            "price": 12.5,
            "leavesAt": "2026-04-01T08:00:00.000001Z",
            "note": None,
            "currency": "EUR",
        },
    )


def poison(decoder: EventDecoder, value: bytes | None, **arguments: Any) -> str:
    with pytest.raises(PoisonError) as refused:
        decoder.decode(value, **arguments)
    return refused.value.reason
