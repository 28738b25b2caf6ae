"""What happens when the rules allow it, told event by event."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domains.game import (
    AGGREGATES,
    EQUIPMENT,
    FIGHT,
    INVENTORY,
    ITEM,
    MARKET,
    NPC,
    PLAYER,
    QUEST,
    SKILL,
    WORLD,
)
from domains.game import equipment as e
from domains.game import fight as f
from domains.game import fight_actions as act
from domains.game import inventory as inv
from domains.game import item as i
from domains.game import market as m
from domains.game import npc as n
from domains.game import player as p
from domains.game import quest as q
from domains.game import skill as s
from domains.game import world as w
from headrace.catalog import load_catalog
from headrace.errors import RuleBrokenError
from headrace.events import game
from tests.unit.game import test_rules as r
from tests.unit.game.playing import play, told


def test_a_new_warrior_is_the_documented_one() -> None:
    (created,) = PLAYER.decide(PLAYER.initial, r.HERO)
    assert created.to_payload() == load_catalog().event_type("JoueurCree").latest.example


def test_one_gain_may_reach_several_levels_and_points_go_into_stats() -> None:
    gain = p.GainExperience(amount=300, source="quest")
    assert told(PLAYER, r.HERO, gain) == ["ExperienceGagnee", "NiveauAtteint", "NiveauAtteint"]
    state, _ = play(PLAYER, r.HERO, gain, p.SpendStatPoints(health=3, mana=1))
    assert (state.level, state.stat_points) == (3, 6)
    assert state.stats == game.Stats(health=103, mana=51, stamina=80)


def test_a_change_of_class_keeps_the_points_that_were_spent() -> None:
    gain = p.GainExperience(amount=4_500, source="fight")
    change = p.ChangeClass(player_class="Mage")
    state, events = play(PLAYER, r.HERO, gain, p.SpendStatPoints(mana=10), change)
    assert [type(each) for each in events[-2:]] == [game.ClasseChangee, game.StatsModifiees]
    assert state.stats == game.Stats(health=60, mana=130, stamina=50)


def test_experience_past_the_last_level_makes_no_level() -> None:
    gains = [p.GainExperience(amount=100_000, source="other")] * 6
    state, _ = play(PLAYER, r.HERO, *gains)
    assert (state.level, state.experience) == (100, 600_000)
    assert told(PLAYER, r.HERO, *gains) == ["ExperienceGagnee"]


def test_the_blow_that_leaves_one_side_ends_the_fight() -> None:
    blow = act.Attack(fighter_id="a", target_id="b", power=50)
    assert told(FIGHT, r.BATTLE, r.TURN, blow) == [
        "ActionExecutee",
        "DegatsInfliges",
        "CombatTermine",
    ]
    state, events = play(FIGHT, r.BATTLE, r.TURN, blow)
    assert state.fighters["b"].health == 0
    assert events[-1] == game.CombatTermine(outcome="victory", winning_team=1, turns=1)


def test_a_shield_halves_a_blow_until_the_end_of_the_bearer_s_next_turn() -> None:
    blow = act.Attack(fighter_id="b", target_id="a", power=8)
    guard, wait = act.Defend(fighter_id="a"), act.Pass(fighter_id="a")
    shielded = [r.BATTLE, r.TURN, guard, r.TURN, blow]
    assert play(FIGHT, *shielded)[0].fighters["a"].health == 16
    assert told(FIGHT, *shielded, r.TURN, wait) == ["ActionExecutee", "EffetStatutExpire"]
    assert play(FIGHT, *shielded, r.TURN, wait, r.TURN, blow)[0].fighters["a"].health == 8


def test_poison_hurts_at_the_start_of_its_bearer_s_turns_and_may_end_the_fight() -> None:
    poison = act.Cast(fighter_id="a", target_id="b", effect="poison", turns=9)
    rest = [r.TURN, act.Pass(fighter_id="b"), r.TURN, act.Pass(fighter_id="a")] * 3
    start = [r.BATTLE, r.TURN, poison]
    assert play(FIGHT, *start, *rest)[0].fighters["b"].health == 5
    assert told(FIGHT, *start, *rest, r.TURN) == ["TourDebute", "DegatsInfliges", "CombatTermine"]


def test_regeneration_heals_no_more_than_was_lost() -> None:
    blow = act.Attack(fighter_id="a", target_id="b", power=4)
    renew = act.Cast(fighter_id="b", target_id="b", effect="regeneration", turns=3)
    turns = [r.BATTLE, r.TURN, blow, r.TURN, renew, r.TURN, act.Pass(fighter_id="a"), r.TURN]
    state, events = play(FIGHT, *turns)
    assert state.fighters["b"].health == 20
    assert events[-1] == game.SoinsRecus(target_id="b", amount=4, health=20)


def test_a_fight_that_takes_too_long_is_a_draw() -> None:
    passes = [r.TURN, act.Pass(fighter_id="a"), r.TURN, act.Pass(fighter_id="b")] * 250
    state, events = play(FIGHT, r.BATTLE, *passes)
    assert state.status == "ended"
    assert events[-1] == game.CombatTermine(outcome="draw", turns=500)


def test_orders_match_by_price_then_age_at_the_older_price() -> None:
    dear = replace(r.SELL, order_id="dear", unit_price=7)
    cheap = replace(r.SELL, order_id="cheap", unit_price=4)
    younger = replace(r.SELL, order_id="younger", unit_price=4)
    buy = replace(r.BUY, quantity=7, unit_price=6)
    state, events = play(MARKET, dear, cheap, younger, r.SELL, buy)
    trades = [each for each in events if isinstance(each, game.TransactionExecutee)]
    assert [(each.sell_order_id, each.quantity, each.unit_price) for each in trades] == [
        ("cheap", 3, 4),
        ("younger", 3, 4),
        ("s", 1, 5),
    ]
    assert events[-1] == game.PrixMisAJour(previous_price=None, price=5)
    assert [(each.order_id, each.remaining) for each in state.sells] == [("s", 2), ("dear", 3)]
    assert state.buys == ()


def test_a_full_market_takes_no_order_until_one_is_gone() -> None:
    order = m.Order(order_id="x", player_id="a", remaining=1, unit_price=9)
    full = m.Market(
        item_id="bois", sells=tuple(replace(order, order_id=f"{at}") for at in range(10_000))
    )
    with pytest.raises(RuleBrokenError, match="10000 open orders"):
        MARKET.decide(full, r.BUY)
    assert MARKET.decide(replace(full, sells=full.sells[1:]), r.BUY)


def test_a_trade_at_the_same_price_is_no_news() -> None:
    meets = replace(r.BUY, quantity=1, unit_price=5)
    again = replace(meets, order_id="c")
    assert told(MARKET, r.SELL, meets, again) == ["OrdreAchatCree", "TransactionExecutee"]


def test_a_drought_halves_the_resources_of_every_zone() -> None:
    drought = replace(r.FEAST, kind="drought")
    state, _ = play(WORLD, r.FOUND, r.GROWN, drought)
    assert state.zones["foret"].resources == {"bois": 2}


def test_a_boss_is_back_after_a_day() -> None:
    again = replace(r.BEATEN, at=r.AT + r.DAY)
    assert told(WORLD, r.FOUND, r.BEATEN, again) == ["BossVaincu"]


def test_a_skill_that_was_practised_rests_less() -> None:
    uses = [replace(r.USED, at=r.AT + timedelta(seconds=at)) for at in range(3)]
    state, _ = play(SKILL, r.LEARNT, *uses, s.ImproveSkill())
    assert (state.rank, state.cooldown_millis, state.mana_cost, state.uses) == (2, 900, 4, 0)


def test_a_repair_restores_what_is_missing_and_asks_for_its_gold() -> None:
    _, events = play(EQUIPMENT, r.PIECE, e.UpgradeEquipment(), e.RepairEquipment(points=99))
    assert events[-1] == game.EquipementRepare(restored=10, durability=25, gold_cost=40)


@pytest.mark.parametrize(
    ("aggregate", "commands"),
    [
        (INVENTORY, [inv.ChangeCapacity(capacity=20)]),
        (ITEM, [r.MADE, i.ModifyItem(name="Épée")]),
        (ITEM, [r.MADE, i.ChangeProperties(changes={"damage": 3})]),
        (NPC, [r.MERCHANT, r.WORSE, r.WORSE, r.WORSE]),
        (WORLD, [r.FOUND, replace(r.GROWN, amount=1_000), r.GROWN]),
    ],
)
def test_a_command_that_changes_nothing_makes_no_event(aggregate: Any, commands: Any) -> None:
    assert told(aggregate, *commands) == []


PLAYS = {
    "Inventaire": [
        *(r.GOT_SWORD, r.GOT_POTIONS, r.WEAR, inv.UnequipItem(slot="main_hand")),
        inv.UseItem(item_id="potion"),
        inv.RemoveItem(item_id="potion", quantity=1, reason="dropped"),
        inv.GiveItem(item_id="sword", trade_id="t", partner_inventory_id="i"),
        inv.ReceiveItem(item=r.AXE, trade_id="t", partner_inventory_id="i"),
        inv.ChangeCapacity(capacity=30),
    ],
    "Item": [
        r.MADE,
        i.ModifyItem(name="Lame"),
        i.ChangeProperties(changes={"damage": 4}),
        i.DestroyItem(reason="dismantled"),
    ],
    "Equipement": [
        r.PIECE,
        e.UpgradeEquipment(),
        e.RepairEquipment(points=5),
        e.Enchant(enchantments=(r.FIRE,)),
    ],
    "Quete": [r.OFFER, r.TAKEN, r.WON, r.DONE, q.ClaimReward(player_id="a")],
    "PNJ": [
        r.MERCHANT,
        n.Speak(player_id="a", dialogue_id="hello"),
        n.OpenTrade(player_id="a"),
        n.ChangeReputation(player_id="a", change=5, reason="gift"),
    ],
    "Economy": [
        r.SELL,
        replace(r.BUY, quantity=1, unit_price=5),
        m.CancelOrder(order_id="s", player_id="a"),
    ],
    "WorldState": [r.FOUND, r.GROWN, r.BEATEN, r.FEAST],
}


@pytest.mark.parametrize("name", PLAYS)
def test_a_play_goes_through_the_aggregate_s_event_types(name: str) -> None:
    aggregate = AGGREGATES[name]
    _, events = play(aggregate, *PLAYS[name])
    unseen = {each.event_type for each in aggregate.events} - {each.event_type for each in events}
    assert unseen == ({"QueteEchouee"} if name == "Quete" else set())


def test_a_quest_whose_time_ran_out_can_be_failed() -> None:
    lost = q.FailQuest(reason="deadline", at=r.AT + r.HOUR)
    assert told(QUEST, r.OFFER, r.TAKEN, lost) == ["QueteEchouee"]


def test_worn_or_not_an_inventory_keeps_what_was_not_given_away() -> None:
    state, _ = play(INVENTORY, *PLAYS["Inventaire"])
    held = {each: stack.quantity for each, stack in state.stacks.items()}
    assert held == {"potion": 1, "axe": 1}
    assert state.worn == {}


def test_a_world_and_a_fight_start_empty() -> None:
    assert WORLD.initial == w.World()
    assert FIGHT.initial == f.Fight()
