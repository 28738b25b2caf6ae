"""Combat: a fight, turn by turn, until one side is left. What fighters do is in fight_actions."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from headrace.aggregate import Aggregate, Draft, require
from headrace.errors import RuleBrokenError
from headrace.events import TypedEvent
from headrace.events.game import (
    ActionExecutee,
    CombatDemarre,
    CombatTermine,
    DegatsInfliges,
    EffetStatutApplique,
    EffetStatutExpire,
    Fighter,
    FightOutcome,
    SoinsRecus,
    StatusEffect,
    TourDebute,
)

from .rules import require_range, require_text

MAX_FIGHTERS = 40
MAX_HEALTH = 1_000_000
MAX_TURNS = 500
"""A fight that has not ended by then is a draw."""

DAMAGE_A_TURN: Mapping[str, int] = {"poison": 5, "burn": 8}
HEALING_A_TURN: Mapping[str, int] = {"regeneration": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Combatant:
    """`effects`: for how many of its turns each lasts; 0 until the end of the present one."""

    team: int
    health: int
    max_health: int
    fled: bool = False
    effects: Mapping[StatusEffect, int] = field(default_factory=dict)

    @property
    def standing(self) -> bool:
        return self.health > 0 and not self.fled


@dataclass(frozen=True, slots=True, kw_only=True)
class Fight:
    """`turn_open`: `current` has still to act."""

    status: Literal["none", "running", "ended"] = "none"
    fighters: Mapping[str, Combatant] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    turn: int = 0
    current: str | None = None
    turn_open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFight:
    """Turns go round in the order of `fighters`."""

    zone_id: str
    fighters: tuple[Fighter, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginTurn:
    """The turn of the next fighter who stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopFight:
    """Nobody wins."""


FIGHT = Aggregate("Combat", Fight(), state_version=1)


@FIGHT.decides(StartFight)
def _start(state: Fight, command: StartFight) -> tuple[TypedEvent, ...]:
    require(state.status == "none", "started_once", "the fight has begun already")
    require_text(command.zone_id, 100, "a zone's id")
    fighters = command.fighters
    require(len(fighters) <= MAX_FIGHTERS, "fighters", f"{MAX_FIGHTERS} fighters at most")
    ids = {each.fighter_id for each in fighters}
    require(len(ids) == len(fighters), "fighters", "a fighter is named twice")
    require(len({each.team for each in fighters}) >= 2, "fighters", "a fight has two sides or more")
    for each in fighters:
        require_range(each.team, 1, MAX_FIGHTERS, "a side")
        require_range(each.max_health, 1, MAX_HEALTH, "a fighter's most health")
        require_range(each.health, 1, each.max_health, "a fighter's health")
    return (CombatDemarre(zone_id=command.zone_id, fighters=list(fighters)),)


@FIGHT.decides(BeginTurn)
def _begin_turn(state: Fight, command: BeginTurn) -> list[TypedEvent]:
    require_running(state)
    require(not state.turn_open, "turn_open", f"it is {state.current}'s turn, who has not acted")
    draft = FIGHT.draft(state)
    fighter_id = _next(state)
    draft.add(TourDebute(turn=state.turn + 1, fighter_id=fighter_id))
    for effect in sorted(state.fighters[fighter_id].effects):
        _tick(draft, fighter_id, effect)
    end_if_decided(draft)
    return draft.events


@FIGHT.decides(StopFight)
def _stop(state: Fight, command: StopFight) -> tuple[TypedEvent, ...]:
    require_running(state)
    return (CombatTermine(outcome="stopped", turns=state.turn),)


def require_running(state: Fight) -> None:
    """Raises RuleBrokenError (`running`) before the beginning and after the end."""
    said = "has not begun" if state.status == "none" else "has ended"
    require(state.status == "running", "running", f"the fight {said}")


def hurt(draft: Draft[Fight], source: str | None, target: str, power: int) -> None:
    """Takes health from a fighter, no more than it has."""
    health = draft.state.fighters[target].health
    lost = min(power, health)
    if lost > 0:
        draft.add(
            DegatsInfliges(source_id=source, target_id=target, amount=lost, health=health - lost)
        )


def heal(draft: Draft[Fight], source: str | None, target: str, power: int) -> None:
    """Gives a fighter health back, up to its most."""
    fighter = draft.state.fighters[target]
    gained = min(power, fighter.max_health - fighter.health)
    if gained > 0:
        health = fighter.health + gained
        draft.add(SoinsRecus(source_id=source, target_id=target, amount=gained, health=health))


def end_if_decided(draft: Draft[Fight]) -> None:
    """Ends a fight in which one side is left, or that has taken too long."""
    state = draft.state
    teams = {each.team for each in state.fighters.values() if each.standing}
    if len(teams) <= 1:
        _end(draft, "victory", min(teams, default=None))
    elif state.turn >= MAX_TURNS and not state.turn_open:
        _end(draft, "draw", None)


def _end(draft: Draft[Fight], outcome: FightOutcome, team: int | None) -> None:
    draft.add(CombatTermine(outcome=outcome, winning_team=team, turns=draft.state.turn))


def _tick(draft: Draft[Fight], fighter_id: str, effect: StatusEffect) -> None:
    if not draft.state.fighters[fighter_id].standing:
        return
    hurt(draft, None, fighter_id, DAMAGE_A_TURN.get(effect, 0))
    heal(draft, None, fighter_id, HEALING_A_TURN.get(effect, 0))


def _next(state: Fight) -> str:
    after = state.order.index(state.current) + 1 if state.current else 0
    for fighter_id in state.order[after:] + state.order[:after]:
        if state.fighters[fighter_id].standing:
            return fighter_id
    raise RuleBrokenError("standing", "nobody stands")


@FIGHT.applies(CombatDemarre)
def _started(state: Fight, event: CombatDemarre) -> Fight:
    fighters = {
        each.fighter_id: Combatant(team=each.team, health=each.health, max_health=each.max_health)
        for each in event.fighters
    }
    return replace(state, status="running", fighters=fighters, order=tuple(fighters))


@FIGHT.applies(TourDebute)
def _turn_begun(state: Fight, event: TourDebute) -> Fight:
    fighter = state.fighters[event.fighter_id]
    effects = {effect: turns - 1 for effect, turns in fighter.effects.items()}
    state = _with(state, event.fighter_id, replace(fighter, effects=effects))
    return replace(state, turn=event.turn, current=event.fighter_id, turn_open=True)


@FIGHT.applies(ActionExecutee)
def _acted(state: Fight, event: ActionExecutee) -> Fight:
    if event.action == "flee":
        fighter = state.fighters[event.fighter_id]
        state = _with(state, event.fighter_id, replace(fighter, fled=True))
    return replace(state, turn_open=False)


@FIGHT.applies(EffetStatutApplique)
def _effect_begun(state: Fight, event: EffetStatutApplique) -> Fight:
    fighter = state.fighters[event.target_id]
    effects = {**fighter.effects, event.effect: event.turns}
    return _with(state, event.target_id, replace(fighter, effects=effects))


@FIGHT.applies(EffetStatutExpire)
def _effect_ended(state: Fight, event: EffetStatutExpire) -> Fight:
    fighter = state.fighters[event.target_id]
    effects = {each: turns for each, turns in fighter.effects.items() if each != event.effect}
    return _with(state, event.target_id, replace(fighter, effects=effects))


@FIGHT.applies(DegatsInfliges)
def _hurt(state: Fight, event: DegatsInfliges) -> Fight:
    fighter = replace(state.fighters[event.target_id], health=event.health)
    over = event.health == 0 and event.target_id == state.current
    state = replace(state, turn_open=state.turn_open and not over)
    return _with(state, event.target_id, fighter)


@FIGHT.applies(SoinsRecus)
def _healed(state: Fight, event: SoinsRecus) -> Fight:
    fighter = replace(state.fighters[event.target_id], health=event.health)
    return _with(state, event.target_id, fighter)


@FIGHT.applies(CombatTermine)
def _ended(state: Fight, event: CombatTermine) -> Fight:
    return replace(state, status="ended", turn_open=False)


def _with(state: Fight, fighter_id: str, fighter: Combatant) -> Fight:
    return replace(state, fighters={**state.fighters, fighter_id: fighter})
