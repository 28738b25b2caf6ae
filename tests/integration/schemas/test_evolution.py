"""Old and new readers on old and new data, and the rules against a real registry's verdict."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from typer.testing import CliRunner

from headrace.catalog import Catalog, EventType, SchemaVersion, default_root, load_catalog
from headrace.catalog.compatibility import level_breaks
from headrace.cli import build_app
from headrace.clock import ManualClock
from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry, Registry, SchemaRegistry
from headrace.codec.columnar import ColumnarDecoder
from headrace.codec.registry_client import avro, client_of
from headrace.codec.subjects import Subjects
from headrace.codec.wire import HEADER_SIZE, schema_id_of
from headrace.envelope import Event
from headrace.events import typed_event
from headrace.ids import uuid7
from headrace.settings import Settings
from headrace.upcasting import upcast
from tests.conftest import Servers
from tests.unit.gate.changes_table import CHANGES, Change

pytestmark = pytest.mark.integration

CLOCK = ManualClock(datetime(2026, 3, 14, tzinfo=UTC))
NEW = load_catalog()
EVOLVED = [each for each in NEW.event_types.values() if len(each.versions) > 1]
CASES = [(each.name, version) for each in EVOLVED for version in each.versions]
case_ids = [f"{name}-{version.version}" for name, version in CASES]


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """The catalog of a service that was deployed before any of these versions."""
    root = tmp_path_factory.mktemp("old")
    for folder in ("topics", "schemas/avro"):
        shutil.copytree(default_root() / folder, root / folder)
    for event_type in EVOLVED:
        for version in event_type.versions[1:]:
            path = root / "schemas/avro" / event_type.domain / event_type.name
            for file in path.glob(f"v{version.version}.*"):
                file.unlink()
    return load_catalog(root)


@pytest.fixture(params=["real", "memory"])
def registry(request: pytest.FixtureRequest) -> SchemaRegistry:
    if request.param == "memory":
        return MemoryRegistry()
    return Registry(settings_of(request.getfixturevalue("stack")))


def settings_of(stack: Servers) -> Settings:
    return Settings(schema_registry_url=stack.schema_registry_url)


def an_event(name: str, version: SchemaVersion) -> Event:
    return Event(
        event_id=uuid7(CLOCK),
        event_type=name,
        timestamp=CLOCK.now(),
        version=version.version,
        source="test",
        payload=version.example,
    )


@pytest.mark.parametrize(("name", "version"), CASES, ids=case_ids)
def test_both_decoders_of_old_and_new_services_read_every_version(
    old: Catalog, registry: SchemaRegistry, name: str, version: SchemaVersion
) -> None:
    writer = old if version.version == "1.0" else NEW
    value = EventEncoder(writer, registry, CLOCK).encode(an_event(name, version))
    for reader in (old, NEW):
        topic = reader.topic(reader.event_type(name).topic)
        row = EventDecoder(reader, registry, CLOCK).decode(value, topic=topic)
        assert row.event.payload == version.example
        columns = ColumnarDecoder(registry).decode(
            schema_id_of(value),
            [value[HEADER_SIZE:]],
            event_types=topic.event_types,
            now=CLOCK.now(),
        )
        assert len(columns.numbers) == 1
        assert orjson.loads(columns.frame["payload"][0]) == version.example
        assert columns.frame["version"][0] == version.version


@pytest.mark.parametrize("name", ["auth.account.locked", "voyage.hotel.selected"])
def test_a_producer_of_an_older_minor_may_be_the_last_to_come(stack: Servers, name: str) -> None:
    new = in_a_subject_of_its_own(NEW.event_type(name))
    old = replace(new, versions=new.versions[:1])
    for event_type in (new, old):
        catalog, registry = Catalog(NEW.topics, {name: event_type}), Registry(settings_of(stack))
        EventEncoder(catalog, registry, CLOCK).encode(an_event(name, event_type.latest))


def in_a_subject_of_its_own(event_type: EventType) -> EventType:
    subject = f"headrace.order.{uuid4().hex}"
    versions = tuple(replace(each, subject=subject) for each in event_type.versions)
    return replace(event_type, versions=versions)


@pytest.mark.parametrize(("name", "version"), CASES, ids=case_ids)
def test_the_newest_class_reads_every_version(
    registry: SchemaRegistry, name: str, version: SchemaVersion
) -> None:
    value = EventEncoder(NEW, registry, CLOCK).encode(an_event(name, version))
    event = EventDecoder(NEW, registry, CLOCK).decode(value).event
    newest = typed_event(name, NEW.event_type(name).latest.version)
    typed = upcast(event, newest)
    known = {each: version.example[each] for each in version.example}
    payload = typed.to_payload()
    assert {each: payload[each] for each in payload.keys() & known} == {
        each: known[each] for each in payload.keys() & known
    }


@pytest.fixture
def subject(stack: Servers) -> Iterator[tuple[Any, str]]:
    with client_of(stack.schema_registry_url) as client:
        yield client, f"headrace.table.v1.{uuid4().hex}"


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.name)
@pytest.mark.parametrize("level", ["BACKWARD_TRANSITIVE", "FORWARD_TRANSITIVE", "FULL"])
def test_the_registry_says_what_our_rules_say(
    stack: Servers, subject: tuple[Any, str], change: Change, level: str
) -> None:
    client, name = subject
    old, new = json.dumps(change.old), json.dumps(change.new)
    client.register_schema(name, avro(old))
    Subjects(settings_of(stack)).set_level(name, level)
    registry_says = client.test_compatibility(name, avro(new))
    we_say = not level_breaks(level, new, [old])
    assert registry_says is (we_say or change.stricter)


def test_the_gate_holds_the_catalog_against_a_registry(
    stack: Servers, old: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", stack.schema_registry_url)
    registry = Registry(settings_of(stack))
    for event_type in old.event_types.values():
        for version in event_type.versions:
            registry.register(version.subject, version.composed_json, event_type.compatibility)
    arguments = ["--json", "schemas", "check", "--against", "registry"]
    fits = CliRunner().invoke(build_app(), arguments)
    assert fits.exit_code == 0, fits.output

    for folder in ("topics", "schemas/avro"):
        shutil.copytree(default_root() / folder, tmp_path / folder)
    path = tmp_path / "schemas/avro/auth/auth.logout/v1.0.avsc"
    schema = json.loads(path.read_text())
    schema["doc"] = "Another text."
    path.write_text(json.dumps(schema))
    broken = CliRunner().invoke(build_app(), [*arguments, "--root", str(tmp_path)])
    assert broken.exit_code == 1
    breaking = [found for found in map(json.loads, broken.stdout.splitlines()) if found["breaks"]]
    assert [(each["subject"], each["reason"]) for each in breaking] == [
        ("headrace.auth.v1.AuthLogout", "a registered schema is gone; events were written with it")
    ]
