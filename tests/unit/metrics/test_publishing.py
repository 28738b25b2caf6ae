"""What a batch's end tells, without a broker."""

import asyncio
import json
from typing import Any

import pytest
from confluent_kafka import KafkaError

from headrace.errors import (
    ConfigurationError,
    FieldProblem,
    HeadraceError,
    InvalidEventError,
    OutageError,
)
from headrace.kafka import DeliveryError
from headrace.kafka.delivery import Batch
from headrace.kafka.errors import CancelledPublishError, failure_reason
from headrace.metrics import REGISTRY, Publishing


class Message:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return 0

    def latency(self) -> float:
        return self._seconds


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_a_batch_tells_the_seconds_of_its_slowest_event_once() -> None:
    told: list[Any] = []
    loop = asyncio.get_running_loop()
    batch = Batch(3, loop, finished=lambda results, seconds: told.append((len(results), seconds)))
    for index, seconds in enumerate((0.1, 0.7, 0.2)):
        batch.report(index, "t", None, Message(seconds))
    await batch.done
    assert told == [(3, 0.7)]


def test_events_count_by_type_and_calls_by_latency() -> None:
    metrics = Publishing("unit-a")
    metrics.published({"user.created": 3, "auth.login": 1}, 0.02)
    metrics.published({"user.created": 2}, 0.2)
    metrics.published({}, 9.0)
    metrics.failed({"outage": 2})
    assert value("events_published_total", event_type="user.created", service="unit-a") == 5
    assert value("events_published_total", event_type="auth.login", service="unit-a") == 1
    assert value("headrace_publish_latency_seconds_count", service="unit-a") == 2
    assert value("headrace_publish_latency_seconds_sum", service="unit-a") == pytest.approx(0.22)
    assert value("headrace_publish_failures_total", service="unit-a", reason="outage") == 2


def test_the_buffer_is_told_while_the_producer_is_open() -> None:
    metrics = Publishing("unit-b", lambda: 12)
    assert value("headrace_publish_buffer_records", service="unit-b") == 0
    metrics.open()
    metrics.statistics('{"msg_size": 4096, "brokers": {}}')
    assert value("headrace_publish_buffer_records", service="unit-b") == 12
    assert value("headrace_publish_buffer_bytes", service="unit-b") == 4096
    metrics.close()
    assert value("headrace_publish_buffer_records", service="unit-b") == 0


def test_brokers_that_are_up_are_counted() -> None:
    metrics = Publishing("unit-c")
    metrics.open()
    try:
        for states in (["UP", "CONNECT", "UP"], ["INIT"], ["UP"]):
            brokers = {str(number): {"state": state} for number, state in enumerate(states)}
            metrics.statistics(json.dumps({"brokers": brokers}))
            up = value("headrace_publish_connected_brokers", service="unit-c")
            assert up == states.count("UP")
    finally:
        metrics.close()


def test_a_connection_error_counts_by_librdkafkas_name() -> None:
    labels = {"client": "producer", "reason": "transport"}
    before = value("headrace_kafka_connection_errors_total", **labels)
    Publishing("unit-d").connections.failed(KafkaError(KafkaError._TRANSPORT))
    assert value("headrace_kafka_connection_errors_total", **labels) - before == 1


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (InvalidEventError(FieldProblem("payload", "is missing")), "invalid"),
        (OutageError("out"), "outage"),
        (ConfigurationError("no topic"), "configuration"),
        (DeliveryError("no"), "refused"),
        (CancelledPublishError("gone"), "cancelled"),
        (HeadraceError("?"), "other"),
    ],
)
def test_each_error_has_its_reason(error: HeadraceError, reason: str) -> None:
    assert failure_reason(error) == reason
