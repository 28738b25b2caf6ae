"""Querying over HTTP."""

import json

import httpx
import pytest

from tests.integration.api.support import query

pytestmark = pytest.mark.integration


async def test_pages_follow_each_other_until_the_cursor_is_null(
    client: httpx.AsyncClient, correlation: str
) -> None:
    found: list[int] = []
    cursor: str | None = None
    while True:
        more = {"cursor": cursor} if cursor else {}
        page = (await query(client, correlationId=correlation, limit=4, **more)).json()
        found += [event["payload"]["n"] for event in page["events"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert found == list(range(1, 11))
    assert page["tiers"] == ["warm", "store"]


async def test_an_event_comes_with_its_place_and_its_numbers_as_they_were(
    client: httpx.AsyncClient, correlation: str
) -> None:
    answer = await query(client, correlationId=correlation, limit=1)
    (event,) = answer.json()["events"]
    assert event["metadata"] == {"n": 123456789012345678901234567890}
    assert event["timestamp"].endswith("T12:00:01.000000Z")
    assert event["stored"]["topic"] == "dreamscape.user"
    assert event["stored"]["offset"] == 1
    assert "causationId" not in event


async def test_a_wildcard_selects_the_types_it_matches(
    client: httpx.AsyncClient, correlation: str
) -> None:
    for types, count in ((["user.*"], 10), (["*.created"], 5), (["user.deleted"], 5)):
        page = (await query(client, correlationId=correlation, types=types)).json()
        assert len(page["events"]) == count


async def test_ndjson_has_an_event_a_line_and_the_cursor_in_a_header(
    client: httpx.AsyncClient, correlation: str
) -> None:
    answer = await client.post(
        "/api/events/query",
        json={"correlationId": correlation, "limit": 4, "order": "desc"},
        headers={"Accept": "application/x-ndjson"},
    )
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line)["payload"]["n"] for line in answer.text.splitlines()] == [10, 9, 8, 7]
    following = await query(
        client,
        correlationId=correlation,
        limit=6,
        order="desc",
        cursor=answer.headers["X-Next-Cursor"],
    )
    assert [event["payload"]["n"] for event in following.json()["events"]] == [6, 5, 4, 3, 2, 1]
