"""The example that plays a game, on a PostgreSQL of its own."""

from collections.abc import Iterator

import psycopg
import pytest

from deploy.local.direct import DirectStack
from domains.game import AGGREGATES
from examples.game.__main__ import run, table, verdict
from examples.game.game import Game
from examples.game.story import play
from headrace.clock import SystemClock
from headrace.store import AsyncEventStore

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def servers() -> Iterator[DirectStack]:
    with DirectStack(names=("postgres",)) as stack:
        yield stack


async def test_a_game_ends_consistent_although_players_are_in_each_other_s_way(
    servers: DirectStack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(servers.store_database_url, 10) == 0
    told = capsys.readouterr().out
    assert "every aggregate is what its events make of it" in told
    rows = {line.split()[0]: line.split()[1:] for line in told.splitlines() if line}
    for name in AGGREGATES:
        aggregates, events, _, _, _, consistent = map(int, rows[name])
        assert events >= aggregates > 0
        assert consistent == aggregates
    assert sum(int(rows[name][2]) for name in AGGREGATES) > 0, "nobody met a conflict"
    assert sum(int(rows[name][4]) for name in AGGREGATES) > 0, "no snapshot was used"


async def test_a_state_that_is_not_its_events_is_found_out(servers: DirectStack) -> None:
    async with AsyncEventStore(servers.store_database_url, source="tests") as store:
        game = Game(store)
        shared = await play(game, SystemClock(), 14)
        with psycopg.connect(servers.admin_url.replace("/postgres", "/headrace")) as admin:
            admin.execute(
                "UPDATE store.snapshots SET state = jsonb_set(state, '{price}', '9999') "
                "WHERE aggregate_id = %s",
                [shared.market],
            )
        kinds = [await game.checked(name) for name in AGGREGATES]
    wrong = [each.name for each in kinds if each.consistent != each.aggregates]
    assert wrong == ["Economy"], table(kinds)
    assert verdict(kinds, (5, 5)) == 1
