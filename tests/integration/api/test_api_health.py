"""Health, the OpenAPI document, and outages of what the API stands on."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from deploy.local.direct import DirectStack
from headrace.settings import KafkaSettings, Settings
from tests.integration.api.store_support import Player, born
from tests.integration.api.support import (
    CATALOG,
    TOKEN,
    an_event,
    is_problem,
    publish,
    query,
    served,
    until_status,
)

pytestmark = pytest.mark.integration


@pytest.mark.covers("S0-4")
async def test_health_tells_the_state_of_every_dependency_without_a_token(
    client: httpx.AsyncClient,
) -> None:
    del client.headers["Authorization"]
    assert (await client.get("/health/live")).json()["status"] == "up"
    for path in ("/health", "/health/ready"):
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        states = answer.json()["dependencies"]
        assert {name: one["status"] for name, one in states.items()} == {
            "kafka": "up",
            "registry": "up",
            "store": "up",
            "database": "up",
        }


async def test_the_openapi_document_shows_every_event_type_and_no_broken_reference(
    client: httpx.AsyncClient,
) -> None:
    document = (await client.get("/openapi.json")).json()
    schemas = document["components"]["schemas"]
    assert {f"Event.{name}" for name in CATALOG.event_types} <= set(schemas)
    for reference in _references(document):
        assert reference.removeprefix("#/components/schemas/") in schemas, reference
    examples = document["paths"]["/api/events"]["post"]["requestBody"]["content"][
        "application/json"
    ]["examples"]
    for example in examples.values():
        assert (await publish(client, example["value"])).status_code == 202, example


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


@pytest.mark.covers("S0-4")
async def test_a_stopped_database_is_503_and_its_return_is_noticed(
    client: httpx.AsyncClient, stack: DirectStack
) -> None:
    assert (await query(client, types=["user.*"])).status_code == 200
    await asyncio.to_thread(stack.stop, "postgres")
    try:
        answer = await query(client, types=["user.*"])
        assert "PostgreSQL" in is_problem(answer, 503)["detail"]
        player = Player(client)
        for refused in await asyncio.gather(
            player.append(born(), If_None_Match="*"),
            player.read(),
            player.state(),
            client.get("/api/events/all"),
        ):
            assert "PostgreSQL" in is_problem(refused, 503)["detail"]
            assert int(refused.headers["Retry-After"]) > 0
        assert int(answer.headers["Retry-After"]) > 0
        ready = await client.get("/health/ready")
        assert ready.status_code == 503
        assert ready.json()["dependencies"]["database"]["status"] == "down"
        assert ready.json()["dependencies"]["kafka"]["status"] == "up"
        assert (await client.get("/health/live")).status_code == 200
    finally:
        await asyncio.to_thread(stack.start, "postgres")
    await until_status(client, "/api/events/query", {"types": ["user.*"]}, 200)


@pytest.mark.covers("S0-4")
async def test_a_stopped_kafka_is_503_and_its_return_is_noticed(
    client: httpx.AsyncClient, stack: DirectStack
) -> None:
    assert (await publish(client, an_event())).status_code == 202
    await asyncio.to_thread(stack.stop, "kafka")
    try:
        answer = await publish(client, an_event())
        problem = is_problem(answer, 503)
        assert problem["eventId"]
        assert int(answer.headers["Retry-After"]) > 0
        ready = await client.get("/health/ready")
        assert ready.json()["dependencies"]["kafka"]["status"] == "down"
    finally:
        await asyncio.to_thread(stack.start, "kafka")
    await until_status(client, "/api/events", an_event(), 202)


async def test_the_api_starts_while_everything_is_down_and_says_so() -> None:
    nowhere = Settings(
        kafka=KafkaSettings(brokers="127.0.0.1:1"),
        schema_registry_url="http://127.0.0.1:1",
        database_url=SecretStr("postgresql://nobody:very-secret@127.0.0.1:1/none"),
        token=SecretStr(TOKEN),
    )
    async with served(nowhere) as client:
        answer = await client.get("/health/ready")
        assert answer.status_code == 503
        states = answer.json()["dependencies"].values()
        assert {one["status"] for one in states} == {"down"}
        assert "very-secret" not in answer.text
        is_problem(await query(client, types=["user.*"]), 503)
