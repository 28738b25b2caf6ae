"""Item: a thing of the world, from its making to its end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from headrace.aggregate import Aggregate, require
from headrace.events import TypedEvent
from headrace.events.game import (
    DestructionReason,
    ItemCategory,
    ItemCree,
    ItemDetruit,
    ItemModifie,
    ProprietesModifiees,
    Rarity,
)

from .rules import require_range, require_text

MAX_LEVEL = 100
MAX_PROPERTIES = 16
MAX_VALUE = 1_000_000
RARITIES: tuple[Rarity, ...] = get_args(Rarity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    status: Literal["none", "there", "destroyed"] = "none"
    name: str = ""
    kind: ItemCategory = "other"
    rarity: Rarity = "common"
    required_level: int = 1
    properties: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateItem:
    name: str
    kind: ItemCategory
    rarity: Rarity = "common"
    required_level: int = 1
    properties: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModifyItem:
    """None leaves a thing as it is."""

    name: str | None = None
    rarity: Rarity | None = None
    required_level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProperties:
    """`changes` are new values or new properties; a property in both is refused."""

    changes: Mapping[str, int] = field(default_factory=dict)
    removals: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class DestroyItem:
    reason: DestructionReason


ITEM = Aggregate("Item", Item(), state_version=1)


@ITEM.decides(CreateItem)
def _create(state: Item, command: CreateItem) -> tuple[TypedEvent, ...]:
    require(state.status == "none", "created_once", f"the item {state.name} was made already")
    _check(command.name, command.required_level)
    _check_properties(command.properties)
    return (
        ItemCree(
            name=command.name,
            kind=command.kind,
            rarity=command.rarity,
            required_level=command.required_level,
            properties=dict(command.properties),
        ),
    )


@ITEM.decides(ModifyItem)
def _modify(state: Item, command: ModifyItem) -> tuple[TypedEvent, ...]:
    _require_there(state)
    after = replace(
        state,
        name=state.name if command.name is None else command.name,
        rarity=command.rarity or state.rarity,
        required_level=(
            state.required_level if command.required_level is None else command.required_level
        ),
    )
    _check(after.name, after.required_level)
    rises = RARITIES.index(after.rarity) >= RARITIES.index(state.rarity)
    require(rises, "rarity_rises", f"a {state.rarity} item never becomes {after.rarity}")
    if after == state:
        return ()
    return (ItemModifie(name=after.name, rarity=after.rarity, required_level=after.required_level),)


@ITEM.decides(ChangeProperties)
def _change_properties(state: Item, command: ChangeProperties) -> tuple[TypedEvent, ...]:
    _require_there(state)
    both = sorted(command.removals & command.changes.keys())
    require(not both, "one_change", f"{both} would be changed and removed")
    unknown = sorted(command.removals - state.properties.keys())
    require(not unknown, "known_property", f"the item has no {unknown}")
    changed = {
        name: value
        for name, value in command.changes.items()
        if state.properties.get(name) != value
    }
    event = ProprietesModifiees(changed=changed, removed=sorted(command.removals))
    _check_properties(_properties_after(state, event))
    return (event,) if changed or command.removals else ()


@ITEM.decides(DestroyItem)
def _destroy(state: Item, command: DestroyItem) -> tuple[TypedEvent, ...]:
    _require_there(state)
    may = state.kind != "quest" or command.reason == "quest_ended"
    require(may, "quest_item", "a quest's item goes with the quest's end only")
    return (ItemDetruit(reason=command.reason),)


@ITEM.applies(ItemCree)
def _created(state: Item, event: ItemCree) -> Item:
    return Item(
        status="there",
        name=event.name,
        kind=event.kind,
        rarity=event.rarity,
        required_level=event.required_level,
        properties=event.properties,
    )


@ITEM.applies(ItemModifie)
def _modified(state: Item, event: ItemModifie) -> Item:
    return replace(state, name=event.name, rarity=event.rarity, required_level=event.required_level)


@ITEM.applies(ProprietesModifiees)
def _properties_changed(state: Item, event: ProprietesModifiees) -> Item:
    return replace(state, properties=_properties_after(state, event))


@ITEM.applies(ItemDetruit)
def _destroyed(state: Item, event: ItemDetruit) -> Item:
    return replace(state, status="destroyed")


def _properties_after(state: Item, event: ProprietesModifiees) -> dict[str, int]:
    kept = {name: v for name, v in state.properties.items() if name not in event.removed}
    return {**kept, **event.changed}


def _require_there(state: Item) -> None:
    require(state.status != "none", "created", "there is no such item yet")
    require(state.status == "there", "not_destroyed", f"the item {state.name} is destroyed")


def _check(name: str, required_level: int) -> None:
    require_text(name, 100, "an item's name")
    require_range(required_level, 1, MAX_LEVEL, "a required level")


def _check_properties(properties: Mapping[str, int]) -> None:
    require(len(properties) <= MAX_PROPERTIES, "properties", f"{MAX_PROPERTIES} properties at most")
    for name, value in properties.items():
        require_text(name, 40, "a property's name")
        require_range(value, -MAX_VALUE, MAX_VALUE, f"the property {name}")
