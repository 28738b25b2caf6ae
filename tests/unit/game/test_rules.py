"""Each rule refuses what it is there for, under its name."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domains.game import (
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
from headrace.aggregate import Aggregate
from headrace.events import game
from tests.unit.game.playing import refusal

AT = datetime(2024, 1, 15, 14, 30, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LONG = "x" * 501

HERO = p.CreatePlayer(username="Aventurier", player_class="Guerrier")
TWO = (
    game.Fighter(fighter_id="a", team=1, health=20, max_health=20),
    game.Fighter(fighter_id="b", team=2, health=20, max_health=20),
)
CROWD = tuple(replace(TWO[at % 2], fighter_id=str(at)) for at in range(41))
BATTLE = f.StartFight(zone_id="foret", fighters=TWO)
TURN = f.BeginTurn()
STUN = act.Cast(fighter_id="a", target_id="b", effect="stun", turns=2)
SWORD = game.HeldItem(item_id="sword", name="Épée", slot="main_hand", consumable=False)
AXE = replace(SWORD, item_id="axe", name="Hache")
POTION = game.HeldItem(item_id="potion", name="Potion", slot=None, consumable=True)
GOT_SWORD, GOT_POTIONS = inv.AddItem(item=SWORD), inv.AddItem(item=POTION, quantity=3)
WEAR = inv.EquipItem(item_id="sword")
MADE = i.CreateItem(name="Épée", kind="weapon", rarity="rare", properties={"damage": 3})
PIECE = e.CreateEquipment(item_id="sword", slot="main_hand", max_durability=25)
FIRE = game.Enchantment(kind="fire", power=2)
WOLVES = game.Objective(objective_id="wolves", description="Défaire les loups", target=2)
REWARD = game.Reward(experience=100, gold=5, item_ids=[])
OFFER = q.CreateQuest(
    title="Les loups", objectives=(WOLVES,), reward=REWARD, required_level=5, time_limit_seconds=60
)
TAKEN = q.AcceptQuest(player_id="a", player_level=5, at=AT)
WON = q.ProgressObjective(objective_id="wolves", amount=2, at=AT)
DONE = q.CompleteQuest(at=AT)
LEARNT = s.LearnSkill(player_id="a", name="Feu", max_rank=2, mana_cost=5, cooldown_millis=1_000)
USED = s.UseSkill(mana=5, at=AT)
MERCHANT = n.CreateNpc(name="Aldric", role="merchant", zone_id="village")
GUARD = replace(MERCHANT, role="guard")
WORSE = n.ChangeReputation(player_id="a", change=-50, reason="theft")
SELL = m.PlaceSell(order_id="s", seller_id="a", item_id="bois", quantity=3, unit_price=5)
BUY = m.PlaceBuy(order_id="b", buyer_id="b", item_id="bois", quantity=3, unit_price=4)
FOUND = w.DiscoverZone(zone_id="foret", name="La forêt", player_id="a")
BEATEN = w.DefeatBoss(boss_id="loup", zone_id="foret", player_ids=("a",), at=AT)
FEAST = w.TriggerWorldEvent(name="Fête", kind="festival", starts_at=AT, ends_at=AT + DAY)
GROWN = w.RegenerateResource(zone_id="foret", resource="bois", amount=5)

REFUSALS: dict[Aggregate[Any], list[tuple[str, Sequence[Any]]]] = {
    PLAYER: [
        ("created_once", [HERO, HERO]),
        ("created", [p.GainExperience(amount=1, source="fight")]),
        ("created", [p.SpendStatPoints(health=1)]),
        ("created", [p.ChangeClass(player_class="Mage")]),
        ("text", [replace(HERO, username=" ")]),
        ("text", [replace(HERO, username="x" * 31)]),
        ("text", [replace(HERO, username="a\0")]),
        ("range", [HERO, p.GainExperience(amount=0, source="fight")]),
        ("range", [HERO, p.GainExperience(amount=100_001, source="fight")]),
        ("points_available", [HERO, p.SpendStatPoints(health=1)]),
        ("points_positive", [HERO, p.SpendStatPoints(health=1, mana=-1)]),
        ("points_positive", [HERO, p.SpendStatPoints()]),
        ("class_change_level", [HERO, p.ChangeClass(player_class="Mage")]),
        (
            "another_class",
            [
                HERO,
                p.GainExperience(amount=4_500, source="quest"),
                p.ChangeClass(player_class="Guerrier"),
            ],
        ),
    ],
    FIGHT: [
        ("running", [TURN]),
        ("started_once", [BATTLE, BATTLE]),
        ("text", [replace(BATTLE, zone_id="")]),
        ("fighters", [replace(BATTLE, fighters=TWO[:1])]),
        ("fighters", [replace(BATTLE, fighters=(TWO[0], replace(TWO[0], team=2)))]),
        ("fighters", [replace(BATTLE, fighters=TWO * 2)]),
        ("fighters", [replace(BATTLE, fighters=CROWD)]),
        ("range", [replace(BATTLE, fighters=(TWO[0], replace(TWO[1], health=21)))]),
        ("range", [replace(BATTLE, fighters=(TWO[0], replace(TWO[1], health=0)))]),
        ("range", [replace(BATTLE, fighters=(TWO[0], replace(TWO[1], team=0)))]),
        ("range", [replace(BATTLE, fighters=(TWO[0], replace(TWO[1], max_health=2_000_000)))]),
        ("turn_open", [BATTLE, TURN, TURN]),
        ("own_turn", [BATTLE, act.Pass(fighter_id="a")]),
        ("own_turn", [BATTLE, TURN, act.Pass(fighter_id="b")]),
        ("own_turn", [BATTLE, TURN, act.Pass(fighter_id="a"), act.Pass(fighter_id="a")]),
        ("target", [BATTLE, TURN, act.Attack(fighter_id="a", target_id="c", power=1)]),
        ("target_side", [BATTLE, TURN, act.Attack(fighter_id="a", target_id="a", power=1)]),
        ("target_side", [BATTLE, TURN, act.Heal(fighter_id="a", target_id="b", power=1)]),
        ("target_side", [BATTLE, TURN, replace(STUN, effect="shield")]),
        ("wounded", [BATTLE, TURN, act.Heal(fighter_id="a", target_id="a", power=1)]),
        ("range", [BATTLE, TURN, act.Attack(fighter_id="a", target_id="b", power=0)]),
        ("range", [BATTLE, TURN, act.Heal(fighter_id="a", target_id="a", power=10_001)]),
        ("range", [BATTLE, TURN, replace(STUN, turns=11)]),
        ("stunned", [BATTLE, TURN, STUN, TURN, act.Defend(fighter_id="b")]),
        ("running", [BATTLE, TURN, act.Flee(fighter_id="a"), TURN]),
        ("running", [BATTLE, f.StopFight(), f.StopFight()]),
        ("running", [BATTLE, TURN, f.StopFight(), act.Pass(fighter_id="a")]),
    ],
    INVENTORY: [
        ("held", [WEAR]),
        ("equipped_once", [GOT_SWORD, WEAR, WEAR]),
        ("slot_free", [GOT_SWORD, inv.AddItem(item=AXE), WEAR, inv.EquipItem(item_id="axe")]),
        ("wearable", [GOT_POTIONS, inv.EquipItem(item_id="potion")]),
        ("wearable", [inv.AddItem(item=replace(SWORD, consumable=True))]),
        ("worn", [inv.UnequipItem(slot="head")]),
        ("not_worn", [GOT_SWORD, WEAR, inv.RemoveItem(item_id="sword", quantity=1, reason="sold")]),
        (
            "not_worn",
            [
                GOT_SWORD,
                WEAR,
                inv.GiveItem(trade_id="t", partner_inventory_id="i", item_id="sword"),
            ],
        ),
        ("enough", [GOT_POTIONS, inv.UseItem(item_id="potion", quantity=4)]),
        ("range", [GOT_POTIONS, inv.UseItem(item_id="potion", quantity=-1)]),
        ("consumable", [GOT_SWORD, inv.UseItem(item_id="sword")]),
        ("unique", [GOT_SWORD, GOT_SWORD]),
        ("range", [inv.AddItem(item=SWORD, quantity=2)]),
        ("same_item", [GOT_POTIONS, inv.AddItem(item=replace(POTION, name="Eau"))]),
        ("text", [inv.AddItem(item=replace(POTION, name=""))]),
        ("stack", [GOT_POTIONS, inv.AddItem(item=POTION, quantity=9_999)]),
        ("room", [GOT_SWORD, inv.ChangeCapacity(capacity=1), GOT_POTIONS]),
        ("room", [GOT_SWORD, GOT_POTIONS, inv.ChangeCapacity(capacity=1)]),
        ("range", [inv.ChangeCapacity(capacity=201)]),
    ],
    ITEM: [
        ("created", [i.DestroyItem(reason="broken")]),
        ("created_once", [MADE, MADE]),
        ("text", [replace(MADE, name="")]),
        ("text", [MADE, i.ModifyItem(name=LONG)]),
        ("range", [MADE, i.ModifyItem(required_level=0)]),
        ("range", [replace(MADE, properties={"damage": 1_000_001})]),
        ("text", [replace(MADE, properties={"": 1})]),
        ("properties", [MADE, i.ChangeProperties(changes={f"p{at}": 1 for at in range(16)})]),
        ("rarity_rises", [MADE, i.ModifyItem(rarity="common")]),
        ("known_property", [MADE, i.ChangeProperties(removals=frozenset({"range"}))]),
        (
            "one_change",
            [MADE, i.ChangeProperties(changes={"damage": 4}, removals=frozenset({"damage"}))],
        ),
        ("not_destroyed", [MADE, i.DestroyItem(reason="broken"), i.ModifyItem(name="Lame")]),
        ("quest_item", [replace(MADE, kind="quest"), i.DestroyItem(reason="broken")]),
    ],
    EQUIPMENT: [
        ("created", [e.UpgradeEquipment()]),
        ("created", [e.RepairEquipment(points=1)]),
        ("created", [e.Enchant(enchantments=(FIRE,))]),
        ("created_once", [PIECE, PIECE]),
        ("range", [replace(PIECE, max_durability=0)]),
        ("durable", [PIECE, e.UpgradeEquipment(), e.UpgradeEquipment(), e.UpgradeEquipment()]),
        ("durable", [replace(PIECE, max_durability=5), e.Enchant(enchantments=(FIRE,))]),
        ("damaged", [PIECE, e.RepairEquipment(points=1)]),
        ("range", [PIECE, e.UpgradeEquipment(), e.RepairEquipment(points=0)]),
        ("max_level", [replace(PIECE, max_durability=200), *[e.UpgradeEquipment()] * 11]),
        ("places", [PIECE, e.Enchant(enchantments=(FIRE, replace(FIRE, kind="frost")))]),
        ("enchanted_once", [PIECE, e.Enchant(enchantments=(FIRE, FIRE))]),
        ("some_enchantment", [PIECE, e.Enchant(enchantments=())]),
        ("range", [PIECE, e.Enchant(enchantments=(replace(FIRE, power=11),))]),
    ],
    QUEST: [
        ("open", [TAKEN]),
        ("created_once", [OFFER, OFFER]),
        ("text", [replace(OFFER, title="")]),
        ("range", [replace(OFFER, objectives=())]),
        ("objectives", [replace(OFFER, objectives=(WOLVES, WOLVES))]),
        ("range", [replace(OFFER, objectives=(replace(WOLVES, target=0),))]),
        ("text", [replace(OFFER, objectives=(replace(WOLVES, objective_id=""),))]),
        ("text", [replace(OFFER, objectives=(replace(WOLVES, description=LONG),))]),
        ("range", [replace(OFFER, reward=replace(REWARD, gold=-1))]),
        ("range", [replace(OFFER, reward=replace(REWARD, experience=-1))]),
        ("range", [replace(OFFER, time_limit_seconds=0)]),
        ("range", [replace(OFFER, required_level=0)]),
        ("level", [OFFER, replace(TAKEN, player_level=4)]),
        ("open", [OFFER, TAKEN, TAKEN]),
        ("calendar", [OFFER, replace(TAKEN, at=datetime.max.replace(tzinfo=UTC))]),
        ("accepted", [OFFER, WON]),
        ("in_order", [OFFER, TAKEN, replace(WON, at=AT - HOUR)]),
        ("in_time", [OFFER, TAKEN, replace(WON, at=AT + HOUR)]),
        ("in_time", [OFFER, TAKEN, WON, replace(DONE, at=AT + HOUR)]),
        ("range", [OFFER, TAKEN, replace(WON, amount=0)]),
        ("objective", [OFFER, TAKEN, replace(WON, objective_id="bridge")]),
        ("objective_open", [OFFER, TAKEN, WON, WON]),
        ("objectives_complete", [OFFER, TAKEN, replace(WON, amount=1), DONE]),
        ("deadline", [OFFER, TAKEN, q.FailQuest(reason="deadline", at=AT)]),
        ("accepted", [OFFER, TAKEN, WON, DONE, q.FailQuest(reason="abandoned", at=AT)]),
        ("completed", [OFFER, TAKEN, WON, q.ClaimReward(player_id="a")]),
        ("own_quest", [OFFER, TAKEN, WON, DONE, q.ClaimReward(player_id="b")]),
        ("rewarded_once", [OFFER, TAKEN, WON, DONE, *[q.ClaimReward(player_id="a")] * 2]),
    ],
    SKILL: [
        ("learnt", [USED]),
        ("learnt", [s.ImproveSkill()]),
        ("learnt_once", [LEARNT, LEARNT]),
        ("text", [replace(LEARNT, name="")]),
        ("range", [replace(LEARNT, max_rank=0)]),
        ("range", [replace(LEARNT, mana_cost=-1)]),
        ("range", [replace(LEARNT, cooldown_millis=-1)]),
        ("mana", [LEARNT, replace(USED, mana=4)]),
        ("on_cooldown", [LEARNT, USED, replace(USED, at=AT + timedelta(milliseconds=999))]),
        ("in_order", [replace(LEARNT, cooldown_millis=0), USED, replace(USED, at=AT - HOUR)]),
        ("calendar", [LEARNT, replace(USED, at=datetime.max.replace(tzinfo=UTC))]),
        ("practice", [LEARNT, USED, s.ImproveSkill()]),
        ("max_rank", [replace(LEARNT, max_rank=1), s.ImproveSkill()]),
    ],
    NPC: [
        ("created", [n.Speak(player_id="a", dialogue_id="hello")]),
        ("created_once", [MERCHANT, MERCHANT]),
        ("text", [replace(MERCHANT, name="")]),
        ("text", [replace(MERCHANT, zone_id="")]),
        ("text", [MERCHANT, n.Speak(player_id="a", dialogue_id="")]),
        ("speaks", [MERCHANT, WORSE, WORSE, n.Speak(player_id="a", dialogue_id="hello")]),
        ("trades", [MERCHANT, WORSE, n.OpenTrade(player_id="a")]),
        ("merchant", [GUARD, n.OpenTrade(player_id="a")]),
        ("range", [MERCHANT, replace(WORSE, change=-51)]),
    ],
    MARKET: [
        ("item", [SELL, replace(BUY, item_id="fer")]),
        ("placed_once", [SELL, SELL]),
        ("placed_once", [SELL, replace(BUY, order_id="s")]),
        ("own_trade", [SELL, replace(BUY, buyer_id="a", unit_price=5)]),
        ("own_trade", [BUY, replace(SELL, seller_id="b", unit_price=4)]),
        ("range", [replace(SELL, quantity=0)]),
        ("range", [replace(BUY, unit_price=0)]),
        ("open_order", [m.CancelOrder(order_id="s", player_id="a")]),
        ("own_order", [SELL, m.CancelOrder(order_id="s", player_id="b")]),
    ],
    WORLD: [
        ("discovered_once", [FOUND, FOUND]),
        ("text", [replace(FOUND, zone_id="")]),
        ("text", [replace(FOUND, name=LONG)]),
        ("discovered", [BEATEN]),
        ("discovered", [GROWN]),
        ("text", [FOUND, replace(BEATEN, boss_id="")]),
        ("range", [FOUND, replace(BEATEN, player_ids=())]),
        ("victors", [FOUND, replace(BEATEN, player_ids=("a", "a"))]),
        ("boss_alive", [FOUND, BEATEN, replace(BEATEN, at=AT + DAY - HOUR)]),
        (
            "boss_zone",
            [FOUND, BEATEN, replace(FOUND, zone_id="mer"), replace(BEATEN, zone_id="mer")],
        ),
        ("calendar", [FOUND, replace(BEATEN, at=datetime.max.replace(tzinfo=UTC))]),
        ("text", [FOUND, replace(GROWN, resource="")]),
        ("range", [FOUND, replace(GROWN, amount=0)]),
        ("text", [replace(FEAST, name="")]),
        ("duration", [replace(FEAST, ends_at=AT)]),
        ("duration", [replace(FEAST, ends_at=AT + 91 * DAY)]),
        ("one_at_a_time", [FEAST, replace(FEAST, starts_at=AT + HOUR)]),
    ],
}


@pytest.mark.parametrize(
    ("aggregate", "rule", "commands"),
    [
        pytest.param(aggregate, *case, id=f"{aggregate.name}-{at}-{case[0]}")
        for aggregate, cases in REFUSALS.items()
        for at, case in enumerate(cases)
    ],
)
def test_a_rule_refuses_what_it_is_there_for(
    aggregate: Aggregate[Any], rule: str, commands: Sequence[Any]
) -> None:
    assert refusal(aggregate, *commands) == rule
