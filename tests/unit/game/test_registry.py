"""The game's aggregates as the event store finds them: by type, complete, with snapshots."""

from typing import Any

import pytest

from domains.game import AGGREGATES, FIGHT, INVENTORY, PLAYER, QUEST
from domains.game.inventory import UseItem
from headrace.aggregate import Aggregate
from headrace.catalog import load_catalog
from headrace.events import typed_event
from tests.unit.game import test_rules as r
from tests.unit.game.machine import as_kept
from tests.unit.game.playing import play

each_aggregate = pytest.mark.parametrize("aggregate", AGGREGATES.values(), ids=lambda a: a.name)


def test_the_registry_has_the_catalog_s_aggregate_types() -> None:
    topics = [each for each in load_catalog().topics.values() if each.domain == "game"]
    assert set(AGGREGATES) == {topic.aggregate_type for topic in topics}


@each_aggregate
def test_an_aggregate_applies_every_event_type_of_its_topic(aggregate: Aggregate[Any]) -> None:
    topic = load_catalog().topic(f"game.{aggregate.name.lower()}")
    assert set(aggregate.events) == {typed_event(each, "1.0") for each in topic.event_types}
    assert aggregate.state_version >= 1


@each_aggregate
def test_the_first_state_survives_a_snapshot(aggregate: Aggregate[Any]) -> None:
    assert aggregate.load(as_kept(aggregate.dump(aggregate.initial))) == aggregate.initial


@each_aggregate
def test_a_command_of_another_aggregate_is_a_mistake_of_the_caller(
    aggregate: Aggregate[Any],
) -> None:
    with pytest.raises(TypeError, match="takes no object; it takes"):
        aggregate.decide(aggregate.initial, object())


def test_an_event_of_another_aggregate_is_a_mistake_of_the_caller() -> None:
    (created,) = PLAYER.decide(PLAYER.initial, r.HERO)
    with pytest.raises(TypeError, match="Combat has no event JoueurCree"):
        FIGHT.apply(FIGHT.initial, created)


@pytest.mark.parametrize(
    "spoilt", [{"capacity": "20"}, {"stacks": {"a": 1}}, {"worn": None}, {"capacity": 2.5}]
)
def test_a_snapshot_of_another_shape_is_refused(spoilt: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Inventory"):
        INVENTORY.load({**INVENTORY.dump(INVENTORY.initial), **spoilt})


def test_a_snapshot_keeps_times_and_nested_records() -> None:
    state, _ = play(QUEST, r.OFFER, r.TAKEN, r.WON)
    kept = as_kept(QUEST.dump(state))
    assert QUEST.load(kept) == state
    assert kept["accepted_at"] == "2024-01-15T14:30:00Z"


def test_a_refusal_leaves_nothing_behind() -> None:
    state, events = play(INVENTORY, r.GOT_POTIONS)
    with pytest.raises(Exception, match="4 are asked for, 3 are there"):
        INVENTORY.decide(state, UseItem(item_id="potion", quantity=4))
    assert INVENTORY.replay(events) == state
