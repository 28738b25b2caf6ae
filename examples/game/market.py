"""The potion market, which all players share, and the hands that potions go through."""

from uuid import UUID, uuid4

from domains.game import INVENTORY, MARKET
from domains.game.inventory import GiveItem, ReceiveItem
from domains.game.market import PlaceBuy, PlaceSell
from examples.game.game import Game
from headrace.events.game import HeldItem

POTION = HeldItem(item_id="potion", name="Potion", slot=None, consumable=True)


async def sell(game: Game, market: UUID, inventory: UUID, quantity: int, price: int) -> int:
    """Offer potions of an inventory; how many trades followed at once."""
    return await _place(
        game,
        market,
        PlaceSell(
            order_id=str(uuid4()),
            seller_id=str(inventory),
            item_id=POTION.item_id,
            quantity=quantity,
            unit_price=price,
        ),
    )


async def buy(game: Game, market: UUID, inventory: UUID, quantity: int, price: int) -> int:
    """Ask for potions; how many trades followed at once."""
    return await _place(
        game,
        market,
        PlaceBuy(
            order_id=str(uuid4()),
            buyer_id=str(inventory),
            item_id=POTION.item_id,
            quantity=quantity,
            unit_price=price,
        ),
    )


async def _place(game: Game, market: UUID, command: PlaceSell | PlaceBuy) -> int:
    placed = await game.act(MARKET, market, command)
    if placed is None or placed.appended is None:
        return 0
    trades = [
        event for event in placed.appended.events if event.event_type == "TransactionExecutee"
    ]
    for trade in trades:
        seller, buyer = (str(trade.payload[name]) for name in ("sellerId", "buyerId"))
        quantity, trade_id = int(trade.payload["quantity"]), str(trade.event_id)
        await game.act(
            INVENTORY,
            UUID(seller),
            GiveItem(
                trade_id=trade_id,
                partner_inventory_id=buyer,
                item_id=POTION.item_id,
                quantity=quantity,
            ),
            cause=trade,
        )
        await game.act(
            INVENTORY,
            UUID(buyer),
            ReceiveItem(
                trade_id=trade_id, partner_inventory_id=seller, item=POTION, quantity=quantity
            ),
            cause=trade,
        )
    return len(trades)
