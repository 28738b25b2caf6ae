"""The typed classes are in step with the schemas, and lose nothing between payload and encoder."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

import headrace.events
from headrace.catalog import SchemaVersion, load_catalog
from headrace.catalog.generate import differences, files_of
from headrace.catalog.generate.names import attribute_name
from headrace.catalog.generate.package import newest_versions
from headrace.clock import ManualClock
from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry
from headrace.envelope import Event
from headrace.errors import InvalidEventError
from headrace.events import typed_event
from headrace.ids import uuid7
from tests.unit.codec.odd_values import right_values

CATALOG = load_catalog()
CLOCK = ManualClock(datetime(2026, 3, 14, tzinfo=UTC))
NEWEST = [
    (event_type.name, version)
    for event_type in CATALOG.event_types.values()
    for _, version in newest_versions(event_type)
]
OLDER = [
    (event_type.name, version)
    for event_type in CATALOG.event_types.values()
    for version in event_type.versions
    if (event_type.name, version) not in NEWEST
]

each_newest = pytest.mark.parametrize(
    ("name", "version"), NEWEST, ids=[f"{name}-{version.version}" for name, version in NEWEST]
)


def test_the_modules_are_what_the_schemas_give() -> None:
    folder = Path(headrace.events.__file__).parent
    assert list(differences(files_of(CATALOG), folder)) == [], (
        "run: headrace schemas generate --out headrace/events"
    )


@each_newest
def test_a_class_says_what_the_catalog_says(name: str, version: SchemaVersion) -> None:
    event_class = typed_event(name, version.version)
    topic = CATALOG.topic(CATALOG.event_type(name).topic)
    assert getattr(headrace.events, event_class.__name__) is event_class
    assert event_class.event_type == name
    assert event_class.version == version.version
    assert event_class.topic == topic.name
    assert event_class.aggregate_id_field == topic.aggregate_id
    assert [each.name for each in fields(event_class)] == [
        attribute_name(each["name"]) for each in version.payload["fields"]
    ]


@each_newest
def test_an_example_goes_through_class_and_codec_unchanged(
    name: str, version: SchemaVersion
) -> None:
    event_class = typed_event(name, version.version)
    typed = event_class.from_payload(version.example)
    assert typed.to_payload() == version.example

    registry = MemoryRegistry()
    event = Event(
        event_id=uuid7(CLOCK),
        event_type=event_class.event_type,
        timestamp=CLOCK.now(),
        version=event_class.version,
        source="test",
        payload=typed.to_payload(),
    )
    value = EventEncoder(CATALOG, registry, CLOCK).encode(event)
    decoded = EventDecoder(CATALOG, registry, CLOCK).decode(
        value, topic=CATALOG.topic(event_class.topic)
    )
    assert event_class.from_payload(decoded.event.payload) == typed
    assert decoded.event.payload == version.example


@each_newest
def test_any_payload_is_the_same_bytes_with_and_without_its_class(
    name: str, version: SchemaVersion
) -> None:
    encoder = EventEncoder(CATALOG, MemoryRegistry(), CLOCK)
    event_class = typed_event(name, version.version)
    event = Event(
        event_id=uuid7(CLOCK),
        event_type=name,
        timestamp=CLOCK.now(),
        version=version.version,
        source="test",
        payload={},
    )

    def outcome(payload: dict[str, Any]) -> Any:
        try:
            return encoder.encode(replace(event, payload=payload))
        except InvalidEventError as refused:
            return refused.problems

    @settings(max_examples=20)
    @given(right_values(version.payload))
    def check(payload: dict[str, Any]) -> None:
        typed = event_class.from_payload(payload)
        assert event_class.from_payload(typed.to_payload()) == typed
        assert outcome(typed.to_payload()) == outcome(payload)

    check()


def test_a_class_reads_the_examples_of_older_minor_versions() -> None:
    for name, version in OLDER:
        event_class = typed_event(name, version.version)
        typed = event_class.from_payload(version.example)
        assert event_class.from_payload(typed.to_payload()) == typed
