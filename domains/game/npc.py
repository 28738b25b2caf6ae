"""PNJ: a non-player character, and what it thinks of each player."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from headrace.aggregate import Aggregate, require
from headrace.events import TypedEvent
from headrace.events.game import (
    CommerceOuvert,
    DialogueDeclenche,
    NpcRole,
    PNJCree,
    ReputationModifiee,
    ReputationReason,
)

from .rules import require_range, require_text

MOST = 100
"""Reputation lies between -100 and 100."""
SILENT_FROM = -75
CLOSED_FROM = -50
MOST_CHANGE = 50
REPUTATION_A_PERCENT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Npc:
    """`role` is None as long as there is no such NPC; reputation by player id, else 0."""

    role: NpcRole | None = None
    reputation: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateNpc:
    name: str
    role: NpcRole
    zone_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speak:
    player_id: str
    dialogue_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTrade:
    player_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeReputation:
    """What would go past the bounds does not count."""

    player_id: str
    change: int
    reason: ReputationReason


NPC = Aggregate("PNJ", Npc(), state_version=1)


@NPC.decides(CreateNpc)
def _create(state: Npc, command: CreateNpc) -> tuple[TypedEvent, ...]:
    require(state.role is None, "created_once", "the NPC is there already")
    require_text(command.name, 100, "an NPC's name")
    require_text(command.zone_id, 100, "a zone's id")
    return (PNJCree(name=command.name, role=command.role, zone_id=command.zone_id),)


@NPC.decides(Speak)
def _speak(state: Npc, command: Speak) -> tuple[TypedEvent, ...]:
    reputation = _reputation(state, command.player_id)
    require_text(command.dialogue_id, 100, "a dialogue's id")
    require(reputation > SILENT_FROM, "speaks", "the NPC does not speak with that player")
    return (
        DialogueDeclenche(
            player_id=command.player_id, dialogue_id=command.dialogue_id, reputation=reputation
        ),
    )


@NPC.decides(OpenTrade)
def _open_trade(state: Npc, command: OpenTrade) -> tuple[TypedEvent, ...]:
    reputation = _reputation(state, command.player_id)
    require(state.role == "merchant", "merchant", f"a {state.role} sells nothing")
    require(reputation > CLOSED_FROM, "trades", "the NPC does not trade with that player")
    percent = 100 - int(reputation / REPUTATION_A_PERCENT)
    return (CommerceOuvert(player_id=command.player_id, price_percent=percent),)


@NPC.decides(ChangeReputation)
def _change_reputation(state: Npc, command: ChangeReputation) -> tuple[TypedEvent, ...]:
    before = _reputation(state, command.player_id)
    require_range(command.change, -MOST_CHANGE, MOST_CHANGE, "a change of reputation")
    after = max(-MOST, min(MOST, before + command.change))
    if after == before:
        return ()
    return (
        ReputationModifiee(
            player_id=command.player_id,
            change=after - before,
            reputation=after,
            reason=command.reason,
        ),
    )


@NPC.applies(PNJCree)
def _created(state: Npc, event: PNJCree) -> Npc:
    return replace(state, role=event.role)


@NPC.applies(DialogueDeclenche)
def _spoken(state: Npc, event: DialogueDeclenche) -> Npc:
    return state  # talk changes nothing by itself


@NPC.applies(CommerceOuvert)
def _trade_opened(state: Npc, event: CommerceOuvert) -> Npc:
    return state  # nor does a look at the shop


@NPC.applies(ReputationModifiee)
def _reputation_changed(state: Npc, event: ReputationModifiee) -> Npc:
    return replace(state, reputation={**state.reputation, event.player_id: event.reputation})


def _reputation(state: Npc, player_id: str) -> int:
    require(state.role is not None, "created", "there is no such NPC yet")
    return state.reputation.get(player_id, 0)
