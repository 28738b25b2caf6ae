"""The producer and the topics' creation on a real broker."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from headrace.catalog import Catalog, load_catalog
from headrace.clock import SystemClock
from headrace.codec import EventDecoder, MemoryRegistry, Registry
from headrace.envelope import Event
from headrace.errors import ConfigurationError, InvalidEventError, OutageError
from headrace.ids import uuid7
from headrace.kafka import (
    AsyncProducer,
    Receipt,
    Record,
    TopicReader,
    caused_by,
    create_topics,
    describe_cluster,
    describe_topics,
    ensure_topic,
)
from headrace.settings import KafkaSettings, Settings
from tests.conftest import Servers

pytestmark = pytest.mark.integration

CLOCK = SystemClock()


def settings_of(stack: Servers, **kafka: Any) -> Settings:
    return Settings(
        kafka=KafkaSettings(brokers=stack.kafka_brokers, **kafka),
        schema_registry_url=stack.schema_registry_url,
    )


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def event(catalog: Catalog, name: str = "user.created", **changes: Any) -> Event:
    made = Event(
        event_id=uuid7(),
        event_type=name,
        timestamp=CLOCK.now(),
        version="1.0",
        source="user-service",
        payload=catalog.event_type(name).version("1.0").example,
        aggregate_id="user-1",
        correlation_id="corr-1",
    )
    return replace(made, **changes)


def records(stack: Servers, topic: str) -> Iterator[Record]:
    with TopicReader(settings_of(stack).kafka, [topic], from_beginning=True) as reader:
        while not reader.at_end:
            yield from reader.poll(1)


async def test_a_published_event_is_in_kafka_with_key_headers_and_arrival_time(
    stack: Servers, catalog: Catalog
) -> None:
    sent = event(catalog, timestamp=datetime(2013, 1, 1, tzinfo=UTC))

    async with AsyncProducer(settings_of(stack), catalog) as producer:
        receipt = await producer.publish(sent)

    topic = catalog.topic("dreamscape.user.created")
    found = next(
        record
        for record in records(stack, topic.name)
        if (record.partition, record.offset) == (receipt.partition, receipt.offset)
    )
    assert found.key == b"user-1"
    assert dict(found.headers)["eventId"] == str(sent.event_id).encode()
    assert dict(found.headers)["correlationId"] == b"corr-1"
    assert found.timestamp_ms > 1_700_000_000_000
    decoder = EventDecoder(catalog, Registry(settings_of(stack)))
    assert decoder.decode(found.value, topic=topic).event == sent


async def test_one_batch_keeps_its_order_and_names_the_refused(
    stack: Servers, catalog: Catalog
) -> None:
    sent = [event(catalog, "user.updated", aggregate_id="user-7") for _ in range(3000)]
    sent[1000] = replace(sent[1000], source="")
    sent[2000] = replace(sent[2000], event_type="no.such.type")

    async with AsyncProducer(settings_of(stack), catalog) as producer:
        results = await producer.publish_many(sent)

    refused = [index for index, result in enumerate(results) if not isinstance(result, Receipt)]
    assert refused == [1000, 2000]
    assert all(isinstance(results[index], InvalidEventError) for index in refused)
    offsets = [result.offset for result in results if isinstance(result, Receipt)]
    assert offsets == sorted(offsets)
    assert len({result.partition for result in results if isinstance(result, Receipt)}) == 1


async def test_many_tasks_share_one_producer(stack: Servers, catalog: Catalog) -> None:
    async with AsyncProducer(settings_of(stack), catalog) as producer:
        receipts = await asyncio.gather(
            *(producer.publish(event(catalog, "user.deleted")) for _ in range(500))
        )

    assert len({(receipt.partition, receipt.offset) for receipt in receipts}) == 500


async def test_more_than_the_buffer_holds_waits_for_room(
    stack: Servers, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headrace.kafka.config.BUFFER_RECORDS", 10)
    sent = [event(catalog, "user.profile.updated") for _ in range(200)]

    async with AsyncProducer(settings_of(stack), catalog) as producer:
        results = [result async for result in producer.publish_all(sent)]

    assert sum(isinstance(result, Receipt) for result in results) == 200


async def test_what_an_event_caused_carries_its_ids(stack: Servers, catalog: Catalog) -> None:
    first = event(catalog, "auth.login")
    async with AsyncProducer(settings_of(stack), catalog) as producer:
        with caused_by(first, traceparent="00-abc-def-01"):
            receipt = await producer.publish(event(catalog, "auth.logout", correlation_id=None))

    found = next(
        record
        for record in records(stack, receipt.topic)
        if (record.partition, record.offset) == (receipt.partition, receipt.offset)
    )
    caused = EventDecoder(catalog, Registry(settings_of(stack))).decode(found.value).event
    assert caused.correlation_id == "corr-1"
    assert caused.causation_id == str(first.event_id)
    assert dict(found.headers)["traceparent"] == b"00-abc-def-01"


async def test_a_missing_topic_is_named_when_none_may_be_created(
    stack: Servers, catalog: Catalog
) -> None:
    settings = settings_of(stack, auto_create_topics=False)
    found = catalog.event_type("payment.partial.refund")
    name = "dreamscape.payment.never.created"
    topic = replace(catalog.topic(found.topic), name=name)
    catalog = Catalog(
        {**catalog.topics, name: topic},
        {**catalog.event_types, found.name: replace(found, topic=name)},
    )

    async with AsyncProducer(settings, catalog) as producer:
        with pytest.raises(ConfigurationError, match=name):
            await producer.publish(event(catalog, "payment.partial.refund"))

    assert name not in describe_cluster(settings.kafka).topics


async def test_a_broker_that_is_not_there_is_an_outage(catalog: Catalog) -> None:
    settings = Settings(kafka=KafkaSettings(brokers="127.0.0.1:1", request_timeout=1000,
                                            max_wait_time=500))  # fmt: skip

    async with AsyncProducer(settings, catalog, registry=MemoryRegistry()) as producer:
        with pytest.raises(OutageError):
            await producer.publish(event(catalog))


async def test_an_outage_in_between_fails_the_event_and_the_next_one_lands(
    stack: Servers, catalog: Catalog
) -> None:
    settings = settings_of(stack, request_timeout=1000, max_wait_time=500)
    async with AsyncProducer(settings, catalog) as producer:
        await producer.publish(event(catalog))
        stack.stop("kafka")
        try:
            with pytest.raises(OutageError, match=r"dreamscape\.user\.created"):
                await producer.publish(event(catalog))
        finally:
            stack.start("kafka")

        results = [await _settled(producer, catalog) for _ in range(3)]

    assert all(isinstance(result, Receipt) for result in results)


async def _settled(producer: AsyncProducer, catalog: Catalog) -> Receipt:
    """The broker may take a moment after its start."""
    for _ in range(20):
        try:
            return await producer.publish(event(catalog))
        except OutageError:
            continue
    raise AssertionError("the broker did not come back")


def test_topics_are_made_once_with_their_declared_settings(
    stack: Servers, catalog: Catalog
) -> None:
    kafka = settings_of(stack).kafka
    names = ["dreamscape.ai.prediction.made", "dreamscape.voyage.flight.selected"]

    assert {state for _, state in create_topics(catalog, kafka, names)} <= {"created", "exists"}
    assert create_topics(catalog, kafka, names) == [(name, "exists") for name in names]

    found = describe_topics(kafka, names)
    assert {name: state.partitions for name, state in found.items()} == {
        name: catalog.topic(name).partitions for name in names
    }


def test_a_topic_of_its_own_is_made_once(stack: Servers) -> None:
    kafka = settings_of(stack).kafka
    config = {"retention.ms": "86400000"}

    assert ensure_topic(kafka, "own.dlq", partitions=1, config=config) == "created"
    assert ensure_topic(kafka, "own.dlq", partitions=1, config=config) == "exists"
