"""The game's players: level, experience and gold, for a ranking."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from headrace.events.game import (
    ClasseChangee,
    ExperienceGagnee,
    JoueurCree,
    NiveauAtteint,
    RecompenseObtenue,
    TransactionExecutee,
)
from headrace.store import Recorded
from headrace.store.projections import Projection, View

TABLES = """
CREATE TABLE leaderboard (
    player_id text PRIMARY KEY,
    username text,
    class text,
    level integer NOT NULL DEFAULT 1,
    experience bigint NOT NULL DEFAULT 0,
    gold bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN leaderboard.gold IS 'of quests and trades; what else a player has is not told';
CREATE INDEX ON leaderboard (level DESC, experience DESC);
"""
_SET = """
INSERT INTO leaderboard AS known (player_id, username, class, level, experience, gold)
VALUES (%(player)s, %(username)s, %(class)s, COALESCE(%(level)s, 1), COALESCE(%(experience)s, 0),
    %(gold)s)
ON CONFLICT (player_id) DO UPDATE SET
    username = COALESCE(%(username)s, known.username),
    class = COALESCE(%(class)s, known.class),
    level = COALESCE(%(level)s, known.level),
    experience = COALESCE(%(experience)s, known.experience),
    gold = known.gold + %(gold)s
"""
_NOTHING = {"username": None, "class": None, "level": None, "experience": None, "gold": 0}

Change = dict[str, Any]


def _change(player: str, **values: Any) -> Change:
    return {**_NOTHING, "player": player, **values}


def _created(player: str, payload: Mapping[str, Any]) -> list[Change]:
    event = JoueurCree.from_payload(payload)
    named = {"username": event.username, "class": event.class_, "level": event.level}
    return [_change(player, **named)]


def _gained(player: str, payload: Mapping[str, Any]) -> list[Change]:
    return [_change(player, experience=ExperienceGagnee.from_payload(payload).total)]


def _levelled(player: str, payload: Mapping[str, Any]) -> list[Change]:
    return [_change(player, level=NiveauAtteint.from_payload(payload).level)]


def _changed_class(player: str, payload: Mapping[str, Any]) -> list[Change]:
    return [_change(player, **{"class": ClasseChangee.from_payload(payload).class_})]


def _rewarded(_: str, payload: Mapping[str, Any]) -> list[Change]:
    event = RecompenseObtenue.from_payload(payload)
    return [_change(event.player_id, gold=event.reward.gold)]


def _traded(_: str, payload: Mapping[str, Any]) -> list[Change]:
    event = TransactionExecutee.from_payload(payload)
    return [
        _change(event.seller_id, gold=event.total),
        _change(event.buyer_id, gold=-event.total),
    ]


_CHANGES: Mapping[str, Callable[[str, Mapping[str, Any]], list[Change]]] = {
    "JoueurCree": _created,
    "ExperienceGagnee": _gained,
    "NiveauAtteint": _levelled,
    "ClasseChangee": _changed_class,
    "RecompenseObtenue": _rewarded,
    "TransactionExecutee": _traded,
}


def changes(events: Sequence[Recorded]) -> list[Change]:
    """What the events do to the table, row by row, in their order."""
    return [
        change
        for each in events
        if each.event_type in _CHANGES
        for change in _CHANGES[each.event_type](each.aggregate_id_text, each.event.payload)
    ]


def _handle(view: View, events: Sequence[Recorded]) -> None:
    if found := changes(events):
        view.execute_many(_SET, found)


LEADERBOARD = Projection(
    name="leaderboard",
    version=1,
    tables=TABLES,
    views=("leaderboard",),
    handle=_handle,
    categories=("Joueur", "Quete", "Economy"),
)
