"""The registry client against a real registry."""

import json
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from headrace.catalog import load_catalog
from headrace.codec import MemoryRegistry, Registry, SchemaRegistry
from headrace.errors import ConfigurationError, OutageError, UnknownSchemaError
from headrace.settings import Settings
from tests.conftest import Servers

pytestmark = pytest.mark.integration


def schema(name: str, *fields: dict[str, Any]) -> str:
    return json.dumps({"type": "record", "name": name, "fields": fields})


@pytest.fixture(params=["real", "memory"])
def registry(request: pytest.FixtureRequest) -> SchemaRegistry:
    if request.param == "memory":
        return MemoryRegistry()
    return Registry(settings_of(request.getfixturevalue("stack")))


def settings_of(stack: Servers) -> Settings:
    return Settings(schema_registry_url=stack.schema_registry_url)


def test_a_schema_comes_back_under_its_id(registry: SchemaRegistry) -> None:
    text = schema("Back", {"name": "a", "type": "string"})

    schema_id = registry.register("test.Back", text)

    assert registry.schema(schema_id) == json.loads(text)


def test_a_default_that_reads_as_an_empty_object_is_kept(registry: SchemaRegistry) -> None:
    texts = schema("Defaults", {"name": "a", "type": "string", "default": "{}"})
    maps = schema("Maps", {"name": "a", "type": {"type": "map", "values": "int"}, "default": {}})

    for name, text in (("test.Defaults", texts), ("test.Maps", maps)):
        assert registry.schema(registry.register(name, text)) == json.loads(text)


def test_registering_again_gives_the_same_id(registry: SchemaRegistry) -> None:
    text = schema("Again", {"name": "a", "type": "string"})

    assert registry.register("test.Again", text) == registry.register("test.Again", text)


def test_an_id_that_nobody_registered_is_unknown(registry: SchemaRegistry) -> None:
    with pytest.raises(UnknownSchemaError):
        registry.schema(2_000_000_000)


def test_another_client_gets_the_same_id(stack: Servers) -> None:
    text = schema("Same", {"name": "a", "type": "string"})

    first = Registry(settings_of(stack)).register("test.Same", text)

    assert Registry(settings_of(stack)).register("test.Same", text) == first


def test_every_schema_of_the_catalog_is_accepted(stack: Servers) -> None:
    registry = Registry(settings_of(stack))
    for event_type in load_catalog().event_types.values():
        for version in event_type.versions:
            schema_id = registry.register(version.subject, version.composed_json)
            assert registry.schema(schema_id) == json.loads(version.composed_json)


def test_a_subject_refuses_what_its_readers_could_not_read(stack: Servers) -> None:
    registry = Registry(settings_of(stack))
    registry.register("test.Strict", schema("Strict", {"name": "a", "type": "string"}))

    with urllib.request.urlopen(f"{stack.schema_registry_url}/config/test.Strict") as answer:  # noqa: S310
        assert json.load(answer)["compatibilityLevel"] == "BACKWARD_TRANSITIVE"
    with pytest.raises(ConfigurationError, match="refuses the schema"):
        registry.register("test.Strict", schema("Strict", {"name": "b", "type": "string"}))


def test_what_was_seen_once_survives_an_outage(stack: Servers) -> None:
    registry = Registry(settings_of(stack))
    text = schema("Kept", {"name": "a", "type": "string"})
    schema_id = registry.register("test.Kept", text)
    registry.schema(schema_id)
    stack.stop("registry")
    try:
        assert registry.register("test.Kept", text) == schema_id
        assert registry.schema(schema_id)["name"] == "Kept"
        with pytest.raises(OutageError):
            registry.schema(schema_id + 1_000)
    finally:
        stack.start("registry")


def test_a_registry_that_is_not_there_is_an_outage_and_shows_no_password() -> None:
    settings = Settings(schema_registry_url="http://user:hunter2@127.0.0.1:1/apis/ccompat/v7")

    with pytest.raises(OutageError) as outage:
        Registry(settings).schema(1)

    assert "hunter2" not in str(outage.value)
    assert "hunter2" not in repr(outage.value.__cause__)


def test_an_address_that_is_none_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="SCHEMA_REGISTRY_URL"):
        Registry(Settings(schema_registry_url="localhost:8081"))


def test_many_that_register_a_first_schema_at_once_get_one_id(stack: Servers) -> None:
    settings = stack.description.settings()
    text = schema(f"Collision{uuid4().hex[:8]}", {"name": "a", "type": "string"})
    subject = json.loads(text)["name"]
    with ThreadPoolExecutor(8) as pool:
        tries = [pool.submit(Registry(settings).register, subject, text) for _ in range(8)]
    assert len({each.result() for each in tries}) == 1
