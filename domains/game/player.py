"""Joueur: a player's class, level and stats. Experience makes levels, levels make stat points."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from headrace.aggregate import Aggregate, require
from headrace.events import TypedEvent
from headrace.events.game import (
    ClasseChangee,
    ExperienceGagnee,
    ExperienceSource,
    JoueurCree,
    NiveauAtteint,
    PlayerClass,
    Stats,
    StatsModifiees,
)

from .rules import require_range, require_text

BASE_STATS: Mapping[PlayerClass, Stats] = {
    "Guerrier": Stats(health=100, mana=50, stamina=80),
    "Mage": Stats(health=60, mana=120, stamina=50),
    "Archer": Stats(health=80, mana=60, stamina=90),
    "Voleur": Stats(health=75, mana=55, stamina=100),
    "Pretre": Stats(health=70, mana=110, stamina=50),
}
NO_STATS = Stats(health=0, mana=0, stamina=0)
MAX_LEVEL = 100
POINTS_PER_LEVEL = 5
CLASS_CHANGE_LEVEL = 10
MAX_GAIN = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """`stats` are the class's base and every point spent; `stat_points` are not spent yet."""

    created: bool = False
    username: str = ""
    player_class: PlayerClass = "Guerrier"
    level: int = 1
    experience: int = 0
    stat_points: int = 0
    stats: Stats = NO_STATS


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePlayer:
    username: str
    player_class: PlayerClass


@dataclass(frozen=True, slots=True, kw_only=True)
class GainExperience:
    amount: int
    source: ExperienceSource


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendStatPoints:
    """How many points go into each stat; a point raises it by one."""

    health: int = 0
    mana: int = 0
    stamina: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeClass:
    player_class: PlayerClass


PLAYER = Aggregate("Joueur", Player(), state_version=1)


def experience_for(level: int) -> int:
    """The points at which a level is reached: 0, 100, 300, 600, …"""
    return 50 * level * (level - 1)


@PLAYER.decides(CreatePlayer)
def _create(state: Player, command: CreatePlayer) -> tuple[TypedEvent, ...]:
    require(not state.created, "created_once", f"the player {state.username} exists already")
    require_text(command.username, 30, "a username")
    base = BASE_STATS[command.player_class]
    return (
        JoueurCree(
            username=command.username, class_=command.player_class, level=1, base_stats=base
        ),
    )


@PLAYER.decides(GainExperience)
def _gain(state: Player, command: GainExperience) -> list[TypedEvent]:
    _require_created(state)
    require_range(command.amount, 1, MAX_GAIN, "an amount of experience")
    total = state.experience + command.amount
    events: list[TypedEvent] = [
        ExperienceGagnee(amount=command.amount, source=command.source, total=total)
    ]
    for level in range(state.level + 1, MAX_LEVEL + 1):
        if total < experience_for(level):
            break
        events.append(NiveauAtteint(level=level, stat_points=POINTS_PER_LEVEL))
    return events


@PLAYER.decides(SpendStatPoints)
def _spend(state: Player, command: SpendStatPoints) -> tuple[TypedEvent, ...]:
    _require_created(state)
    points = Stats(health=command.health, mana=command.mana, stamina=command.stamina)
    least, spent = min(_values(points)), sum(_values(points))
    require(least >= 0 and spent > 0, "points_positive", "points are spent, never taken back")
    require(
        spent <= state.stat_points,
        "points_available",
        f"{spent} points are asked for, {state.stat_points} are there",
    )
    stats = _sum(state.stats, points)
    return (StatsModifiees(reason="points_spent", points_spent=spent, stats=stats),)


@PLAYER.decides(ChangeClass)
def _change_class(state: Player, command: ChangeClass) -> tuple[TypedEvent, ...]:
    _require_created(state)
    require(
        state.level >= CLASS_CHANGE_LEVEL,
        "class_change_level",
        f"a player changes class from level {CLASS_CHANGE_LEVEL} up, this one has {state.level}",
    )
    old, new = state.player_class, command.player_class
    require(old != new, "another_class", f"the player is a {old} already")
    stats = _sum(_sum(state.stats, BASE_STATS[new]), BASE_STATS[old], sign=-1)
    return (
        ClasseChangee(previous_class=old, class_=new, level=state.level),
        StatsModifiees(reason="class_changed", points_spent=0, stats=stats),
    )


@PLAYER.applies(JoueurCree)
def _created(state: Player, event: JoueurCree) -> Player:
    return replace(
        state,
        created=True,
        username=event.username,
        player_class=event.class_,
        level=event.level,
        stats=event.base_stats,
    )


@PLAYER.applies(ExperienceGagnee)
def _gained(state: Player, event: ExperienceGagnee) -> Player:
    return replace(state, experience=event.total)


@PLAYER.applies(NiveauAtteint)
def _levelled(state: Player, event: NiveauAtteint) -> Player:
    return replace(state, level=event.level, stat_points=state.stat_points + event.stat_points)


@PLAYER.applies(StatsModifiees)
def _stats_changed(state: Player, event: StatsModifiees) -> Player:
    left = state.stat_points - event.points_spent
    return replace(state, stats=event.stats, stat_points=left)


@PLAYER.applies(ClasseChangee)
def _class_changed(state: Player, event: ClasseChangee) -> Player:
    return replace(state, player_class=event.class_)


def _require_created(state: Player) -> None:
    require(state.created, "created", "there is no such player yet")


def _values(stats: Stats) -> tuple[int, int, int]:
    return stats.health, stats.mana, stats.stamina


def _sum(one: Stats, other: Stats, sign: int = 1) -> Stats:
    return Stats(
        health=one.health + sign * other.health,
        mana=one.mana + sign * other.mana,
        stamina=one.stamina + sign * other.stamina,
    )
