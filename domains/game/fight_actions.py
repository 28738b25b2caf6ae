"""What a fighter can do in its turn of a Combat: attack, heal, cast, defend, flee, pass."""

from dataclasses import dataclass

from headrace.aggregate import Draft, require
from headrace.events import TypedEvent
from headrace.events.game import (
    ActionExecutee,
    EffetStatutApplique,
    EffetStatutExpire,
    FightAction,
    StatusEffect,
)

from .fight import FIGHT, Fight, end_if_decided, heal, hurt, require_running
from .rules import require_range

MAX_POWER = 10_000
MAX_EFFECT_TURNS = 10
HARMFUL: frozenset[StatusEffect] = frozenset({"poison", "burn", "stun"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    fighter_id: str
    target_id: str
    power: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Heal:
    fighter_id: str
    target_id: str
    power: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """An effect again on the same fighter takes the new number of turns."""

    fighter_id: str
    target_id: str
    effect: StatusEffect
    turns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Defend:
    """A shield until the end of the fighter's next turn: attacks do half."""

    fighter_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Flee:
    fighter_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """All that a stunned fighter can do."""

    fighter_id: str


@FIGHT.decides(Attack)
def _attack(state: Fight, command: Attack) -> list[TypedEvent]:
    require_range(command.power, 1, MAX_POWER, "an attack's power")
    draft = _action(state, command.fighter_id, "attack", command.target_id)
    _require_side(state, command.fighter_id, command.target_id, same=False)
    shielded = "shield" in state.fighters[command.target_id].effects
    power = max(1, command.power // 2) if shielded else command.power
    hurt(draft, command.fighter_id, command.target_id, power)
    return _finished(draft, command.fighter_id)


@FIGHT.decides(Heal)
def _heal(state: Fight, command: Heal) -> list[TypedEvent]:
    require_range(command.power, 1, MAX_POWER, "a healing's power")
    draft = _action(state, command.fighter_id, "heal", command.target_id)
    _require_side(state, command.fighter_id, command.target_id, same=True)
    target = state.fighters[command.target_id]
    require(target.health < target.max_health, "wounded", f"{command.target_id} is not wounded")
    heal(draft, command.fighter_id, command.target_id, command.power)
    return _finished(draft, command.fighter_id)


@FIGHT.decides(Cast)
def _cast(state: Fight, command: Cast) -> list[TypedEvent]:
    require_range(command.turns, 1, MAX_EFFECT_TURNS, "an effect's turns")
    draft = _action(state, command.fighter_id, "cast", command.target_id)
    helps = command.effect not in HARMFUL
    _require_side(state, command.fighter_id, command.target_id, same=helps)
    _lay(draft, command.target_id, command.effect, command.turns)
    return _finished(draft, command.fighter_id)


@FIGHT.decides(Defend)
def _defend(state: Fight, command: Defend) -> list[TypedEvent]:
    draft = _action(state, command.fighter_id, "defend", None)
    shield = max(1, state.fighters[command.fighter_id].effects.get("shield", 0))
    _lay(draft, command.fighter_id, "shield", shield)
    return _finished(draft, command.fighter_id)


@FIGHT.decides(Flee)
def _flee(state: Fight, command: Flee) -> list[TypedEvent]:
    return _finished(_action(state, command.fighter_id, "flee", None), command.fighter_id)


@FIGHT.decides(Pass)
def _pass(state: Fight, command: Pass) -> list[TypedEvent]:
    return _finished(_action(state, command.fighter_id, "pass", None), command.fighter_id)


def _action(
    state: Fight, fighter_id: str, action: FightAction, target_id: str | None
) -> Draft[Fight]:
    """The turn used for that action, by the one whose turn it is."""
    require_running(state)
    require(
        state.turn_open and state.current == fighter_id, "own_turn", f"not the turn of {fighter_id}"
    )
    stunned = "stun" in state.fighters[fighter_id].effects
    require(action == "pass" or not stunned, "stunned", f"{fighter_id} is stunned and can but pass")
    draft = FIGHT.draft(state)
    draft.add(
        ActionExecutee(turn=state.turn, fighter_id=fighter_id, action=action, target_id=target_id)
    )
    return draft


def _require_side(state: Fight, fighter_id: str, target_id: str, *, same: bool) -> None:
    target = state.fighters.get(target_id)
    require(target is not None and target.standing, "target", f"{target_id} does not stand here")
    ours = target is not None and target.team == state.fighters[fighter_id].team
    side = "the fighter's own side" if same else "another side"
    require(ours == same, "target_side", f"{target_id} is not on {side}")


def _lay(draft: Draft[Fight], target_id: str, effect: StatusEffect, turns: int) -> None:
    draft.add(EffetStatutApplique(target_id=target_id, effect=effect, turns=turns))


def _finished(draft: Draft[Fight], fighter_id: str) -> list[TypedEvent]:
    """The turn's end: effects that have lasted long enough go, and the fight ends if it may."""
    for effect, turns in sorted(draft.state.fighters[fighter_id].effects.items()):
        if turns <= 0:
            draft.add(EffetStatutExpire(target_id=fighter_id, effect=effect))
    end_if_decided(draft)
    return draft.events
