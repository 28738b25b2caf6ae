"""The query over the archive's events and the event store's, as if they were in one place."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from deploy.local.direct import DirectStack
from headrace.clock import SystemClock
from headrace.envelope import Event
from headrace.store import EventStore, Stream
from tests.integration.api.store_support import BORN
from tests.integration.api.support import is_problem, query

pytestmark = pytest.mark.integration
WARM = """INSERT INTO warm.events (event_id, event_type, "timestamp", version, source,
    correlation_id, account_id, metadata, payload, topic, "partition", record_offset, schema_id)
    SELECT %(ids)s[n], 'user.created', %(start)s + 2 * n * interval '1 s', '1.0', 'user-service',
    %(correlation)s, 'a-1', '{}', jsonb_build_object('n', n), 'dreamscape.user', 0, n, 1
    FROM generate_series(1, 10) AS n"""


class Both:
    """Twenty events of one correlation, by turns in the store and in the archive, and one event
    that is in both.
    """

    def __init__(self, stack: DirectStack) -> None:
        self.correlation = f"test-{uuid4()}"
        self.stream = Stream("Joueur", uuid4())
        self.start = (SystemClock().now() - timedelta(days=3)).replace(microsecond=0)
        self.warm = [uuid4() for _ in range(10)]
        self.stored = [uuid4() for _ in range(10)]
        with EventStore(stack.store_database_url, source="tests") as store:
            store.append(self.stream, [self._event(n, of) for n, of in enumerate(self.stored)])
        with psycopg.connect(stack.database_url, autocommit=True) as owner:
            for day in (0, 1):
                owner.execute("SELECT warm.make_day(%s)", [(self.start + timedelta(day)).date()])
            owner.execute(
                WARM,
                {"ids": self.warm, "correlation": self.correlation, "start": self.start},
            )

    @property
    def in_order(self) -> list[str]:
        turns = zip(self.stored, self.warm, strict=True)
        return [str(each) for pair in turns for each in pair]

    def _event(self, number: int, event_id: UUID) -> Event:
        return Event(
            event_id=event_id,
            event_type="JoueurCree" if number == 0 else "NiveauAtteint",
            timestamp=self.start + timedelta(seconds=2 * number + 1),
            version="1.0",
            source="game-service",
            correlation_id=self.correlation,
            account_id="a-1" if number % 2 else None,
            metadata_json='{"large": 123456789012345678901234567890}',
            payload=BORN if number == 0 else {"level": number + 1, "statPoints": 5},
        )


@pytest.fixture(scope="module")
def both(settings: Any, stack: DirectStack) -> Iterator[Both]:
    made = Both(stack)
    yield made
    with psycopg.connect(stack.database_url, autocommit=True) as owner:
        owner.execute("DELETE FROM warm.events WHERE correlation_id = %s", [made.correlation])


async def _walk(client: httpx.AsyncClient, **body: Any) -> list[str]:
    found: list[str] = []
    cursor: str | None = None
    while True:
        answer = await query(client, **body, **({"cursor": cursor} if cursor else {}))
        page = answer.json()
        found += [event["eventId"] for event in page["events"]]
        cursor = page["nextCursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize("limit", [1, 3, 7, 19, 20, 100])
async def test_pages_over_both_tiers_follow_each_other_without_loss_or_repeat(
    client: httpx.AsyncClient, both: Both, limit: int
) -> None:
    found = await _walk(client, correlationId=both.correlation, limit=limit)
    assert found == both.in_order
    back = await _walk(client, correlationId=both.correlation, limit=limit, order="desc")
    assert back == both.in_order[::-1]


async def test_every_filter_means_the_same_in_the_store(
    client: httpx.AsyncClient, both: Both
) -> None:
    stored, start = [str(each) for each in both.stored], both.start
    moment = (start + timedelta(seconds=9)).isoformat().replace("+00:00", "Z")
    for body, expected in (
        ({"types": ["JoueurCree"]}, stored[:1]),
        ({"types": ["Joueur*", "Niveau*"]}, stored),
        ({"sources": ["game-service"]}, stored),
        ({"aggregateId": str(both.stream.aggregate_id)}, stored),
        ({"aggregateId": str(both.stream.aggregate_id).upper()}, []),
        ({"aggregateId": "player-1"}, []),
        ({"aggregateType": "Joueur"}, stored),
        ({"accountId": "a-1", "sources": ["game-service"]}, stored[1::2]),
        ({"payload": {"level": 4}}, stored[3:4]),
        ({"from": moment, "types": ["NiveauAtteint"]}, stored[4:]),
        ({"to": moment, "sources": ["game-service"]}, stored[:4]),
    ):
        found = await _walk(client, correlationId=both.correlation, limit=3, **body)
        assert found == expected, body


async def test_an_event_of_the_store_has_the_form_of_the_others(
    client: httpx.AsyncClient, both: Both
) -> None:
    answer = await query(client, correlationId=both.correlation, types=["JoueurCree"])
    assert answer.json()["tiers"] == ["warm", "store"]
    (event,) = answer.json()["events"]
    assert (event["aggregateType"], event["aggregateVersion"]) == ("Joueur", 1)
    assert event["aggregateId"] == str(both.stream.aggregate_id)
    assert event["correlationId"] == both.correlation
    assert event["metadata"] == {"large": 123456789012345678901234567890}
    assert event["payload"] == BORN
    assert "accountId" not in event
    assert event["timestamp"].endswith("Z")
    assert set(event["stored"]) == {"sequence", "recordedAt"}


async def test_the_store_is_not_asked_for_what_it_cannot_have(
    client: httpx.AsyncClient, both: Both
) -> None:
    answer = await query(client, correlationId=both.correlation, types=["user.*"])
    assert answer.json()["tiers"] == ["warm"]
    assert len(answer.json()["events"]) == 10
    is_problem(await query(client, types=["JoueurCre"]), 422)


async def test_an_event_that_is_in_both_comes_once(
    client: httpx.AsyncClient, both: Both, stack: DirectStack
) -> None:
    copied = (
        'INSERT INTO warm.events (event_id, event_type, "timestamp", version, source, '
        "correlation_id, metadata, payload, topic, partition, record_offset, schema_id) "
        "SELECT event_id, event_type, \"timestamp\" AT TIME ZONE 'UTC', '1.0', source, %s, '{}', "
        "payload, 'game.joueur', 0, 1, 1 FROM store.events WHERE event_id = ANY (%s)"
    )
    with psycopg.connect(stack.admin_url.replace("/postgres", "/headrace")) as admin:
        admin.execute(copied, [both.correlation, both.stored[:3]])
    try:
        for limit in (1, 2, 100):
            found = await _walk(client, correlationId=both.correlation, limit=limit)
            assert found == both.in_order
    finally:
        with psycopg.connect(stack.database_url, autocommit=True) as owner:
            owner.execute("DELETE FROM warm.events WHERE event_id = ANY (%s)", [both.stored])
