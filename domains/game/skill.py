"""Competence: a player's skill. It rests after a use, and practice makes it better."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from headrace.aggregate import Aggregate, require
from headrace.events import TypedEvent, timestamp
from headrace.events.game import (
    CompetenceAmelioree,
    CompetenceAprise,
    CompetenceUtilisee,
    CooldownDemarre,
)

from .rules import later, moment, require_range, require_text

MAX_RANK = 20
MAX_MANA = 10_000
MAX_COOLDOWN_MILLIS = 7 * 86_400_000
USES_PER_RANK = 3
"""Uses at a rank, for each rank there is so far, before the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Skill:
    """Rank 0: not learnt. `uses` are those at the present rank."""

    player_id: str = ""
    rank: int = 0
    max_rank: int = 0
    mana_cost: int = 0
    cooldown_millis: int = 0
    uses: int = 0
    used_at: datetime | None = None
    ready_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnSkill:
    player_id: str
    name: str
    max_rank: int
    mana_cost: int
    cooldown_millis: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ImproveSkill:
    """To the next rank: the cooldown a tenth shorter, the cost one point of mana less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UseSkill:
    """`mana` is what the player has."""

    mana: int
    at: datetime
    target_id: str | None = None


SKILL = Aggregate("Competence", Skill(), state_version=1)


@SKILL.decides(LearnSkill)
def _learn(state: Skill, command: LearnSkill) -> tuple[TypedEvent, ...]:
    require(state.rank == 0, "learnt_once", "the skill was learnt already")
    require_text(command.name, 100, "a skill's name")
    require_range(command.max_rank, 1, MAX_RANK, "a highest rank")
    require_range(command.mana_cost, 0, MAX_MANA, "a cost in mana")
    require_range(command.cooldown_millis, 0, MAX_COOLDOWN_MILLIS, "a cooldown in milliseconds")
    return (
        CompetenceAprise(
            player_id=command.player_id,
            name=command.name,
            rank=1,
            max_rank=command.max_rank,
            mana_cost=command.mana_cost,
            cooldown_millis=command.cooldown_millis,
        ),
    )


@SKILL.decides(ImproveSkill)
def _improve(state: Skill, command: ImproveSkill) -> tuple[TypedEvent, ...]:
    _require_learnt(state)
    require(state.rank < state.max_rank, "max_rank", f"{state.max_rank} is the highest rank")
    needed = USES_PER_RANK * state.rank
    require(state.uses >= needed, "practice", f"{state.uses} of {needed} uses are practised")
    return (
        CompetenceAmelioree(
            rank=state.rank + 1,
            mana_cost=max(0, state.mana_cost - 1),
            cooldown_millis=state.cooldown_millis * 9 // 10,
        ),
    )


@SKILL.decides(UseSkill)
def _use(state: Skill, command: UseSkill) -> list[TypedEvent]:
    _require_learnt(state)
    in_order = state.used_at is None or command.at >= state.used_at
    require(in_order, "in_order", f"the skill was last used at {state.used_at}")
    ready = state.ready_at is None or command.at >= state.ready_at
    require(ready, "on_cooldown", f"the skill rests until {state.ready_at}")
    require(command.mana >= state.mana_cost, "mana", f"a use costs {state.mana_cost} mana")
    used_at = timestamp(command.at)
    events: list[TypedEvent] = [
        CompetenceUtilisee(
            rank=state.rank,
            target_id=command.target_id,
            mana_cost=state.mana_cost,
            used_at=used_at,
        )
    ]
    if state.cooldown_millis:
        ready_at = later(command.at, timedelta(milliseconds=state.cooldown_millis))
        events.append(CooldownDemarre(started_at=used_at, ready_at=timestamp(ready_at)))
    return events


@SKILL.applies(CompetenceAprise)
def _learnt(state: Skill, event: CompetenceAprise) -> Skill:
    return Skill(
        player_id=event.player_id,
        rank=event.rank,
        max_rank=event.max_rank,
        mana_cost=event.mana_cost,
        cooldown_millis=event.cooldown_millis,
    )


@SKILL.applies(CompetenceAmelioree)
def _improved(state: Skill, event: CompetenceAmelioree) -> Skill:
    return replace(
        state,
        rank=event.rank,
        mana_cost=event.mana_cost,
        cooldown_millis=event.cooldown_millis,
        uses=0,
    )


@SKILL.applies(CompetenceUtilisee)
def _used(state: Skill, event: CompetenceUtilisee) -> Skill:
    return replace(state, uses=state.uses + 1, used_at=moment(event.used_at))


@SKILL.applies(CooldownDemarre)
def _rests(state: Skill, event: CooldownDemarre) -> Skill:
    return replace(state, ready_at=moment(event.ready_at))


def _require_learnt(state: Skill) -> None:
    require(state.rank > 0, "learnt", "the skill is not learnt yet")
