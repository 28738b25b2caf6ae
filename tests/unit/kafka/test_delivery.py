"""Delivery reports, error meanings and the flow's ids, without a broker."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from confluent_kafka import KafkaError

from headrace.envelope import Event
from headrace.errors import ConfigurationError, HeadraceError, InvalidEventError, OutageError
from headrace.ids import uuid7
from headrace.kafka import DeliveryError, Receipt, caused_by, correlated, current
from headrace.kafka.correlation import with_correlation
from headrace.kafka.delivery import Batch
from headrace.kafka.errors import translated

EVENT = Event(
    event_id=uuid7(),
    event_type="user.created",
    timestamp=datetime(2026, 1, 1, tzinfo=UTC),
    version="1.0",
    source="s",
    payload={},
)


class Message:
    def topic(self) -> str:
        return "t"

    def partition(self) -> int:
        return 2

    def offset(self) -> int:
        return 7

    def latency(self) -> float:
        return 0.01


async def test_a_batch_is_done_when_each_of_its_events_is() -> None:
    batch = Batch(2, asyncio.get_running_loop())
    await asyncio.to_thread(batch.report, 1, "t", None, Message())
    assert not batch.done.done()

    batch.settle(0, OutageError("out"))
    await batch.done

    assert isinstance(batch.results[0], OutageError)
    assert batch.results[1] == Receipt("t", 2, 7)


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        (KafkaError._MSG_TIMED_OUT, OutageError),
        (KafkaError.NOT_ENOUGH_REPLICAS, OutageError),
        (KafkaError._TRANSPORT, OutageError),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, ConfigurationError),
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, ConfigurationError),
        (KafkaError.SASL_AUTHENTICATION_FAILED, ConfigurationError),
        (KafkaError.MSG_SIZE_TOO_LARGE, InvalidEventError),
        (KafkaError.INVALID_RECORD, DeliveryError),
    ],
)
def test_each_error_means_what_its_publisher_can_do(
    code: int, meaning: type[HeadraceError]
) -> None:
    error = translated(KafkaError(code), "topic t")

    assert type(error) is meaning
    assert "topic t" in str(error)


def test_an_outage_says_what_its_caller_may_do() -> None:
    code = KafkaError(KafkaError._TRANSPORT)

    assert "again" not in str(translated(code, "the cluster"))
    assert str(translated(code, "t", advice="try again")).endswith("; try again")


def test_a_fatal_error_of_the_client_is_for_good() -> None:
    assert isinstance(
        translated(KafkaError(KafkaError._FATAL, "x", fatal=True), "t"), DeliveryError
    )


def ids(event: Event) -> tuple[Any, Any]:
    return event.correlation_id, event.causation_id


def test_events_take_the_flows_ids_where_they_have_none() -> None:
    with correlated("c-1", "e-1", "00-a-b-01"):
        assert ids(with_correlation(EVENT)) == ("c-1", "e-1")
        assert ids(with_correlation(replace(EVENT, correlation_id="own"))) == ("own", "e-1")
        assert current().traceparent == "00-a-b-01"

    assert with_correlation(EVENT) is EVENT


def test_an_event_without_a_flow_starts_one() -> None:
    with caused_by(EVENT):
        assert ids(with_correlation(EVENT)) == (str(EVENT.event_id), str(EVENT.event_id))


async def test_each_task_has_its_own_flow() -> None:
    async def flow(name: str) -> Any:
        with correlated(name):
            await asyncio.sleep(0)
            return with_correlation(EVENT).correlation_id

    assert list(await asyncio.gather(flow("a"), flow("b"))) == ["a", "b"]
