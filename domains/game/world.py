"""WorldState: the zones that are known, their resources, their bosses, and great events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from headrace.aggregate import Aggregate, require
from headrace.errors import RuleBrokenError
from headrace.events import TypedEvent, timestamp
from headrace.events.game import (
    BossVaincu,
    EvenementMondialDeclenche,
    RessourceRegeneree,
    WorldEventKind,
    ZoneDecouverte,
)

from .rules import later, moment, require_range, require_text

MAX_RESOURCE = 1_000
MAX_EVENT = timedelta(days=90)
MAX_VICTORS = 40
RESPAWN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """How much there is of each resource."""

    name: str
    resources: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Boss:
    zone_id: str
    respawn_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """By id; `events`: when the latest of each name ends. A boss is known once it was beaten."""

    zones: Mapping[str, Zone] = field(default_factory=dict)
    bosses: Mapping[str, Boss] = field(default_factory=dict)
    events: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerWorldEvent:
    name: str
    kind: WorldEventKind
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverZone:
    zone_id: str
    name: str
    player_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DefeatBoss:
    boss_id: str
    zone_id: str
    player_ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RegenerateResource:
    """More than a zone can hold does not grow."""

    zone_id: str
    resource: str
    amount: int


WORLD = Aggregate("WorldState", World(), state_version=1)


@WORLD.decides(TriggerWorldEvent)
def _trigger(state: World, command: TriggerWorldEvent) -> tuple[TypedEvent, ...]:
    require_text(command.name, 100, "an event's name")
    lasts = command.ends_at - command.starts_at
    require(timedelta() < lasts <= MAX_EVENT, "duration", f"an event lasts {MAX_EVENT.days} days")
    running = state.events.get(command.name)
    over = running is None or running <= command.starts_at
    require(over, "one_at_a_time", f"{command.name} goes on until {running}")
    return (
        EvenementMondialDeclenche(
            name=command.name,
            kind=command.kind,
            starts_at=timestamp(command.starts_at),
            ends_at=timestamp(command.ends_at),
        ),
    )


@WORLD.decides(DiscoverZone)
def _discover(state: World, command: DiscoverZone) -> tuple[TypedEvent, ...]:
    known = command.zone_id in state.zones
    require(not known, "discovered_once", f"{command.zone_id} is known already")
    require_text(command.zone_id, 100, "a zone's id")
    require_text(command.name, 100, "a zone's name")
    return (
        ZoneDecouverte(zone_id=command.zone_id, name=command.name, player_id=command.player_id),
    )


@WORLD.decides(DefeatBoss)
def _defeat(state: World, command: DefeatBoss) -> tuple[TypedEvent, ...]:
    _zone(state, command.zone_id)
    require_text(command.boss_id, 100, "a boss's id")
    victors = command.player_ids
    require_range(len(victors), 1, MAX_VICTORS, "the number of players")
    require(len(set(victors)) == len(victors), "victors", "a player is named twice")
    boss = state.bosses.get(command.boss_id)
    if boss is not None:
        home = boss.zone_id
        require(home == command.zone_id, "boss_zone", f"{command.boss_id} lives in {home}")
        back = boss.respawn_at <= command.at
        require(back, "boss_alive", f"{command.boss_id} is beaten until {boss.respawn_at}")
    return (
        BossVaincu(
            boss_id=command.boss_id,
            zone_id=command.zone_id,
            player_ids=list(victors),
            defeated_at=timestamp(command.at),
            respawn_at=timestamp(later(command.at, RESPAWN)),
        ),
    )


@WORLD.decides(RegenerateResource)
def _regenerate(state: World, command: RegenerateResource) -> tuple[TypedEvent, ...]:
    before = _zone(state, command.zone_id).resources.get(command.resource, 0)
    require_text(command.resource, 100, "a resource's name")
    require_range(command.amount, 1, MAX_RESOURCE, "an amount")
    after = min(MAX_RESOURCE, before + command.amount)
    if after == before:
        return ()
    return (
        RessourceRegeneree(
            zone_id=command.zone_id,
            resource=command.resource,
            amount=after - before,
            available=after,
        ),
    )


@WORLD.applies(EvenementMondialDeclenche)
def _triggered(state: World, event: EvenementMondialDeclenche) -> World:
    state = replace(state, events={**state.events, event.name: moment(event.ends_at)})
    if event.kind != "drought":
        return state
    return replace(state, zones={each: _dried(zone) for each, zone in state.zones.items()})


@WORLD.applies(ZoneDecouverte)
def _discovered(state: World, event: ZoneDecouverte) -> World:
    return replace(state, zones={**state.zones, event.zone_id: Zone(name=event.name)})


@WORLD.applies(BossVaincu)
def _defeated(state: World, event: BossVaincu) -> World:
    boss = Boss(zone_id=event.zone_id, respawn_at=moment(event.respawn_at))
    return replace(state, bosses={**state.bosses, event.boss_id: boss})


@WORLD.applies(RessourceRegeneree)
def _regenerated(state: World, event: RessourceRegeneree) -> World:
    zone = state.zones[event.zone_id]
    zone = replace(zone, resources={**zone.resources, event.resource: event.available})
    return replace(state, zones={**state.zones, event.zone_id: zone})


def _dried(zone: Zone) -> Zone:
    return replace(zone, resources={name: there // 2 for name, there in zone.resources.items()})


def _zone(state: World, zone_id: str) -> Zone:
    zone = state.zones.get(zone_id)
    if zone is None:
        raise RuleBrokenError("discovered", f"nobody has found {zone_id} yet")
    return zone
