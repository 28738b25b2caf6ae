"""`headrace doctor` on real servers, sound ones and others."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition

from deploy.local.direct import DirectStack
from headrace.catalog import Catalog, load_catalog
from headrace.kafka import create_topics
from headrace.postgres import migrate
from headrace.settings import load_settings
from tests.runtime.stages import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

HEADRACE = Path(sys.executable).with_name("headrace")
GROUP, TOPIC = "dreamscape-auth-service-group", "dreamscape.user.created"


def _doctor(env: Mapping[str, str]) -> tuple[int, list[dict[str, str]]]:
    done = subprocess.run(
        [HEADRACE, "--json", "doctor", "--seconds", "4", "--late", "1"],
        env={"PATH": "/usr/bin:/bin", **env},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def _states(found: list[dict[str, str]]) -> dict[str, set[str]]:
    states: dict[str, set[str]] = {}
    for finding in found:
        states.setdefault(finding["check"], set()).add(finding["state"])
    return states


@pytest.mark.usefixtures("topics")
def test_servers_that_are_sound_give_no_problem(stack: DirectStack) -> None:
    migrate(stack.database_url)
    _, found = _doctor(stack.env)
    states = _states(found)
    for check in ("kafka-address", "kafka-cluster", "kafka-advertised", "kafka-replicas"):
        assert states[check] == {"ok"}, found
    assert states["kafka-topics"] == {"ok"}
    assert states["database"] == {"ok"}
    assert states["event-store"] == {"ok"}
    assert states["clock"] == {"ok"}
    assert states["registry"] <= {"ok", "warning"}


def test_a_group_that_nobody_serves_is_a_problem_while_records_wait(
    stack: DirectStack, topics: Catalog
) -> None:
    assert TOPIC in topics.topics
    brokers = {"bootstrap.servers": stack.kafka_brokers}
    producer = Producer(brokers)
    producer.produce(TOPIC, b"x", partition=0)
    producer.flush(10)
    consumer = Consumer({**brokers, "group.id": GROUP, "enable.auto.commit": False})
    _, end = consumer.get_watermark_offsets(TopicPartition(TOPIC, 0), timeout=10)
    consumer.commit(offsets=[TopicPartition(TOPIC, 0, end - 1)], asynchronous=False)
    try:
        code, found = _doctor(stack.env)
        (finding,) = [each for each in found if each["subject"] == GROUP]
        assert (finding["check"], finding["state"]) == ("consumer-lag", "problem")
        assert "0 members" in finding["detail"]
        assert code == 1
    finally:
        consumer.commit(offsets=[TopicPartition(TOPIC, 0, end)], asynchronous=False)
        consumer.close()


def test_what_is_away_is_named_with_a_remedy(stack: DirectStack) -> None:
    away = {
        "KAFKA_BROKERS": "127.0.0.1:1",
        "SCHEMA_REGISTRY_URL": "http://user:hush@127.0.0.1:1/x",
        "DATABASE_URL": "postgresql://headrace:hush@127.0.0.1:1/headrace",
        "HEADRACE_API_URL": "http://127.0.0.1:1",
    }
    code, found = _doctor(stack.env | away)
    states = _states(found)
    assert code == 1
    for check in ("kafka-address", "kafka-cluster", "registry", "database"):
        assert states[check] == {"problem"}
    assert all(each["remedy"] for each in found if each["state"] == "problem")
    assert "hush" not in json.dumps(found)


async def test_a_broker_that_died_shows_as_copies_that_are_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with DirectStack(("kafka",), brokers=3) as servers:
        monkeypatch.setenv("KAFKA_BROKERS", servers.kafka_brokers)
        create_topics(load_catalog(), load_settings().kafka, [TOPIC])
        environment = {"KAFKA_BROKERS": servers.kafka_brokers}

        def replicas() -> set[str]:
            return _states(_doctor(environment)[1]).get("kafka-replicas", set())

        await until(lambda: replicas() == {"ok"}, within=60)
        servers.kill("kafka-3")
        await until(lambda: replicas() == {"warning"}, within=60)
