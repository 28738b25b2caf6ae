"""Fights, turn by turn, until one side stands no more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from domains.game import FIGHT
from domains.game.fight import BeginTurn, Fight, StartFight, StopFight
from domains.game.fight_actions import Attack, Cast, Defend, Pass
from examples.game.game import Game
from headrace.events.game import Fighter

MAX_TURNS = 60


@dataclass(frozen=True, slots=True)
class Foe:
    """Whom heroes fight against."""

    name: str
    health: int
    power: int


WOLF, DRAGON = Foe("loup", 40, 9), Foe("dragon", 450, 25)


async def fight(game: Game, zone_id: str, heroes: Sequence[Fighter], foe: Foe) -> Fight:
    """The fight at its end."""
    fight_id = uuid4()
    beast = Fighter(fighter_id=foe.name, team=2, health=foe.health, max_health=foe.health)
    start = StartFight(zone_id=zone_id, fighters=(*heroes, beast))
    state = await _next(game, fight_id, start)
    while state.status == "running" and state.turn < MAX_TURNS:
        state = await _next(game, fight_id, BeginTurn())
        if state.status == "running" and state.turn_open:
            state = await _next(game, fight_id, _action(state, foe))
    if state.status == "running":
        state = await _next(game, fight_id, StopFight())
    return state


async def _next(game: Game, fight_id: UUID, command: Any) -> Fight:
    loaded = await game.act(FIGHT, fight_id, command)
    return loaded.state if loaded else await game.state(FIGHT, fight_id)


def _action(state: Fight, foe: Foe) -> Attack | Cast | Defend | Pass:
    """Of whose turn it is: the beast bites the weakest, a hero poisons it and then strikes."""
    actor = state.current or ""
    me = state.fighters[actor]
    if "stun" in me.effects:
        return Pass(fighter_id=actor)
    others = {name: each for name, each in state.fighters.items() if each.team != me.team}
    standing = {name: each for name, each in others.items() if each.standing}
    target = min(standing, key=lambda name: (standing[name].health, name))
    if actor == foe.name:
        return Attack(fighter_id=actor, target_id=target, power=foe.power)
    if "poison" not in standing[target].effects:
        return Cast(fighter_id=actor, target_id=target, effect="poison", turns=3)
    if me.health * 4 < me.max_health and "shield" not in me.effects:
        return Defend(fighter_id=actor)
    return Attack(fighter_id=actor, target_id=target, power=14)
