"""Every example of the real catalog goes through the codec unchanged."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from headrace.catalog import Catalog, load_catalog
from headrace.clock import ManualClock
from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry
from headrace.envelope import Event
from headrace.ids import uuid7

CLOCK = ManualClock(datetime(2026, 3, 14, tzinfo=UTC))
VERSIONS = [
    (event_type.name, version.version)
    for event_type in load_catalog().event_types.values()
    for version in event_type.versions
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


@pytest.mark.parametrize(("name", "version"), VERSIONS)
def test_an_example_comes_back_as_it_went_in(catalog: Catalog, name: str, version: str) -> None:
    registry = MemoryRegistry()
    event_type = catalog.event_type(name)
    event = Event(
        event_id=uuid7(CLOCK),
        event_type=name,
        timestamp=CLOCK.now(),
        version=version,
        source="test",
        payload=event_type.version(version).example,
        aggregate_id="a-1",
        account_id="acc-1",
    )

    value = EventEncoder(catalog, registry, CLOCK).encode(event)
    decoded = EventDecoder(catalog, registry, CLOCK).decode(
        value, topic=catalog.topic(event_type.topic)
    )

    assert decoded.event == replace(event, payload=decoded.event.payload)
    assert decoded.event.payload == event.payload
