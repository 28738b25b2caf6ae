"""The example that plays a game, in a database of its own."""

import psycopg
import pytest

from domains.game import AGGREGATES
from examples.game.__main__ import run, table, verdict
from examples.game.game import Game
from examples.game.story import play
from headrace.clock import SystemClock
from headrace.store import AsyncEventStore
from tests.store.place import Place

NOBODY_S = '[{"order_id": "x", "player_id": "x", "remaining": 1, "unit_price": 99999}]'
pytestmark = pytest.mark.integration


async def test_a_game_ends_consistent_although_players_are_in_each_other_s_way(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await run(place.app, 10) == 0
    told = capsys.readouterr().out
    assert "every aggregate is what its events make of it" in told
    rows = {line.split()[0]: line.split()[1:] for line in told.splitlines() if line}
    for name in AGGREGATES:
        aggregates, events, _, _, _, consistent = map(int, rows[name])
        assert events >= aggregates > 0
        assert consistent == aggregates
    assert sum(int(rows[name][2]) for name in AGGREGATES) > 0, "nobody met a conflict"
    assert sum(int(rows[name][4]) for name in AGGREGATES) > 0, "no snapshot was used"


async def test_a_state_that_is_not_its_events_is_found_out(place: Place) -> None:
    async with AsyncEventStore(place.app, source="tests") as store:
        game = Game(store)
        shared = await play(game, SystemClock(), 14)
        with psycopg.connect(place.admin) as admin:
            admin.execute(
                "UPDATE store.snapshots SET state = jsonb_set(state, '{sells}', %s) "
                "WHERE aggregate_id = %s",
                [NOBODY_S, shared.market],
            )
        kinds = [await game.checked(name) for name in AGGREGATES]
    wrong = [each.name for each in kinds if each.consistent != each.aggregates]
    assert wrong == ["Economy"], table(kinds)
    assert verdict(kinds, (5, 5)) == 1
