"""Quete: made, accepted, its objectives reached, completed or lost, rewarded once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from headrace.aggregate import Aggregate, require
from headrace.errors import RuleBrokenError
from headrace.events import TypedEvent, timestamp
from headrace.events.game import (
    ObjectifComplete,
    ObjectifProgresse,
    Objective,
    QuestFailure,
    QueteAcceptee,
    QueteCreee,
    QueteEchouee,
    QueteTerminee,
    RecompenseObtenue,
    Reward,
)

from .rules import later, moment, require_range, require_text

MAX_OBJECTIVES = 20
MAX_TARGET = 1_000_000
MAX_REWARD = 1_000_000_000
MAX_SECONDS = 365 * 86_400
MAX_LEVEL = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Quest:
    """`progress` counts by objective id; `rewarded` is the end of a completed quest."""

    status: Literal["none", "open", "accepted", "completed", "rewarded", "failed"] = "none"
    required_level: int = 1
    objectives: tuple[Objective, ...] = ()
    reward: Reward | None = None
    time_limit_seconds: int | None = None
    player_id: str | None = None
    accepted_at: datetime | None = None
    deadline_at: datetime | None = None
    progress: Mapping[str, int] = field(default_factory=dict)

    @property
    def remaining(self) -> tuple[Objective, ...]:
        return tuple(
            each
            for each in self.objectives
            if self.progress.get(each.objective_id, 0) < each.target
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateQuest:
    title: str
    objectives: tuple[Objective, ...]
    reward: Reward
    required_level: int = 1
    time_limit_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptQuest:
    player_id: str
    player_level: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressObjective:
    """More than the objective asks for does not count."""

    objective_id: str
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteQuest:
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailQuest:
    reason: QuestFailure
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimReward:
    player_id: str


QUEST = Aggregate("Quete", Quest(), state_version=1)


@QUEST.decides(CreateQuest)
def _create(state: Quest, command: CreateQuest) -> tuple[TypedEvent, ...]:
    require(state.status == "none", "created_once", "the quest was made already")
    require_text(command.title, 200, "a quest's title")
    require_range(command.required_level, 1, MAX_LEVEL, "a required level")
    _check_objectives(command.objectives)
    require_range(command.reward.experience, 0, MAX_REWARD, "a reward's experience")
    require_range(command.reward.gold, 0, MAX_REWARD, "a reward's gold")
    if command.time_limit_seconds is not None:
        require_range(command.time_limit_seconds, 1, MAX_SECONDS, "a time limit in seconds")
    return (
        QueteCreee(
            title=command.title,
            required_level=command.required_level,
            objectives=list(command.objectives),
            reward=command.reward,
            time_limit_seconds=command.time_limit_seconds,
        ),
    )


@QUEST.decides(AcceptQuest)
def _accept(state: Quest, command: AcceptQuest) -> tuple[TypedEvent, ...]:
    require(state.status == "open", "open", f"the quest cannot be accepted: it is {state.status}")
    enough = command.player_level >= state.required_level
    require(enough, "level", f"the quest needs level {state.required_level}")
    limit = state.time_limit_seconds
    deadline = None if limit is None else later(command.at, timedelta(seconds=limit))
    return (
        QueteAcceptee(
            player_id=command.player_id,
            accepted_at=timestamp(command.at),
            deadline_at=None if deadline is None else timestamp(deadline),
        ),
    )


@QUEST.decides(ProgressObjective)
def _progress(state: Quest, command: ProgressObjective) -> list[TypedEvent]:
    _require_in_time(state, command.at)
    require_range(command.amount, 1, MAX_TARGET, "an amount")
    objective = _objective(state, command.objective_id)
    before = state.progress.get(objective.objective_id, 0)
    require(before < objective.target, "objective_open", f"{objective.objective_id} is complete")
    now = min(objective.target, before + command.amount)
    draft = QUEST.draft(state)
    draft.add(
        ObjectifProgresse(
            objective_id=objective.objective_id,
            amount=now - before,
            progress=now,
            target=objective.target,
        )
    )
    if now == objective.target:
        left = len(draft.state.remaining)
        draft.add(ObjectifComplete(objective_id=objective.objective_id, remaining=left))
    return draft.events


@QUEST.decides(CompleteQuest)
def _complete(state: Quest, command: CompleteQuest) -> tuple[TypedEvent, ...]:
    player_id = _require_in_time(state, command.at)
    names = [each.objective_id for each in state.remaining]
    require(not names, "objectives_complete", f"not complete yet: {', '.join(names)}")
    return (QueteTerminee(player_id=player_id, completed_at=timestamp(command.at)),)


@QUEST.decides(FailQuest)
def _fail(state: Quest, command: FailQuest) -> tuple[TypedEvent, ...]:
    player_id = _require_accepted(state, command.at)
    if command.reason == "deadline":
        past = state.deadline_at is not None and command.at > state.deadline_at
        require(past, "deadline", "the quest's time has not run out")
    failed_at = timestamp(command.at)
    return (QueteEchouee(player_id=player_id, reason=command.reason, failed_at=failed_at),)


@QUEST.decides(ClaimReward)
def _claim(state: Quest, command: ClaimReward) -> tuple[TypedEvent, ...]:
    require(state.status != "rewarded", "rewarded_once", "the reward was handed over already")
    if state.status != "completed" or state.reward is None:
        raise RuleBrokenError("completed", f"the quest is not completed: it is {state.status}")
    require(command.player_id == state.player_id, "own_quest", "another player completed the quest")
    return (RecompenseObtenue(player_id=command.player_id, reward=state.reward),)


@QUEST.applies(QueteCreee)
def _created(state: Quest, event: QueteCreee) -> Quest:
    return Quest(
        status="open",
        required_level=event.required_level,
        objectives=tuple(event.objectives),
        reward=event.reward,
        time_limit_seconds=event.time_limit_seconds,
    )


@QUEST.applies(QueteAcceptee)
def _accepted(state: Quest, event: QueteAcceptee) -> Quest:
    return replace(
        state,
        status="accepted",
        player_id=event.player_id,
        accepted_at=moment(event.accepted_at),
        deadline_at=None if event.deadline_at is None else moment(event.deadline_at),
    )


@QUEST.applies(ObjectifProgresse)
def _progressed(state: Quest, event: ObjectifProgresse) -> Quest:
    return replace(state, progress={**state.progress, event.objective_id: event.progress})


@QUEST.applies(ObjectifComplete)
def _objective_completed(state: Quest, event: ObjectifComplete) -> Quest:
    return state  # the progress before it says so


@QUEST.applies(QueteTerminee)
def _completed(state: Quest, event: QueteTerminee) -> Quest:
    return replace(state, status="completed")


@QUEST.applies(QueteEchouee)
def _failed(state: Quest, event: QueteEchouee) -> Quest:
    return replace(state, status="failed")


@QUEST.applies(RecompenseObtenue)
def _rewarded(state: Quest, event: RecompenseObtenue) -> Quest:
    return replace(state, status="rewarded")


def _check_objectives(objectives: tuple[Objective, ...]) -> None:
    require_range(len(objectives), 1, MAX_OBJECTIVES, "the number of objectives")
    ids = {each.objective_id for each in objectives}
    require(len(ids) == len(objectives), "objectives", "an objective's id is given twice")
    for each in objectives:
        require_text(each.objective_id, 100, "an objective's id")
        require_text(each.description, 500, "an objective's description")
        require_range(each.target, 1, MAX_TARGET, "an objective's target")


def _objective(state: Quest, objective_id: str) -> Objective:
    for each in state.objectives:
        if each.objective_id == objective_id:
            return each
    raise RuleBrokenError("objective", f"the quest has no objective {objective_id}")


def _require_accepted(state: Quest, at: datetime) -> str:
    """The player who is on the quest at that time."""
    if state.status != "accepted" or state.player_id is None or state.accepted_at is None:
        raise RuleBrokenError("accepted", f"nobody is on the quest: it is {state.status}")
    require(at >= state.accepted_at, "in_order", "that was before the quest was accepted")
    return state.player_id


def _require_in_time(state: Quest, at: datetime) -> str:
    player_id = _require_accepted(state, at)
    in_time = state.deadline_at is None or at <= state.deadline_at
    require(in_time, "in_time", f"the quest's time ran out at {state.deadline_at}")
    return player_id
