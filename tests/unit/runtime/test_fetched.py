"""Nothing more is asked of Kafka than there is room for."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka.structs import TopicPartition as Place

from headrace.runtime.fetched import Fetched
from headrace.runtime.records import ByteBudget

HERE = Place("topic", 0)
DATA = bytes(60)


@dataclass
class FetchRequest:
    topics: list[Any] = field(default_factory=lambda: [("topic", [(0, 7, 1000)])])


@dataclass
class FetchResponse:
    topics: list[Any] = field(default_factory=lambda: [("topic", [(0, 0, 9, DATA)])])


@dataclass
class MetadataRequest:
    topics: list[Any] = field(default_factory=list)


class FakeConsumer:
    """As much of aiokafka's as `Fetched` looks at."""

    def __init__(self) -> None:
        self._client, self._fetcher = self, self
        self._records: dict[Place, object] = {}
        self.asked: list[object] = []

    async def send(self, _: int, request: object, **__: object) -> object:
        self.asked.append(request)
        if isinstance(request, FetchRequest):
            self._records[HERE] = object()
        return FetchResponse()


@pytest.fixture
def consumer() -> FakeConsumer:
    return FakeConsumer()


@pytest.fixture
def budget() -> ByteBudget:
    return ByteBudget(100)


async def _asks(consumer: FakeConsumer, request: object) -> bool:
    """Whether a request is sent within a moment."""
    sending = asyncio.create_task(consumer.send(1, request))
    done, _ = await asyncio.wait([sending], timeout=0.1)
    sending.cancel()
    return bool(done)


async def test_what_nobody_has_taken_yet_counts_until_it_is_taken(
    consumer: FakeConsumer, budget: ByteBudget
) -> None:
    fetched = Fetched(consumer, budget)
    assert await _asks(consumer, FetchRequest())
    assert fetched.waiting == len(DATA)
    budget.take(40)
    assert not await _asks(consumer, FetchRequest())
    consumer._records.clear()
    assert fetched.waiting == 0
    assert await _asks(consumer, FetchRequest())


async def test_a_fetch_goes_out_when_there_is_room_again(
    consumer: FakeConsumer, budget: ByteBudget
) -> None:
    Fetched(consumer, budget)
    budget.take(100)
    sending = asyncio.create_task(consumer.send(1, FetchRequest()))
    await asyncio.sleep(0)
    assert not consumer.asked
    budget.give(1)
    await asyncio.wait_for(sending, 10)
    assert len(consumer.asked) == 1


async def test_what_is_no_fetch_never_waits(consumer: FakeConsumer, budget: ByteBudget) -> None:
    Fetched(consumer, budget)
    budget.take(1_000)
    assert await _asks(consumer, MetadataRequest())
