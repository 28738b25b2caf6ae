"""What holds of each aggregate's state and history, said again without its code."""

from collections import Counter
from datetime import datetime, timedelta

from domains.game.equipment import Equipment
from domains.game.fight import Fight
from domains.game.inventory import Inventory
from domains.game.item import Item
from domains.game.market import Market
from domains.game.npc import Npc
from domains.game.player import BASE_STATS, Player
from domains.game.quest import Quest
from domains.game.skill import Skill
from domains.game.world import World
from headrace.events import TypedEvent, game
from tests.unit.game.machine import of_type

RARITIES = ("common", "uncommon", "rare", "epic", "legendary")


def at_most_once(events: list[TypedEvent], *types: type[TypedEvent]) -> bool:
    return len(list(of_type(events, *types))) <= 1


def nothing_after(events: list[TypedEvent], last: type[TypedEvent]) -> bool:
    return not any(isinstance(each, last) for each in events[:-1])


def player(state: Player, events: list[TypedEvent]) -> None:
    assert at_most_once(events, game.JoueurCree)
    assert not events or isinstance(events[0], game.JoueurCree)
    assert state.experience == sum(e.amount for e in of_type(events, game.ExperienceGagnee))
    levels = [n for n in range(1, 101) if state.experience >= 50 * n * (n - 1)]
    assert state.level == max(levels)
    reached = [each.level for each in of_type(events, game.NiveauAtteint)]
    assert reached == list(range(2, state.level + 1))
    if state.created:
        base, now = BASE_STATS[state.player_class], state.stats
        raised = (now.health - base.health, now.mana - base.mana, now.stamina - base.stamina)
        assert min(raised) >= 0
        assert min(state.stat_points, 0) == 0
        assert sum(raised) + state.stat_points == 5 * (state.level - 1)


def fight(state: Fight, events: list[TypedEvent]) -> None:
    assert at_most_once(events, game.CombatDemarre)
    assert nothing_after(events, game.CombatTermine)
    assert (state.status == "ended") == any(of_type(events, game.CombatTermine))
    standing = {each.team for each in state.fighters.values() if each.standing}
    assert len(standing) >= 2 or state.status != "running"
    for fighter in state.fighters.values():
        assert 0 <= fighter.health <= fighter.max_health
        assert all(turns >= 0 for turns in fighter.effects.values())
    for fighter_id, fighter in state.fighters.items():
        if not (state.turn_open and fighter_id == state.current) and fighter.standing:
            assert 0 not in fighter.effects.values()
    if state.turn_open and state.current:
        assert state.fighters[state.current].standing
    turns = [each.turn for each in of_type(events, game.TourDebute)]
    assert turns == list(range(1, state.turn + 1))
    acted = [each.turn for each in of_type(events, game.ActionExecutee)]
    assert sorted(set(acted)) == acted
    for end in of_type(events, game.CombatTermine):
        if end.outcome == "victory":
            assert standing == ({end.winning_team} - {None})
    _health_adds_up(state, events)


def _health_adds_up(state: Fight, events: list[TypedEvent]) -> None:
    health: Counter[str] = Counter()
    for start in of_type(events, game.CombatDemarre):
        health.update({each.fighter_id: each.health for each in start.fighters})
    for hurt in of_type(events, game.DegatsInfliges):
        assert hurt.amount > 0
        health[hurt.target_id] -= hurt.amount
    for healed in of_type(events, game.SoinsRecus):
        assert healed.amount > 0
        health[healed.target_id] += healed.amount
    assert health == {each: fighter.health for each, fighter in state.fighters.items()}


def inventory(state: Inventory, events: list[TypedEvent]) -> None:
    assert len(state.stacks) <= state.capacity <= 200
    assert all(1 <= each.quantity <= 9_999 for each in state.stacks.values())
    assert len(set(state.worn.values())) == len(state.worn)
    for slot, item_id in state.worn.items():
        assert state.stacks[item_id].item.slot == slot
    assert all(e.quantity == 1 for e in state.stacks.values() if e.item.slot is not None)
    held: Counter[str] = Counter()
    for event in events:
        match event:
            case game.ItemAjoute():
                held[event.item.item_id] += event.quantity
            case game.ItemRetire() | game.ItemUtilise():
                held[event.item_id] -= event.quantity
            case game.ItemEchange():
                sign = 1 if event.direction == "received" else -1
                held[event.item.item_id] += sign * event.quantity
            case _:
                pass
    assert +held == {each: stack.quantity for each, stack in state.stacks.items()}
    assert min(held.values(), default=0) >= 0


def item(state: Item, events: list[TypedEvent]) -> None:
    assert at_most_once(events, game.ItemCree)
    assert nothing_after(events, game.ItemDetruit)
    named = of_type(events, game.ItemCree, game.ItemModifie)
    ranks = [RARITIES.index(each.rarity) for each in named]
    assert ranks == sorted(ranks)
    assert len(state.properties) <= 16
    assert all(abs(value) <= 1_000_000 for value in state.properties.values())
    if state.status != "none":
        assert 1 <= len(state.name) <= 100
        assert 1 <= state.required_level <= 100
    for change in of_type(events, game.ProprietesModifiees):
        assert change.changed or change.removed


def equipment(state: Equipment, events: list[TypedEvent]) -> None:
    assert at_most_once(events, game.EquipementCree)
    if state.item_id is None:
        return
    assert 0 < state.durability <= state.max_durability
    assert 0 <= state.level <= 10
    kinds = [each.kind for each in state.enchantments]
    assert len(set(kinds)) == len(kinds) <= 1 + state.level // 3
    upgrades = len(list(of_type(events, game.EquipementAmeliore)))
    repaired = sum(each.restored for each in of_type(events, game.EquipementRepare))
    worn = 10 * upgrades + 5 * len(kinds)
    assert state.durability == state.max_durability - worn + repaired
    assert upgrades == state.level


def quest(state: Quest, events: list[TypedEvent]) -> None:
    assert at_most_once(events, game.QueteCreee)
    assert at_most_once(events, game.QueteAcceptee)
    assert at_most_once(events, game.QueteTerminee, game.QueteEchouee)
    assert at_most_once(events, game.RecompenseObtenue)
    assert nothing_after(events, game.RecompenseObtenue)
    assert nothing_after(events, game.QueteEchouee)
    progress: Counter[str] = Counter()
    for each in of_type(events, game.ObjectifProgresse):
        progress[each.objective_id] += each.amount
    assert dict(progress) == state.progress
    target = {each.objective_id: each.target for each in state.objectives}
    assert all(done <= target[each] for each, done in progress.items())
    complete = {each for each in target if progress[each] == target[each]}
    told = [each.objective_id for each in of_type(events, game.ObjectifComplete)]
    assert len(told) == len(set(told))
    assert set(told) == complete
    if state.status in {"completed", "rewarded"}:
        assert complete == set(target)
        (end,) = of_type(events, game.QueteTerminee)
        done_at = datetime.fromisoformat(end.completed_at)
        assert state.deadline_at is None or done_at <= state.deadline_at
        assert state.accepted_at is not None
        assert done_at >= state.accepted_at
    for reward in of_type(events, game.RecompenseObtenue):
        assert (reward.player_id, reward.reward) == (state.player_id, state.reward)


def skill(state: Skill, events: list[TypedEvent]) -> None:
    assert at_most_once(events, game.CompetenceAprise)
    assert 0 <= state.rank <= state.max_rank
    cooldown, rest, used_before, uses = 0, 0, None, 0
    for event in events:
        match event:
            case game.CompetenceAprise() | game.CompetenceAmelioree():
                assert event.rank == 1 or uses >= 3 * (event.rank - 1)
                cooldown, uses = event.cooldown_millis, 0
            case game.CompetenceUtilisee():
                used_at, uses = datetime.fromisoformat(event.used_at), uses + 1
                if used_before is not None:
                    assert used_at - used_before >= timedelta(milliseconds=rest)
                used_before, rest = used_at, cooldown
            case _:
                pass
    assert state.uses == uses
    assert state.cooldown_millis == cooldown


def npc(state: Npc, events: list[TypedEvent]) -> None:
    assert at_most_once(events, game.PNJCree)
    thinks: Counter[str] = Counter()
    for event in events:
        match event:
            case game.ReputationModifiee():
                thinks[event.player_id] += event.change
                assert event.change != 0
            case game.DialogueDeclenche():
                assert event.reputation == thinks[event.player_id] > -75
            case game.CommerceOuvert():
                assert state.role == "merchant"
                assert thinks[event.player_id] > -50
                assert 80 <= event.price_percent <= 109
            case _:
                pass
    assert all(-100 <= each <= 100 for each in thinks.values())
    assert {each: thinks[each] for each in state.reputation} == state.reputation


def market(state: Market, events: list[TypedEvent]) -> None:
    if state.sells and state.buys:
        assert state.sells[0].unit_price > state.buys[0].unit_price
    prices = [each.unit_price for each in state.sells]
    assert prices == sorted(prices)
    prices = [each.unit_price for each in state.buys]
    assert prices == sorted(prices, reverse=True)
    open_orders = (*state.sells, *state.buys)
    assert len({each.order_id for each in open_orders}) == len(open_orders)
    left: Counter[str] = Counter()
    asked: dict[str, int] = {}
    last = None
    for event in events:
        match event:
            case game.OrdreVenteCree() | game.OrdreAchatCree():
                assert left[event.order_id] == 0
                left[event.order_id] = event.quantity
                asked[event.order_id] = event.unit_price
            case game.TransactionExecutee():
                assert event.seller_id != event.buyer_id
                assert event.quantity > 0
                assert event.total == event.quantity * event.unit_price
                sell, buy = asked[event.sell_order_id], asked[event.buy_order_id]
                assert sell <= event.unit_price <= buy
                left[event.sell_order_id] -= event.quantity
                left[event.buy_order_id] -= event.quantity
                last = event.unit_price
            case game.OrdreCancelled():
                assert left[event.order_id] == event.remaining
                left[event.order_id] = 0
            case _:
                pass
    assert +left == {each.order_id: each.remaining for each in open_orders}
    assert min(left.values(), default=0) >= 0
    assert state.price == last


def world(state: World, events: list[TypedEvent]) -> None:
    found = [each.zone_id for each in of_type(events, game.ZoneDecouverte)]
    assert len(set(found)) == len(found)
    assert set(found) == state.zones.keys()
    back: dict[str, datetime] = {}
    homes: dict[str, str] = {}
    for beaten in of_type(events, game.BossVaincu):
        at = datetime.fromisoformat(beaten.defeated_at)
        assert back.get(beaten.boss_id, at) <= at
        back[beaten.boss_id] = datetime.fromisoformat(beaten.respawn_at)
        assert homes.setdefault(beaten.boss_id, beaten.zone_id) == beaten.zone_id
        assert back[beaten.boss_id] - at == timedelta(hours=24)
    assert {each: boss.respawn_at for each, boss in state.bosses.items()} == back
    assert {boss.zone_id for boss in state.bosses.values()} <= state.zones.keys()
    ends: dict[str, datetime] = {}
    for event in of_type(events, game.EvenementMondialDeclenche):
        starts = datetime.fromisoformat(event.starts_at)
        assert ends.get(event.name, starts) <= starts
        ends[event.name] = datetime.fromisoformat(event.ends_at)
        assert starts < ends[event.name]
    for zone in state.zones.values():
        assert all(0 <= there <= 1_000 for there in zone.resources.values())
