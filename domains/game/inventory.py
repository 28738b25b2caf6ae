"""Inventaire: what a player carries and wears. Stacks are never negative, a worn item stays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from headrace.aggregate import Aggregate, require
from headrace.errors import RuleBrokenError
from headrace.events import TypedEvent
from headrace.events.game import (
    CapaciteModifiee,
    HeldItem,
    ItemAjoute,
    ItemDesequipe,
    ItemEchange,
    ItemEquipe,
    ItemRetire,
    ItemUtilise,
    RemovalReason,
    Slot,
)

from .rules import require_range, require_text, without

START_CAPACITY = 20
MAX_CAPACITY = 200
MAX_STACK = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    item: HeldItem
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """Stacks by item id; what is worn is among them. `capacity` is how many stacks there may be."""

    capacity: int = START_CAPACITY
    stacks: Mapping[str, Stack] = field(default_factory=dict)
    worn: Mapping[Slot, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItem:
    item: HeldItem
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveItem:
    item_id: str
    quantity: int
    reason: RemovalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class EquipItem:
    item_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnequipItem:
    slot: Slot


@dataclass(frozen=True, slots=True, kw_only=True)
class UseItem:
    item_id: str
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveItem:
    """This side of a trade; the partner's inventory gets a ReceiveItem of the same trade."""

    trade_id: str
    partner_inventory_id: str
    item_id: str
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveItem:
    trade_id: str
    partner_inventory_id: str
    item: HeldItem
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCapacity:
    capacity: int


INVENTORY = Aggregate("Inventaire", Inventory(), state_version=1)


@INVENTORY.decides(AddItem)
def _add(state: Inventory, command: AddItem) -> tuple[TypedEvent, ...]:
    total = _total_with(state, command.item, command.quantity)
    return (ItemAjoute(item=command.item, quantity=command.quantity, total=total),)


@INVENTORY.decides(RemoveItem)
def _remove(state: Inventory, command: RemoveItem) -> tuple[TypedEvent, ...]:
    left = _left_without(state, command.item_id, command.quantity)
    return (
        ItemRetire(
            item_id=command.item_id,
            quantity=command.quantity,
            remaining=left,
            reason=command.reason,
        ),
    )


@INVENTORY.decides(EquipItem)
def _equip(state: Inventory, command: EquipItem) -> tuple[TypedEvent, ...]:
    slot = _stack(state, command.item_id).item.slot
    if slot is None:
        raise RuleBrokenError("wearable", f"{command.item_id} cannot be worn")
    taken = state.worn.get(slot)
    require(taken != command.item_id, "equipped_once", f"{command.item_id} is worn already")
    require(taken is None, "slot_free", f"{taken} is worn there; take it off first")
    return (ItemEquipe(item_id=command.item_id, slot=slot),)


@INVENTORY.decides(UnequipItem)
def _unequip(state: Inventory, command: UnequipItem) -> tuple[TypedEvent, ...]:
    worn = state.worn.get(command.slot)
    if worn is None:
        raise RuleBrokenError("worn", f"nothing is worn as {command.slot}")
    return (ItemDesequipe(item_id=worn, slot=command.slot),)


@INVENTORY.decides(UseItem)
def _use(state: Inventory, command: UseItem) -> tuple[TypedEvent, ...]:
    item = _stack(state, command.item_id).item
    require(item.consumable, "consumable", f"{command.item_id} is not used up by using it")
    left = _left_without(state, command.item_id, command.quantity)
    return (ItemUtilise(item_id=command.item_id, quantity=command.quantity, remaining=left),)


@INVENTORY.decides(GiveItem)
def _give(state: Inventory, command: GiveItem) -> tuple[TypedEvent, ...]:
    left = _left_without(state, command.item_id, command.quantity)
    return (
        ItemEchange(
            trade_id=command.trade_id,
            partner_inventory_id=command.partner_inventory_id,
            direction="given",
            item=state.stacks[command.item_id].item,
            quantity=command.quantity,
            total=left,
        ),
    )


@INVENTORY.decides(ReceiveItem)
def _receive(state: Inventory, command: ReceiveItem) -> tuple[TypedEvent, ...]:
    return (
        ItemEchange(
            trade_id=command.trade_id,
            partner_inventory_id=command.partner_inventory_id,
            direction="received",
            item=command.item,
            quantity=command.quantity,
            total=_total_with(state, command.item, command.quantity),
        ),
    )


@INVENTORY.decides(ChangeCapacity)
def _change_capacity(state: Inventory, command: ChangeCapacity) -> tuple[TypedEvent, ...]:
    require_range(command.capacity, 1, MAX_CAPACITY, "a capacity")
    used = len(state.stacks)
    require(command.capacity >= used, "room", f"{used} kinds of items are in it")
    if command.capacity == state.capacity:
        return ()
    return (CapaciteModifiee(previous_capacity=state.capacity, capacity=command.capacity),)


@INVENTORY.applies(ItemAjoute)
def _added(state: Inventory, event: ItemAjoute) -> Inventory:
    return _holding(state, event.item, event.total)


@INVENTORY.applies(ItemRetire)
def _removed(state: Inventory, event: ItemRetire) -> Inventory:
    return _holding(state, state.stacks[event.item_id].item, event.remaining)


@INVENTORY.applies(ItemEquipe)
def _equipped(state: Inventory, event: ItemEquipe) -> Inventory:
    return replace(state, worn={**state.worn, event.slot: event.item_id})


@INVENTORY.applies(ItemDesequipe)
def _unequipped(state: Inventory, event: ItemDesequipe) -> Inventory:
    worn = {slot: item_id for slot, item_id in state.worn.items() if slot != event.slot}
    return replace(state, worn=worn)


@INVENTORY.applies(ItemUtilise)
def _used(state: Inventory, event: ItemUtilise) -> Inventory:
    return _holding(state, state.stacks[event.item_id].item, event.remaining)


@INVENTORY.applies(ItemEchange)
def _traded(state: Inventory, event: ItemEchange) -> Inventory:
    return _holding(state, event.item, event.total)


@INVENTORY.applies(CapaciteModifiee)
def _capacity_changed(state: Inventory, event: CapaciteModifiee) -> Inventory:
    return replace(state, capacity=event.capacity)


def _holding(state: Inventory, item: HeldItem, quantity: int) -> Inventory:
    if quantity == 0:
        return replace(state, stacks=without(state.stacks, item.item_id))
    stack = Stack(item=item, quantity=quantity)
    return replace(state, stacks={**state.stacks, item.item_id: stack})


def _stack(state: Inventory, item_id: str) -> Stack:
    stack = state.stacks.get(item_id)
    if stack is None:
        raise RuleBrokenError("held", f"{item_id} is not in the inventory")
    return stack


def _left_without(state: Inventory, item_id: str, quantity: int) -> int:
    held = _stack(state, item_id).quantity
    require_range(quantity, 1, MAX_STACK, "a quantity")
    require(quantity <= held, "enough", f"{quantity} are asked for, {held} are there")
    require(item_id not in state.worn.values(), "not_worn", f"{item_id} is worn; take it off first")
    return held - quantity


def _total_with(state: Inventory, item: HeldItem, quantity: int) -> int:
    require_text(item.name, 100, "an item's name")
    require_range(quantity, 1, 1 if item.slot else MAX_STACK, "a quantity")
    require(not (item.slot and item.consumable), "wearable", "what is worn is not used up")
    stack = state.stacks.get(item.item_id)
    if stack is None:
        room = len(state.stacks) < state.capacity
        require(room, "room", f"the inventory holds {state.capacity} kinds of items and is full")
        return quantity
    require(stack.item == item, "same_item", f"{item.item_id} is here as {stack.item.name}")
    require(item.slot is None, "unique", f"{item.item_id} is here already; it is worn, not stacked")
    total = stack.quantity + quantity
    require(total <= MAX_STACK, "stack", f"a stack holds {MAX_STACK}")
    return total
