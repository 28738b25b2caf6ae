"""The direct way for POST /api/events, held to the framework's."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp

from api.app import build
from headrace.codec import MemoryRegistry
from headrace.errors import OutageError
from headrace.settings import Settings
from tests.unit.api.memory_kafka import MemoryProducer

TOKEN = "a-long-random-string"
ID, AT = "01890a5d-ac96-774b-bcce-b302099a8057", "2026-03-14T15:09:26Z"
EVENT = {
    "eventType": "user.deleted",
    "eventId": ID,
    "timestamp": AT,
    "source": "user-service",
    "payload": {
        "userId": "u-1",
        "reason": "user_request",
        "erasePersonalData": False,
        "deletedAt": "2026-11-22T20:15:30Z",
    },
}
OTHER_TIME = EVENT | {"timestamp": "2026-03-14T16:09:26+01:00"}
WRONG = EVENT | {"payload": {"userId": 7}}
DEEP = EVENT | {"metadata": {"a": json.loads("[" * 62 + "]" * 62)}}


def text(value: Any) -> bytes:
    return json.dumps(value).encode()


BODIES = [
    text(EVENT),
    text([EVENT, OTHER_TIME, WRONG, 7, None]),
    text([EVENT, EVENT | {"eventId": None, "colour": 1}]),
    text([WRONG, {}]),
    text(WRONG),
    text(DEEP),
    text([DEEP]),
    text([[EVENT]]),
    text([EVENT])[:-1] + b',{"a":1,"a":2}]',
    text([EVENT] * 1001),
    b"[]",
    b"",
    b"\xff",
    b'{"a":NaN}',
    b"[" * 70 + b"]" * 70,
    b"[" * 5000,
]
HEADERS: list[Mapping[str, str]] = [
    {},
    {"Content-Type": "application/x-ndjson"},
    {"Content-Type": "Application/JSON; charset=UTF-8"},
    {"Content-Type": "application/json; charset=latin-1"},
    {"Content-Type": "text/plain"},
    {"Content-Encoding": "gzip"},
    {"Authorization": ""},
    {"Authorization": f"bearer {TOKEN}"},
    {"Authorization": f"Basic {TOKEN}"},
    {"Authorization": "Bearer another"},
    {"X-Correlation-ID": "a b"},
    {"X-Correlation-ID": "mine", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"},
]


@asynccontextmanager
async def serving(way: Callable[[FastAPI], ASGIApp]) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API, whose Kafka and registry are in memory."""
    with (
        patch("headrace.kafka.producer.Producer", MemoryProducer),
        patch("headrace.kafka.producer.Registry", lambda _: MemoryRegistry()),
        patch("headrace.kafka.producer.AsyncProducer._ensure_topic", lambda *_: None),
    ):
        app = build(Settings(token=SecretStr(TOKEN)))
        async with app.state.services.producer:
            transport = httpx.ASGITransport(way(app))
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
                yield client


def directly(app: FastAPI) -> ASGIApp:
    return app


def through_the_framework(app: FastAPI) -> ASGIApp:
    async def call(scope: Any, receive: Any, send: Any) -> None:
        await FastAPI.__call__(app, scope, receive, send)

    return call


async def answer(client: httpx.AsyncClient, body: bytes, more: Mapping[str, str]) -> Any:
    """What can be compared of an answer: the ids that are made anew are left out."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"} | dict(more)
    got = await client.post("/api/events", content=body, headers=headers)
    told = got.json()
    own = headers.get("X-Correlation-ID") == got.headers["X-Correlation-ID"]
    assert own or got.headers.pop("X-Correlation-ID")
    if not own and "correlationId" in told:
        told.pop("correlationId")
    got.headers.pop("Content-Length")
    return got.status_code, told, dict(got.headers)


async def test_both_ways_give_the_same_answers() -> None:
    for more in HEADERS:
        async with serving(directly) as one, serving(through_the_framework) as other:
            for body in BODIES:
                found, expected = await answer(one, body, more), await answer(other, body, more)
                assert found == expected, (more, body[:80])


@pytest.mark.parametrize("way", [directly, through_the_framework])
async def test_a_defect_and_an_outage_answer_alike_both_ways(way: Any) -> None:
    publish = "headrace.kafka.producer.AsyncProducer.publish_many"
    async with serving(way) as client:
        with patch(publish, side_effect=RuntimeError("hunter2")):
            status, told, _ = await answer(client, text(EVENT), {})
        assert (status, told["type"]) == (500, "urn:headrace:problem:internal")

        with patch(publish, return_value=[OutageError("Kafka does not answer")]):
            status, told, headers = await answer(client, text(EVENT), {})
        assert (status, told["eventId"], headers["retry-after"]) == (503, ID, "5")


async def test_an_element_too_deep_refuses_the_body_and_publishes_nothing() -> None:
    async with serving(directly) as client:
        fit = EVENT | {"metadata": {"a": json.loads("[" * 60 + "]" * 60)}}
        status, told, _ = await answer(client, text([EVENT, fit, DEEP]), {})
        assert (status, told["detail"]) == (400, "body: nests more than 64 levels deep")
        assert MemoryProducer.taken == []

        status, told, _ = await answer(client, text([EVENT, fit]), {})
        assert (status, len(told["accepted"])) == (202, 2)


async def test_a_usual_event_goes_straight_from_json_to_its_record() -> None:
    async with serving(directly) as client:
        await answer(client, text(EVENT), {})  # makes the type known
        with patch("api.intake.event_from_json", side_effect=AssertionError):
            status, told, _ = await answer(client, text([EVENT, EVENT]), {})

    assert (status, [one["eventId"] for one in told["accepted"]]) == (202, [ID, ID])


@pytest.mark.parametrize("path", ["/api/events/", "/api/events/query"])
async def test_other_addresses_are_the_frameworks(path: str) -> None:
    async with serving(directly) as client:
        got = await client.post(path, content=b"{", headers={"Authorization": f"Bearer {TOKEN}"})

    assert got.status_code in (404, 415)


def test_the_route_is_described() -> None:
    document = build(Settings(token=SecretStr(TOKEN))).openapi()
    operation = document["paths"]["/api/events"]["post"]

    assert operation["operationId"] == "publishEvents"
    assert operation["security"]
    assert operation["description"].startswith("202 once Kafka holds the event")
