"""The catalog's data: what holds for every topic, every event type, every schema version.

The loader enforces most of its own rules and has tests of its own; here the shipped files are held
to what their readers rely on, by walking the schemas themselves.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import fastavro
import pytest
import yaml

from headrace.catalog import EventType, SchemaVersion, Topic, default_root, load_catalog
from headrace.catalog.check import example_problems, round_trip

CATALOG = load_catalog()
VERSIONS = [version for each in CATALOG.event_types.values() for version in each.versions]
STUDIO = {"gs.events": "grand-shooting", "sourcing.events": "sourcing", "connect.events": "connect"}
ENVELOPE = {
    "eventId": {"type": "string", "logicalType": "uuid"},
    "eventType": "string",
    "timestamp": {"type": "long", "logicalType": "timestamp-micros"},
    "version": "string",
    "source": "string",
    "correlationId": ["null", "string"],
    "causationId": ["null", "string"],
    "aggregateType": ["null", "string"],
    "aggregateId": ["null", "string"],
    "aggregateVersion": ["null", "long"],
    "accountId": ["null", "string"],
    "userId": ["null", "string"],
    "metadata": "string",
}

TELLING = {"email", "firstName", "lastName", "phone", "ipAddress", "address", "birthDate"}

each_topic = pytest.mark.parametrize("topic", CATALOG.topics.values(), ids=lambda each: each.name)
each_type = pytest.mark.parametrize(
    "event_type", CATALOG.event_types.values(), ids=lambda each: each.name
)
each_version = pytest.mark.parametrize("version", VERSIONS, ids=lambda each: each.subject)


def walk(schema: Any) -> Iterator[Any]:
    """Every schema inside a schema, itself first."""
    yield schema
    children: list[Any] = list(schema) if isinstance(schema, list) else []
    if isinstance(schema, Mapping):
        children = [field["type"] for field in schema.get("fields", ())]
        children += [schema[key] for key in ("items", "values") if key in schema]
    for child in children:
        yield from walk(child)


def named(schema: Any, kind: str) -> list[Mapping[str, Any]]:
    return [each for each in walk(schema) if isinstance(each, Mapping) and each["type"] == kind]


def fields_of(schema: Any) -> list[Mapping[str, Any]]:
    return [field for record in named(schema, "record") for field in record["fields"]]


@each_topic
def test_a_topic_keeps_seven_days_counted_from_arrival(topic: Topic) -> None:
    assert topic.config == {
        "cleanup.policy": "delete",
        "message.timestamp.type": "LogAppendTime",
        "retention.ms": str(7 * 24 * 60 * 60 * 1000),
    }
    assert topic.retention_ms == 7 * 24 * 60 * 60 * 1000


@each_topic
def test_a_topic_has_four_partitions_here_when_busy_and_more_in_production(topic: Topic) -> None:
    assert topic.partitions in {1, 4}
    assert topic.production_partitions > topic.partitions
    assert topic.replication == 3


@each_topic
def test_a_group_takes_only_types_that_its_topic_carries(topic: Topic) -> None:
    for types in topic.consumers.values():
        assert set(types) <= set(topic.event_types)


def test_the_topics_that_carry_most_are_busy() -> None:
    busy = {topic.name for topic in CATALOG.topics.values() if topic.partitions == 4}
    assert {"dreamscape.voyage.flight.selected", "dreamscape.analytics.event.tracked"} <= busy


def test_the_studio_applications_have_a_topic_each_with_types_of_their_own() -> None:
    for name, producer in STUDIO.items():
        topic = CATALOG.topic(name)
        assert topic.producers == (producer,)
        assert 4 <= len(topic.event_types) <= 6
        prefix = name.removesuffix("events")
        assert all(event_type.startswith(prefix) for event_type in topic.event_types)


def test_every_topic_belongs_to_dreamscape_to_the_studio_or_to_the_game() -> None:
    others = {name for name in CATALOG.topics if not name.startswith(("dreamscape.", "game."))}
    assert others == set(STUDIO)


@each_type
def test_an_event_type_travels_on_the_one_topic_that_lists_it(event_type: EventType) -> None:
    carriers = [
        topic.name for topic in CATALOG.topics.values() if event_type.name in topic.event_types
    ]
    assert carriers == [event_type.topic]
    assert event_type.domain == CATALOG.topic(event_type.topic).domain


@each_type
def test_versions_follow_each_other_from_1_0(event_type: EventType) -> None:
    numbers = [tuple(map(int, each.version.split("."))) for each in event_type.versions]
    assert numbers[0] == (1, 0)
    for (major, minor), following in pairwise(numbers):
        assert following in {(major, minor + 1), (major + 1, 0)}


def test_no_file_is_an_orphan() -> None:
    root = default_root()
    schemas = {version.path for version in VERSIONS}
    examples = {path.with_name(f"{path.stem}.example.json") for path in schemas}
    files = {path for path in (root / "schemas" / "avro").rglob("*") if path.is_file()}
    assert files == schemas | examples
    listed = [yaml.safe_load(path.read_text("utf-8")) for path in (root / "topics").iterdir()]
    assert {name for document in listed for name in document["topics"]} == set(CATALOG.topics)


def test_no_two_event_types_share_a_subject() -> None:
    by_subject: dict[str, str] = {}
    for event_type in CATALOG.event_types.values():
        for version in event_type.versions:
            assert by_subject.setdefault(version.subject, event_type.name) == event_type.name


@each_version
def test_the_registered_schema_is_the_envelope_around_the_payload(version: SchemaVersion) -> None:
    *envelope, payload = version.composed["fields"]
    assert {field["name"]: field["type"] for field in envelope} == ENVELOPE
    assert [field["name"] for field in envelope] == list(ENVELOPE)
    assert payload["name"] == "payload"
    assert payload["type"] == version.payload
    assert fastavro.parse_schema(version.composed)["name"] == version.subject
    assert re.fullmatch(r"headrace\.[a-z]+\.v[1-9][0-9]*\.[A-Z][A-Za-z0-9]*", version.subject)


@each_version
def test_everything_in_a_schema_is_explained(version: SchemaVersion) -> None:
    schema = version.composed
    explained = [*named(schema, "record"), *named(schema, "enum"), *fields_of(schema)]
    assert [each["name"] for each in explained if not each.get("doc", "").endswith(".")] == []


@each_version
def test_an_example_shows_every_field_and_survives_the_round_trip(version: SchemaVersion) -> None:
    assert example_problems(version) == ()
    assert round_trip(version) == version.example


@each_version
def test_a_schema_has_only_shapes_that_every_decoder_reads(version: SchemaVersion) -> None:
    names: set[str] = set()
    for schema in walk(version.composed):
        if isinstance(schema, list):
            assert len(schema) == 2
            assert schema[0] == "null"
            assert schema[1] != "null"
        elif isinstance(schema, Mapping):
            assert schema["type"] not in {"null", "fixed"}
            assert schema.get("precision", 1) <= 38
            assert schema.get("fields", "not a record") != []
            assert schema.get("name", "") not in names, "a name defined inside itself, or twice"
            names |= {schema["name"]} if "name" in schema else set()


@each_version
def test_personal_fields_are_nullable_strings_and_never_identify(version: SchemaVersion) -> None:
    personal = [field for field in fields_of(version.payload) if "personal" in field]
    assert len(personal) == len(version.personal_fields)
    for field in personal:
        assert field["type"] == ["null", "string"]
        assert field["personal"].keys() == {"subject", "type"}
        assert not field["name"].endswith("Id")
    assert not [
        field["name"]
        for field in fields_of(version.payload)
        if field["name"] in TELLING and "string" in field["type"] and "personal" not in field
    ]


@each_version
def test_no_envelope_field_is_personal(version: SchemaVersion) -> None:
    assert not any("personal" in field for field in version.composed["fields"])


@each_version
def test_amounts_of_money_name_their_currency(version: SchemaVersion) -> None:
    for record in named(version.payload, "record"):
        types = {field["name"]: field["type"] for field in record["fields"]}
        if "minorUnits" in types or "decimal" in str(types.get("amount")):
            assert types["currency"] == "string"


@each_version
def test_a_moment_is_in_microseconds(version: SchemaVersion) -> None:
    for field in fields_of(version.payload):
        if field["name"].endswith("At"):
            branch = field["type"][1] if isinstance(field["type"], list) else field["type"]
            assert branch == {"type": "long", "logicalType": "timestamp-micros"}


def test_the_flight_event_holds_a_row_of_the_flights_table() -> None:
    columns = (
        "year month day hour minute timeHour carrier flightNumber tailNumber origin destination"
    )
    columns += " originName destinationName departureTime scheduledDepartureTime arrivalTime"
    columns += " scheduledArrivalTime departureDelayMinutes arrivalDelayMinutes airTimeMinutes"
    columns += " distanceMiles userId searchId"
    payload = CATALOG.event_type("voyage.flight.selected").latest.payload
    assert set(columns.split()) <= {field["name"] for field in payload["fields"]}


def test_paths_stay_inside_the_catalog() -> None:
    root = default_root()
    for event_type in CATALOG.event_types.values():
        for version in event_type.versions:
            file = Path(event_type.domain, event_type.name, f"v{version.version}.avsc")
            assert version.path == root / "schemas" / "avro" / file
