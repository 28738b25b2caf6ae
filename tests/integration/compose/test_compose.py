"""docker-compose.kafka.yml: Compose reads it, and Kafka and the registry run on what it says.

There may be no Docker engine here. The entry point of Kafka's image is in Kafka's jar, and the
registry's image runs the jar of the local stack, so both are started as the file tells them.
"""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from deploy.local.direct import DirectStack
from deploy.local.layout import REPOSITORY
from deploy.local.ports import free_numbers
from deploy.local.servers import REGISTRY_JAR
from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.envelope import Event
from headrace.ids import uuid7
from headrace.kafka import AsyncProducer, Receipt, describe_cluster
from headrace.settings import Settings, load_settings
from tests.integration.compose.composed import COMPATIBLE, FILE, kafka, registry, running, services

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

NAMED = {"ui": "kafka-ui", "schema": "registry"}


@pytest.mark.parametrize("profiles", [[], ["ui"], ["schema"], ["ui", "schema"]])
def test_compose_reads_the_file_with_each_profile(profiles: list[str]) -> None:
    command = _compose()
    if command is None:
        (pytest.fail if os.environ.get("HEADRACE_NEEDS_COMPOSE") else pytest.skip)(
            "not run: needs docker compose; `make compose` builds it (needs go)"
        )
    options = [f"--profile={profile}" for profile in profiles]
    done = subprocess.run(
        [
            *(*command, "-f", str(FILE), "--env-file", str(REPOSITORY / "env.example")),
            *(*options, "config", "--services"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {"kafka", *(NAMED[profile] for profile in profiles)}


def test_the_file_has_the_versions_and_the_ports_of_the_local_stack() -> None:
    found = services({})
    pom = (REPOSITORY / "deploy" / "local" / "kafka" / "pom.xml").read_text()
    assert f"<version>{found['kafka']['image'].removeprefix('apache/kafka:')}</version>" in pom
    version = found["registry"]["image"].partition(":")[2]
    assert f"apicurio-registry-app-{version}-runner.jar" == REGISTRY_JAR
    assert {name: service["ports"] for name, service in found.items()} == {
        "kafka": ["127.0.0.1:9092:9092"],
        "kafka-ui": ["127.0.0.1:8080:8080"],
        "registry": ["127.0.0.1:8081:8080"],
    }
    profiles = {name: service.get("profiles") for name, service in found.items()}
    assert profiles == {"kafka": None, "kafka-ui": ["ui"], "registry": ["schema"]}


def test_an_environment_made_from_env_example_finds_the_composed_servers() -> None:
    lines = (REPOSITORY / "env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    listeners = services(example)["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"]
    assert f"OUTSIDE://{example['KAFKA_BROKERS']}" in listeners.split(",")
    assert example["SCHEMA_REGISTRY_URL"] == f"http://localhost:8081{COMPATIBLE}"


@pytest.mark.covers("S3-5")
def test_an_event_goes_through_what_the_file_describes(
    stack: DirectStack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broker, inside, controller, rest = free_numbers(4)
    moved = {"9092": broker, "29092": inside, "9093": controller}
    found = services({"HEADRACE_KAFKA_PORT": str(broker), "HEADRACE_REGISTRY_PORT": str(rest)})
    variables = {name: _here(found[name]["environment"], moved) for name in ("kafka", "registry")}
    variables["kafka"]["KAFKA_LOG_DIRS"] = str(tmp_path / "data")
    monkeypatch.setenv("KAFKA_BROKERS", f"localhost:{broker}")
    monkeypatch.setenv("SCHEMA_REGISTRY_URL", f"http://localhost:{rest}{COMPATIBLE}")
    settings, layout = load_settings(), stack.description.layout
    with (
        running(kafka(layout, variables["kafka"], broker, tmp_path), tmp_path),
        running(registry(layout, variables["registry"], rest, tmp_path), tmp_path),
    ):
        receipt = asyncio.run(_published(settings))
        assert receipt.topic == "dreamscape.user.created"
        assert describe_cluster(settings.kafka).brokers == {1: f"localhost:{broker}"}


def _compose() -> list[str] | None:
    built = str(REPOSITORY / ".local" / "tools" / "docker-compose")
    for command in ([built], ["docker-compose"], ["docker", "compose"]):
        if shutil.which(command[0]):
            tried = subprocess.run([*command, "version"], capture_output=True, check=False)
            if tried.returncode == 0:
                return command
    return None


def _here(environment: Mapping[str, Any], ports: Mapping[str, int]) -> dict[str, str]:
    """The variables of a container, its network's names and ports changed to this machine's."""
    texts = {name: str(value) for name, value in environment.items()}
    for port, here in ports.items():
        texts = {name: text.replace(f":{port}", f":{here}") for name, text in texts.items()}
    return {name: text.replace("kafka:", "localhost:") for name, text in texts.items()}


async def _published(settings: Settings) -> Receipt:
    catalog, clock = load_catalog(), SystemClock()
    latest = catalog.event_type("user.created").latest
    event = Event(
        event_id=uuid7(clock),
        event_type="user.created",
        timestamp=clock.now(),
        version=latest.version,
        source="user-service",
        payload=latest.example,
    )
    async with AsyncProducer(settings, catalog) as producer:
        return await producer.publish(event)
