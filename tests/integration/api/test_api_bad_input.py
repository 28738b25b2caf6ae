"""Whatever is sent, the answer is a problem that names the field, never a 500."""

import json
from typing import Any

import httpx
import pytest

from tests.integration.api.support import PAYLOAD, an_event, fields_of, is_problem, publish, query

pytestmark = pytest.mark.integration


DEEP = b'{"eventType":"user.deleted","source":"s","payload":{"a":' + b"[" * 100_000
BAD_EVENTS: dict[str, tuple[dict[str, Any], str]] = {
    "unknown type": ({"eventType": "user.exploded"}, "eventType"),
    "unknown field": ({"colour": "red"}, "colour"),
    "unknown version": ({"version": "99.0"}, "version"),
    "missing source": ({"source": None}, "source"),
    "unknown payload field": ({"payload": dict(PAYLOAD) | {"colour": 1}}, "payload.colour"),
    "nullable payload field left out": (
        {
            "eventType": "user.created",
            "payload": {"userId": "u", "createdAt": "2026-01-01T00:00:00Z"},
        },
        "payload.email",
    ),
    "payload not an object": ({"payload": []}, "payload"),
    "id not a UUID": ({"eventId": "7"}, "eventId"),
    "id a number": ({"eventId": 7}, "eventId"),
    "time not a time": ({"timestamp": "soon"}, "timestamp"),
    "time far ahead": ({"timestamp": "9999-12-31T23:59:59Z"}, "timestamp"),
    "time before time": ({"timestamp": "0000-00-00T00:00:00Z"}, "timestamp"),
    "NUL": ({"aggregateId": "a\0b"}, "aggregateId"),
    "NUL in the source": ({"source": "\0"}, "source"),
    "key of a megabyte": ({"aggregateId": "k" * 900_000}, "aggregateId"),
    "huge number": ({"aggregateVersion": 10**400}, "aggregateVersion"),
    "negative version": ({"aggregateVersion": -1}, "aggregateVersion"),
    "metadata not an object": ({"metadata": "x"}, "metadata"),
    "NUL in metadata": ({"metadata": {"a": "\0"}}, "metadata"),
}


@pytest.mark.covers("S0-8")
@pytest.mark.parametrize("name", BAD_EVENTS)
async def test_a_bad_event_is_422_and_its_field_is_named(
    client: httpx.AsyncClient, name: str
) -> None:
    fields, field = BAD_EVENTS[name]
    problem = is_problem(await publish(client, an_event(**fields)), 422)
    assert field in fields_of(problem)
    assert field in problem["detail"]


BAD_BODIES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 400),
    "not JSON": (b"{", 400),
    "two values": (b"{} {}", 400),
    "not UTF-8": (b'{"a": "\xff"}', 400),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), 400),
    "NaN": (b'{"a": NaN}', 400),
    "infinity": (b'{"a": -Infinity}', 400),
    "number past a double": (b'{"a": 1e999}', 400),
    "number of many digits": (b'{"a": ' + b"9" * 100_000 + b"}", 400),
    "repeated key": (b'{"a": 1, "a": 2}', 400),
    "deep nesting": (DEEP, 400),
    "deep and closed": (b"[" * 100 + b"]" * 100, 400),
    "lone surrogate": (rb'{"eventType": "\ud800", "source": "s", "payload": {}}', 422),
    "lone surrogate in a key": (rb'{"\udfff": 1}', 422),
    "a number": (b"7", 422),
    "null": (b"null", 422),
    "an empty batch": (b"[]", 422),
    "past the limit": (b" " * (8 * 1024 * 1024 + 1), 413),
    "too large an event": (b'{"a": "' + b"x" * 1_000_001 + b'"}', 413),
    "too many events": (json.dumps([1] * 1001).encode(), 413),
}


@pytest.mark.parametrize("name", BAD_BODIES)
async def test_a_bad_body_is_a_problem_and_never_a_500(
    client: httpx.AsyncClient, name: str
) -> None:
    body, status = BAD_BODIES[name]
    for path in ("/api/events", "/api/events/query"):
        answer = await client.post(path, content=body, headers={"Content-Type": "application/json"})
        expected = 413 if status == 413 or len(body) > 64 * 1024 else status
        if path == "/api/events":
            is_problem(answer, status)
        else:
            assert answer.status_code in (expected, 422)
            is_problem(answer, answer.status_code)


@pytest.mark.parametrize("path", ["/api/events", "/api/events/query"])
async def test_another_media_type_is_415(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path, content=b"<a/>", headers={"Content-Type": "text/xml"})
    is_problem(answer, 415)


@pytest.mark.parametrize("path", ["/api/events", "/api/events/query"])
@pytest.mark.parametrize("sent", [None, "Bearer wrong", "Bearer", "Basic YTpi", "Bearer é"])
async def test_without_the_token_the_answer_is_401(
    client: httpx.AsyncClient, path: str, sent: str | None
) -> None:
    del client.headers["Authorization"]
    headers = {} if sent is None else {b"Authorization": sent.encode()}
    problem = await client.post(path, json={}, headers=headers)
    is_problem(problem, 401)
    assert problem.headers["WWW-Authenticate"].startswith("Bearer")


async def test_an_unknown_path_and_a_wrong_method_are_problems(client: httpx.AsyncClient) -> None:
    is_problem(await client.get("/api/nothing"), 404)
    is_problem(await client.get("/api/events"), 405)
    is_problem(await client.post("/api/events/", json=an_event()), 404)


async def test_a_bad_query_is_422_and_names_the_field(client: httpx.AsyncClient) -> None:
    for body, field in (
        ({"colour": "red"}, "colour"),
        ({"limit": 5000}, "limit"),
        ({"types": ["user.createt"]}, "types[0]"),
        ({"cursor": "x"}, "cursor"),
        ({"payload": {"a": "\0"}}, "payload"),
        ({"from": "1700000000"}, "from"),
    ):
        assert field in fields_of(is_problem(await query(client, **body), 422))


async def test_a_lone_surrogate_in_a_query_is_422_and_names_the_field(
    client: httpx.AsyncClient,
) -> None:
    body = rb'{"types": ["\ud800"]}'
    json_type = {"Content-Type": "application/json"}
    answer = await client.post("/api/events/query", content=body, headers=json_type)
    assert fields_of(is_problem(answer, 422)) == ["types[0]"]
