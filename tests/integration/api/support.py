"""What the tests of the API share: a client of an API in this process, and Kafka's own word."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx
from confluent_kafka import Consumer, TopicPartition

from api.app import build
from headrace.catalog import load_catalog
from headrace.codec import DecodedEvent, EventDecoder, Registry
from headrace.settings import Settings

TOKEN = "a-token-of-this-test"
HEADER = "X-Correlation-ID"
NDJSON = {"Content-Type": "application/x-ndjson"}
CATALOG = load_catalog()
PAYLOAD = CATALOG.event_type("user.deleted").latest.example


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API of its own, in this process."""
    app = build(settings)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app),
            base_url="http://api",
            headers={"Authorization": f"Bearer {TOKEN}"},
            timeout=60,
        ) as client,
    ):
        yield client


class Log:
    """Reads single records back from Kafka."""

    def __init__(self, settings: Settings) -> None:
        self._consumer = Consumer(
            {
                "bootstrap.servers": settings.kafka.brokers,
                "group.id": "test-reader",
                "enable.auto.commit": False,
            }
        )
        self._decoder = EventDecoder(CATALOG, Registry(settings))

    def read(self, receipt: Mapping[str, Any]) -> DecodedEvent:
        place = TopicPartition(receipt["topic"], receipt["partition"], receipt["offset"])
        self._consumer.assign([place])
        message = self._consumer.poll(20)
        assert message is not None
        assert message.error() is None
        assert message.offset() == receipt["offset"]
        value = message.value()
        assert value is not None
        return self._decoder.decode(value)

    def close(self) -> None:
        self._consumer.close()


def an_event(**fields: Any) -> dict[str, Any]:
    made = {"eventType": "user.deleted", "source": "user-service", "payload": dict(PAYLOAD)}
    return made | fields


async def publish(client: httpx.AsyncClient, body: Any, **headers: str) -> httpx.Response:
    return await client.post("/api/events", json=body, headers=headers)


def is_problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert {"type", "title", "detail", "instance", "errors"} <= set(problem)
    return problem


def fields_of(problem: Mapping[str, Any]) -> list[str]:
    return [error["field"] for error in problem["errors"]]


async def query(client: httpx.AsyncClient, **body: Any) -> httpx.Response:
    return await client.post("/api/events/query", json=body)


async def until_status(client: httpx.AsyncClient, path: str, body: Any, status: int) -> None:
    async with asyncio.timeout(60):
        while (await client.post(path, json=body)).status_code != status:  # noqa: ASYNC110 - each try waits
            await asyncio.sleep(0)
