"""docs/game.md tells of every command and event, and tells what the rules do."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domains.game import AGGREGATES, FIGHT, MARKET, QUEST
from domains.game.fight import BeginTurn, StartFight
from domains.game.fight_actions import Cast
from domains.game.market import PlaceBuy, PlaceSell
from domains.game.quest import (
    AcceptQuest,
    ClaimReward,
    CompleteQuest,
    CreateQuest,
    FailQuest,
    ProgressObjective,
)
from headrace.aggregate import Aggregate
from headrace.errors import RuleBrokenError
from headrace.events.game import Fighter, Objective, Reward
from tests.unit.game.playing import play
from tests.unit.game.test_histories import HISTORIES

GUIDE = (Path(__file__).parents[2] / "docs" / "game.md").read_text()
TEAMS = ((1, "a"), (2, "b"))
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)


def matrix(name: str) -> dict[str, tuple[set[str], set[str]]]:
    """By command the events that it always leads to, and those that may follow."""
    section = GUIDE.partition(f"### {name}:")[2].partition("\n##")[0]
    found = {}
    for line in section.splitlines():
        if line.startswith("| `"):
            commands, always, then = line.strip("|").split("|")
            for command in re.findall(r"`(\w+)`", commands):
                events = {each.event_type for each in AGGREGATES[name].events}
                sets = [set(re.findall(r"\w+", cell)) & events for cell in (always, then)]
                found[command] = (sets[0], sets[1])
    return found


@pytest.mark.covers("S4-9")
@pytest.mark.parametrize("name", AGGREGATES)
def test_every_command_and_event_is_in_the_matrix(name: str) -> None:
    found = matrix(name)
    assert set(found) == {each.__name__ for each in AGGREGATES[name].commands}
    told = set[str]().union(*(always | then for always, then in found.values()))
    assert told == {each.event_type for each in AGGREGATES[name].events}


@pytest.mark.parametrize("name", AGGREGATES)
def test_a_command_leads_to_what_the_matrix_says(name: str) -> None:
    aggregate, found = AGGREGATES[name], matrix(name)

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        state = aggregate.initial
        for _ in range(12):
            command = data.draw(HISTORIES[name][0](state))
            events = _decided(aggregate, state, command)
            always, then = found[type(command).__name__]
            types = {each.event_type for each in events}
            assert not types or always <= types <= always | then, (command, types)
            state = aggregate.replay(events, state)

    holds()


def _decided(aggregate: Aggregate[Any], state: Any, command: Any) -> tuple[Any, ...]:
    try:
        return aggregate.decide(state, command)
    except RuleBrokenError:
        return ()


REWARD = Reward(experience=1, gold=1, item_ids=[])
WOLVES = Objective(objective_id="wolves", description="Hunt wolves", target=2)
QUEST_BEGUN = (
    CreateQuest(title="Wolves", objectives=(WOLVES,), reward=REWARD, time_limit_seconds=60),
    AcceptQuest(player_id="p", player_level=1, at=NOON),
    ProgressObjective(objective_id="wolves", amount=1, at=NOON),
)
FIGHTERS = tuple(Fighter(fighter_id=each, team=n, health=5, max_health=5) for n, each in TEAMS)
ORDER: dict[str, Any] = {"item_id": "potion", "quantity": 1, "unit_price": 3}
PLAYS: list[tuple[Aggregate[Any], tuple[Any, ...]]] = [
    (
        QUEST,
        (*QUEST_BEGUN, QUEST_BEGUN[-1], CompleteQuest(at=NOON), ClaimReward(player_id="p")),
    ),
    (QUEST, (*QUEST_BEGUN, FailQuest(reason="abandoned", at=NOON))),
    (
        FIGHT,
        (
            StartFight(zone_id="z", fighters=FIGHTERS),
            BeginTurn(),
            Cast(fighter_id="a", target_id="b", effect="poison", turns=3),
            BeginTurn(),
        ),
    ),
    (
        MARKET,
        (
            PlaceSell(order_id="s", seller_id="p", **ORDER),
            PlaceBuy(order_id="b", buyer_id="q", **ORDER),
        ),
    ),
]


def test_the_timelines_are_what_happens() -> None:
    told = [line.split(" → ") for line in re.findall(r"^\d\. (.* → .*)$", GUIDE, re.MULTILINE)]
    played = [play(aggregate, *commands)[1] for aggregate, commands in PLAYS]
    assert told == [[event.event_type for event in events] for events in played]
