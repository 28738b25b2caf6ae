"""Publish-only keys and pages of other origins, on both ways into the application."""

import json
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import patch

import httpx
import pytest
from pydantic import SecretStr

from api.app import build
from api.callers import digest_of, new_key
from headrace.catalog import load_catalog
from headrace.codec import MemoryRegistry
from headrace.errors import ConfigurationError
from headrace.settings import Settings, load_settings
from tests.unit.api.memory_kafka import MemoryProducer

TOKEN, KEY, PAGE = "a-long-random-string", "in-the-page-for-all-to-see", "https://shop.example"
CATALOG = load_catalog()
VIEW = {
    "eventType": "analytics.page.view",
    "source": "frontend",
    "payload": CATALOG.event_type("analytics.page.view").latest.example,
}
MAIL = {
    "eventType": "notification.email.requested",
    "source": "frontend",
    "payload": CATALOG.event_type("notification.email.requested").latest.example,
}


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    settings = Settings(
        token=SecretStr(TOKEN),
        publish_keys={"frontend": digest_of(KEY).hex()},
        cors_origins=(PAGE,),
    )
    with (
        patch("headrace.kafka.producer.Producer", MemoryProducer),
        patch("headrace.kafka.producer.Registry", lambda _: MemoryRegistry()),
        patch("headrace.kafka.producer.AsyncProducer._ensure_topic", lambda *_: None),
    ):
        app = build(settings)
        async with app.state.services.producer:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
                yield client


async def publish(client: httpx.AsyncClient, body: Any, key: str = KEY) -> httpx.Response:
    return await client.post(
        "/api/events",
        content=json.dumps(body),
        headers={
            "Authorization": f"Bearer {key}",
            "Content-Type": "application/json",
            "Origin": PAGE,
        },
    )


async def test_a_key_publishes_what_its_producer_may(client: httpx.AsyncClient) -> None:
    answer = await publish(client, VIEW)
    assert answer.status_code == 202
    assert answer.json()["topic"] == "dreamscape.analytics.page.view"
    assert answer.headers["access-control-allow-origin"] == PAGE


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (MAIL, "eventType"),
        (VIEW | {"eventType": "payment.completed"}, "eventType"),
        (VIEW | {"eventType": ["analytics.page.view"]}, "eventType"),
        (VIEW | {"source": "payment-service"}, "source"),
        ({"eventType": "analytics.page.view"}, "source"),
        ({}, "eventType"),
    ],
)
async def test_a_key_publishes_nothing_else(
    client: httpx.AsyncClient, body: Any, field: str
) -> None:
    answer = await publish(client, body)
    assert answer.status_code == 403
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_in_a_batch_each_event_stands_for_itself(client: httpx.AsyncClient) -> None:
    answer = (await publish(client, [VIEW, MAIL, VIEW])).json()
    assert [each["index"] for each in answer["accepted"]] == [0, 2]
    assert [(each["index"], each["status"]) for each in answer["refused"]] == [(1, 403)]


async def test_a_key_asks_for_no_history(client: httpx.AsyncClient) -> None:
    for key, status in ((KEY, 403), ("nobody's", 401)):
        headers = {"Authorization": f"Bearer {key}"}
        answer = await client.post("/api/events/query", json={}, headers=headers)
        assert answer.status_code == status


async def test_the_token_publishes_everything(client: httpx.AsyncClient) -> None:
    assert (await publish(client, MAIL, TOKEN)).status_code == 202


@pytest.mark.parametrize("path", ["/api/events", "/api/events/query"])
async def test_a_browser_asks_first_and_is_told_by_its_page(
    client: httpx.AsyncClient, path: str
) -> None:
    asking = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = await client.options(path, headers={"Origin": PAGE, **asking})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == PAGE
    other = await client.options(path, headers={"Origin": "https://evil.example", **asking})
    assert "access-control-allow-origin" not in other.headers


async def test_a_refusal_can_be_read_by_the_page(client: httpx.AsyncClient) -> None:
    answer = await publish(client, VIEW, "nobody's")
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == PAGE


def test_a_new_key_comes_with_its_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    made = new_key("frontend", CATALOG)
    name, _, value = made["setting"].partition("=")
    assert made["key"] not in value
    monkeypatch.setenv(name, value)
    assert load_settings().publish_keys == {"frontend": digest_of(made["key"]).hex()}
    with pytest.raises(ConfigurationError, match="names 'front-end' among its producers"):
        new_key("front-end", CATALOG)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEADRACE_PUBLISH_KEYS", "frontend"),
        ("HEADRACE_PUBLISH_KEYS", "frontend:secret"),
        ("HEADRACE_PUBLISH_KEYS", ",".join(["frontend:" + "0" * 64] * 2)),
        ("HEADRACE_CORS_ORIGINS", "*"),
        ("HEADRACE_CORS_ORIGINS", "https://shop.example/"),
        ("HEADRACE_CORS_ORIGINS", "ftp://shop.example"),
    ],
)
def test_settings_that_would_open_too_much_or_nothing_are_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        load_settings()
