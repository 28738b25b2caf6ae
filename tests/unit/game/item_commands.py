"""Commands to what is made of items: inventories, items, equipment."""

from typing import Any

from hypothesis import strategies as st

from domains.game.equipment import (
    CreateEquipment,
    Enchant,
    Equipment,
    RepairEquipment,
    UpgradeEquipment,
)
from domains.game.inventory import (
    AddItem,
    ChangeCapacity,
    EquipItem,
    GiveItem,
    Inventory,
    ReceiveItem,
    RemoveItem,
    UnequipItem,
    UseItem,
)
from domains.game.item import ChangeProperties, CreateItem, DestroyItem, Item, ModifyItem
from headrace.events import game
from tests.unit.game.commands import counts, good_names, ids, names, one_of


def inventory(state: Inventory) -> st.SearchStrategy[Any]:
    held = st.sampled_from(
        [
            *(_held(n, "Épée", "main_hand", False) for n in (0, 1)),
            *(_held(n, "Potion", None, True) for n in (2, 3)),
            _held(3, "Bois", None, False),
            _held(0, "Épée", "main_hand", True),
        ]
    )
    some = counts(9_998, 10_000)
    trade = {"trade_id": ids, "partner_inventory_id": ids, "quantity": some}
    reason = one_of(game.RemovalReason)
    return st.one_of(
        st.builds(AddItem, item=held, quantity=some),
        st.builds(AddItem, item=held),
        st.builds(RemoveItem, item_id=ids, quantity=some, reason=reason),
        st.builds(EquipItem, item_id=ids),
        st.builds(UnequipItem, slot=st.sampled_from(["main_hand", "head"])),
        st.builds(UseItem, item_id=ids, quantity=some),
        st.builds(GiveItem, item_id=ids, **trade),
        st.builds(ReceiveItem, item=held, **trade),
        st.builds(ChangeCapacity, capacity=counts(200, 201)),
    )


def _held(number: int, name: str, slot: Any, consumable: bool) -> game.HeldItem:
    item_id = f"123e4567-e89b-12d3-a456-42661417400{number}"
    return game.HeldItem(item_id=item_id, name=name, slot=slot, consumable=consumable)


def item(state: Item) -> st.SearchStrategy[Any]:
    values = counts(1_000_000, 1_000_001)
    keys = st.sampled_from(["damage", "weightGrams", "range", ""])
    properties = st.dictionaries(keys, values, max_size=3)
    rarity = one_of(game.Rarity)
    level = counts(100, 101)
    create = st.builds(
        CreateItem,
        name=names | good_names,
        kind=one_of(game.ItemCategory),
        rarity=rarity,
        required_level=level,
        properties=properties,
    )
    if state.status == "none":
        return create
    change = st.builds(
        ModifyItem,
        name=st.none() | names,
        rarity=st.none() | rarity,
        required_level=st.none() | level,
    )
    removals = st.frozensets(keys, max_size=2)
    properties_change = st.builds(ChangeProperties, changes=properties, removals=removals)
    destroy = st.builds(DestroyItem, reason=one_of(game.DestructionReason))
    return st.one_of(create, change, change, properties_change, properties_change, destroy)


def equipment(state: Equipment) -> st.SearchStrategy[Any]:
    enchantment = st.builds(
        game.Enchantment, kind=one_of(game.EnchantmentKind), power=counts(10, 11)
    )
    durability = st.sampled_from([0, 1, 25, 100, 10_000, 10_001])
    slot = one_of(game.Slot)
    create = st.builds(CreateEquipment, item_id=ids, slot=slot, max_durability=durability)
    if state.item_id is None:
        return create | st.builds(UpgradeEquipment)
    enchantments = st.lists(enchantment, max_size=2).map(tuple)
    return st.one_of(
        create,
        st.builds(UpgradeEquipment),
        st.builds(RepairEquipment, points=counts(50, 10_001)),
        st.builds(Enchant, enchantments=enchantments),
    )
