"""Commands of which many fit the state, and some are wrong: few ids, numbers around the bounds."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from domains.game import fight_actions as act
from domains.game.fight import BeginTurn, Fight, StartFight, StopFight
from domains.game.market import CancelOrder, Market, PlaceBuy, PlaceSell
from domains.game.npc import ChangeReputation, CreateNpc, Npc, OpenTrade, Speak
from domains.game.player import (
    BASE_STATS,
    ChangeClass,
    CreatePlayer,
    GainExperience,
    Player,
    SpendStatPoints,
)
from domains.game.quest import (
    AcceptQuest,
    ClaimReward,
    CompleteQuest,
    CreateQuest,
    FailQuest,
    ProgressObjective,
    Quest,
)
from domains.game.skill import ImproveSkill, LearnSkill, Skill, UseSkill
from domains.game.world import (
    DefeatBoss,
    DiscoverZone,
    RegenerateResource,
    TriggerWorldEvent,
    World,
)
from headrace.events import game

START = datetime(2024, 1, 15, 14, 30, tzinfo=UTC)
ids = st.sampled_from([f"123e4567-e89b-12d3-a456-42661417400{n}" for n in range(4)])
names = st.sampled_from(["Aventurier", "É", "x" * 100, "", " ", "x" * 501, "a\0b"])
good_names = st.sampled_from(["Aventurier", "É"])
times = st.integers(0, 400).map(lambda minutes: START + timedelta(minutes=minutes))
any_time = times | st.just(datetime(9999, 12, 31, 23, 59, tzinfo=UTC))


def one_of(literal: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(get_args(literal))


def counts(*odd: int) -> st.SearchStrategy[int]:
    """Small numbers mostly, at times 0, below, or one of the odd ones."""
    return st.integers(1, 9) | st.sampled_from([0, -1, *odd])


def player(state: Player) -> st.SearchStrategy[Any]:
    classes = st.sampled_from(sorted(BASE_STATS))
    create = st.builds(CreatePlayer, username=names | good_names, player_class=classes)
    amounts = counts(100, 700, 9_000, 100_000, 100_001)
    source = one_of(game.ExperienceSource)
    points = st.integers(-1, 9)
    return st.one_of(
        create,
        st.builds(GainExperience, amount=amounts, source=source),
        st.builds(SpendStatPoints, health=points, mana=points, stamina=points),
        st.builds(ChangeClass, player_class=classes),
    )


def fight(state: Fight) -> st.SearchStrategy[Any]:
    fighter = st.builds(
        game.Fighter,
        fighter_id=ids,
        team=st.integers(1, 3),
        health=st.integers(0, 40),
        max_health=st.integers(20, 60),
    )
    fighters = st.lists(fighter, min_size=2, max_size=4, unique_by=lambda each: each.fighter_id)
    start = st.builds(StartFight, zone_id=good_names, fighters=fighters.map(tuple))
    if state.status == "none":
        return start | st.builds(BeginTurn)
    if not state.turn_open:
        wrong = st.builds(act.Pass, fighter_id=ids) | (start if state.turn > 3 else st.nothing())
        return st.builds(BeginTurn) | st.builds(BeginTurn) | wrong
    actor = st.just(state.current) | ids
    power = counts(10_000, 10_001)
    blow = st.builds(act.Attack, fighter_id=actor, target_id=ids, power=power)
    cast = st.builds(
        act.Cast,
        fighter_id=actor,
        target_id=ids,
        effect=one_of(game.StatusEffect),
        turns=counts(11),
    )
    return st.one_of(
        *(blow, blow, cast, cast),
        st.builds(act.Heal, fighter_id=actor, target_id=ids, power=power),
        st.builds(act.Defend, fighter_id=actor),
        st.builds(act.Pass, fighter_id=actor),
        st.builds(BeginTurn),
        st.builds(act.Flee, fighter_id=actor) if state.turn > 6 else blow,
        st.builds(StopFight) if state.turn > 12 else blow,
    )


def quest(state: Quest) -> st.SearchStrategy[Any]:
    objective_ids = st.sampled_from(["wolves", "herbs", "bridge"])
    objective = st.builds(
        game.Objective,
        objective_id=objective_ids,
        description=good_names,
        target=st.sampled_from([0, 1, 2, 5]),
    )
    reward = st.builds(
        game.Reward,
        experience=counts(0),
        gold=counts(0),
        item_ids=st.lists(ids, max_size=2),
    )
    create = st.builds(
        CreateQuest,
        title=names | good_names,
        objectives=st.lists(objective, max_size=3).map(tuple),
        reward=reward,
        required_level=st.integers(1, 3),
        time_limit_seconds=st.sampled_from([None, None, 0, 7_200]),
    )
    if state.status == "none":
        return create
    accept = st.builds(AcceptQuest, player_id=ids, player_level=st.integers(1, 5), at=any_time)
    if state.status == "open":
        soon = st.builds(AcceptQuest, player_id=ids, player_level=st.just(5), at=st.just(START))
        return create | accept | soon | soon
    since = state.accepted_at or START
    at = st.integers(-1, 50).map(lambda seconds: since + timedelta(seconds=seconds))
    hold = st.sampled_from([each.objective_id for each in state.objectives]) | objective_ids
    step = st.builds(ProgressObjective, objective_id=hold, amount=counts(), at=at)
    complete = st.builds(CompleteQuest, at=at | times)
    claim = st.builds(ClaimReward, player_id=st.just(state.player_id) | ids)
    if state.status == "accepted":
        fail = st.builds(FailQuest, reason=one_of(game.QuestFailure), at=times)
        return st.one_of(accept, claim, complete, complete, fail, *[step] * 8)
    return st.one_of(create, accept, complete, step, claim)


def skill(state: Skill) -> st.SearchStrategy[Any]:
    learn = st.builds(
        LearnSkill,
        player_id=ids,
        name=names | good_names,
        max_rank=st.sampled_from([0, 1, 3, 21]),
        mana_cost=counts(10_001),
        cooldown_millis=st.sampled_from([-1, 0, 1, 900_000]),
    )
    if state.rank == 0:
        return learn
    after = state.ready_at or state.used_at or START
    ready = st.integers(-1, 3).map(lambda seconds: after + timedelta(seconds=seconds))
    mana = st.integers(-1, 12)
    target = st.none() | ids
    return st.one_of(
        learn,
        st.builds(UseSkill, mana=st.just(100), at=ready, target_id=target),
        st.builds(UseSkill, mana=mana, at=ready | any_time, target_id=target),
        st.builds(ImproveSkill),
    )


def npc(state: Npc) -> st.SearchStrategy[Any]:
    roles = st.just("merchant") | one_of(game.NpcRole)
    create = st.builds(CreateNpc, name=names | good_names, role=roles, zone_id=good_names)
    change = st.builds(
        ChangeReputation,
        player_id=ids,
        change=st.integers(-51, 51),
        reason=one_of(game.ReputationReason),
    )
    return st.one_of(
        create,
        change,
        change,
        st.builds(Speak, player_id=ids, dialogue_id=names),
        st.builds(OpenTrade, player_id=ids),
    )


def market(state: Market) -> st.SearchStrategy[Any]:
    order = {
        "order_id": st.uuids(version=4).map(str) | ids,
        "item_id": st.just("a") if state.item_id else st.sampled_from(["a", "b"]),
        "quantity": counts(1_000_000, 1_000_001),
        "unit_price": st.integers(0, 6),
    }
    there = [(each.order_id, each.player_id) for each in (*state.sells, *state.buys)]
    place = st.builds(PlaceSell, seller_id=ids, **order) | st.builds(
        PlaceBuy, buyer_id=ids, **order
    )
    cancel = st.builds(CancelOrder, order_id=ids, player_id=ids)
    if there:
        cancel |= st.sampled_from(there).map(
            lambda each: CancelOrder(order_id=each[0], player_id=each[1])
        )
    return place | place | cancel


def world(state: World) -> st.SearchStrategy[Any]:
    zones = st.sampled_from(["foret", "village", ""])
    victors = st.lists(ids, max_size=3).map(tuple)
    bosses = st.sampled_from(["loup", "dragon"])
    later = st.integers(0, 4).map(lambda days: START + timedelta(days=days))
    return st.one_of(
        st.builds(
            TriggerWorldEvent,
            name=good_names,
            kind=one_of(game.WorldEventKind),
            starts_at=later,
            ends_at=later | any_time,
        ),
        st.builds(DiscoverZone, zone_id=zones, name=names | good_names, player_id=ids),
        st.builds(
            DefeatBoss, boss_id=bosses, zone_id=zones, player_ids=victors, at=later | any_time
        ),
        st.builds(
            RegenerateResource,
            zone_id=zones,
            resource=st.sampled_from(["bois", "fer"]),
            amount=counts(700, 1_000, 1_001),
        ),
    )
