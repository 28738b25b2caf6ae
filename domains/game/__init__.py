"""A role-playing game of ten aggregates, each a module: its state, its commands, its rules.

`AGGREGATES` has them by aggregate type, as the catalog and the event store call them.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from headrace.aggregate import Aggregate

from . import fight_actions  # gives FIGHT its fighters' commands
from .equipment import EQUIPMENT
from .fight import FIGHT
from .inventory import INVENTORY
from .item import ITEM
from .market import MARKET
from .npc import NPC
from .player import PLAYER
from .quest import QUEST
from .skill import SKILL
from .world import WORLD

_ALL: tuple[Aggregate[Any], ...] = (
    PLAYER,
    FIGHT,
    INVENTORY,
    ITEM,
    EQUIPMENT,
    QUEST,
    SKILL,
    NPC,
    MARKET,
    WORLD,
)
AGGREGATES: Mapping[str, Aggregate[Any]] = MappingProxyType({each.name: each for each in _ALL})

__all__ = [
    "AGGREGATES",
    "EQUIPMENT",
    "FIGHT",
    "INVENTORY",
    "ITEM",
    "MARKET",
    "NPC",
    "PLAYER",
    "QUEST",
    "SKILL",
    "WORLD",
    "fight_actions",
]
