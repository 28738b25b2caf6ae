"""A page of the query over the store costs its own size, however many events there are."""

import asyncio
from uuid import uuid4

import psycopg
import pytest

from headrace.postgres import EventFilter, async_pool, explain_query
from headrace.store import EventStore, Stream
from tests.store.place import Place

pytestmark = pytest.mark.integration


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (EventFilter(event_types=("JoueurCree", "NiveauAtteint")), "idx_evenements_type"),
        (EventFilter(event_types=("JoueurCree",), correlation_id="c"), "idx_evenements_corr"),
        (EventFilter(event_types=("JoueurCree",), aggregate_id=str(uuid4())), "aggregate_version"),
    ],
)
def test_each_filter_has_its_index(
    place: Place, store: EventStore, wanted: EventFilter, index: str
) -> None:
    for _ in range(4):
        first = store.event("JoueurCree", {"points": 0})
        events = [store.event("ExperienceGagnee", {"points": n}) for n in range(500)]
        store.append(Stream("Joueur", uuid4()), [first, *events])
    with psycopg.connect(place.admin, autocommit=True) as admin:
        admin.execute("ANALYZE store.events")
    plan = asyncio.run(_plan(place.api, wanted))
    assert index in plan, plan
    assert "Seq Scan" not in plan, plan
    if index == "idx_evenements_type":
        inner = plan.partition("Nested Loop")[2]
        assert "->  Sort" not in inner, plan


async def _plan(url: str, wanted: EventFilter) -> str:
    async with async_pool(url, application_name="tests") as pool:
        return await explain_query(pool, wanted, "store")
