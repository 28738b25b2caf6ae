"""Equipement: a piece that is upgraded and enchanted, which wears it, and repaired."""

from dataclasses import dataclass, replace

from headrace.aggregate import Aggregate, require
from headrace.events import TypedEvent
from headrace.events.game import (
    EnchantementsAppliques,
    Enchantment,
    EquipementAmeliore,
    EquipementCree,
    EquipementRepare,
    Slot,
)

from .rules import require_range

MAX_DURABILITY = 10_000
MAX_LEVEL = 10
MAX_POWER = 10
UPGRADE_WEAR = 10
ENCHANTMENT_WEAR = 5
LEVELS_PER_ENCHANTMENT = 3
GOLD_A_POINT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """`item_id` is None as long as the piece is not made; durability never falls to 0."""

    item_id: str | None = None
    slot: Slot = "main_hand"
    durability: int = 0
    max_durability: int = 0
    level: int = 0
    enchantments: tuple[Enchantment, ...] = ()

    @property
    def enchantment_places(self) -> int:
        return 1 + self.level // LEVELS_PER_ENCHANTMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateEquipment:
    item_id: str
    slot: Slot
    max_durability: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpgradeEquipment:
    """By one level."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairEquipment:
    """By so many points, or by what is missing."""

    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Enchant:
    enchantments: tuple[Enchantment, ...]


EQUIPMENT = Aggregate("Equipement", Equipment(), state_version=1)


@EQUIPMENT.decides(CreateEquipment)
def _create(state: Equipment, command: CreateEquipment) -> tuple[TypedEvent, ...]:
    require(state.item_id is None, "created_once", f"the piece was made from {state.item_id}")
    require_range(command.max_durability, 1, MAX_DURABILITY, "a durability")
    return (
        EquipementCree(
            item_id=command.item_id, slot=command.slot, max_durability=command.max_durability
        ),
    )


@EQUIPMENT.decides(UpgradeEquipment)
def _upgrade(state: Equipment, command: UpgradeEquipment) -> tuple[TypedEvent, ...]:
    _require_made(state)
    require(state.level < MAX_LEVEL, "max_level", f"{MAX_LEVEL} is the highest level")
    left = _worn(state, UPGRADE_WEAR)
    return (EquipementAmeliore(level=state.level + 1, durability=left),)


@EQUIPMENT.decides(RepairEquipment)
def _repair(state: Equipment, command: RepairEquipment) -> tuple[TypedEvent, ...]:
    _require_made(state)
    require_range(command.points, 1, MAX_DURABILITY, "a repair's points")
    missing = state.max_durability - state.durability
    require(missing > 0, "damaged", "the piece is whole")
    restored = min(command.points, missing)
    return (
        EquipementRepare(
            restored=restored,
            durability=state.durability + restored,
            gold_cost=restored * GOLD_A_POINT * (1 + state.level),
        ),
    )


@EQUIPMENT.decides(Enchant)
def _enchant(state: Equipment, command: Enchant) -> tuple[TypedEvent, ...]:
    _require_made(state)
    added = command.enchantments
    require(bool(added), "some_enchantment", "no enchantment is named")
    for each in added:
        require_range(each.power, 1, MAX_POWER, "an enchantment's power")
    kinds = [each.kind for each in (*state.enchantments, *added)]
    require(len(set(kinds)) == len(kinds), "enchanted_once", "each kind is laid on a piece once")
    places = state.enchantment_places
    require(len(kinds) <= places, "places", f"a piece of level {state.level} bears {places}")
    left = _worn(state, ENCHANTMENT_WEAR * len(added))
    return (EnchantementsAppliques(added=list(added), durability=left),)


@EQUIPMENT.applies(EquipementCree)
def _created(state: Equipment, event: EquipementCree) -> Equipment:
    return Equipment(
        item_id=event.item_id,
        slot=event.slot,
        durability=event.max_durability,
        max_durability=event.max_durability,
    )


@EQUIPMENT.applies(EquipementAmeliore)
def _upgraded(state: Equipment, event: EquipementAmeliore) -> Equipment:
    return replace(state, level=event.level, durability=event.durability)


@EQUIPMENT.applies(EquipementRepare)
def _repaired(state: Equipment, event: EquipementRepare) -> Equipment:
    return replace(state, durability=event.durability)


@EQUIPMENT.applies(EnchantementsAppliques)
def _enchanted(state: Equipment, event: EnchantementsAppliques) -> Equipment:
    enchantments = (*state.enchantments, *event.added)
    return replace(state, enchantments=enchantments, durability=event.durability)


def _require_made(state: Equipment) -> None:
    require(state.item_id is not None, "created", "there is no such piece yet")


def _worn(state: Equipment, by: int) -> int:
    left = state.durability - by
    require(left > 0, "durable", f"it would wear the piece by {by}; repair it first")
    return left
