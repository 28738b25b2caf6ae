"""Economy: the market of one item. Orders match by price, then by age, at the older one's price."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from headrace.aggregate import Aggregate, Draft, require
from headrace.errors import RuleBrokenError
from headrace.events import TypedEvent
from headrace.events.game import (
    OrderSide,
    OrdreAchatCree,
    OrdreCancelled,
    OrdreVenteCree,
    PrixMisAJour,
    TransactionExecutee,
)

from .rules import require_range

MAX_QUANTITY = 1_000_000
MAX_PRICE = 1_000_000_000
MAX_OPEN = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is left of an order."""

    order_id: str
    player_id: str
    remaining: int
    unit_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Open orders, those that match first in front; `price` is the last trade's."""

    item_id: str | None = None
    sells: tuple[Order, ...] = ()
    buys: tuple[Order, ...] = ()
    price: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceSell:
    order_id: str
    seller_id: str
    item_id: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceBuy:
    order_id: str
    buyer_id: str
    item_id: str
    quantity: int
    unit_price: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelOrder:
    """By the player whose order it is."""

    order_id: str
    player_id: str


MARKET = Aggregate("Economy", Market(), state_version=1)


@MARKET.decides(PlaceSell)
def _sell(state: Market, command: PlaceSell) -> list[TypedEvent]:
    _check(state, command)
    crossed = [each for each in state.buys if each.unit_price >= command.unit_price]
    _check_own(crossed, command.seller_id)
    draft = MARKET.draft(state)
    draft.add(
        OrdreVenteCree(
            order_id=command.order_id,
            seller_id=command.seller_id,
            item_id=command.item_id,
            quantity=command.quantity,
            unit_price=command.unit_price,
        )
    )
    return _matched(draft, lambda market: market.buys[0].unit_price)


@MARKET.decides(PlaceBuy)
def _buy(state: Market, command: PlaceBuy) -> list[TypedEvent]:
    _check(state, command)
    crossed = [each for each in state.sells if each.unit_price <= command.unit_price]
    _check_own(crossed, command.buyer_id)
    draft = MARKET.draft(state)
    draft.add(
        OrdreAchatCree(
            order_id=command.order_id,
            buyer_id=command.buyer_id,
            item_id=command.item_id,
            quantity=command.quantity,
            unit_price=command.unit_price,
        )
    )
    return _matched(draft, lambda market: market.sells[0].unit_price)


@MARKET.decides(CancelOrder)
def _cancel(state: Market, command: CancelOrder) -> tuple[TypedEvent, ...]:
    side, order = _open_order(state, command.order_id)
    require(order.player_id == command.player_id, "own_order", "the order is another player's")
    return (OrdreCancelled(order_id=order.order_id, side=side, remaining=order.remaining),)


@MARKET.applies(OrdreVenteCree)
def _sell_placed(state: Market, event: OrdreVenteCree) -> Market:
    order = Order(
        order_id=event.order_id,
        player_id=event.seller_id,
        remaining=event.quantity,
        unit_price=event.unit_price,
    )
    sells = sorted((*state.sells, order), key=lambda each: each.unit_price)
    return replace(state, item_id=event.item_id, sells=tuple(sells))


@MARKET.applies(OrdreAchatCree)
def _buy_placed(state: Market, event: OrdreAchatCree) -> Market:
    order = Order(
        order_id=event.order_id,
        player_id=event.buyer_id,
        remaining=event.quantity,
        unit_price=event.unit_price,
    )
    buys = sorted((*state.buys, order), key=lambda each: -each.unit_price)
    return replace(state, item_id=event.item_id, buys=tuple(buys))


@MARKET.applies(TransactionExecutee)
def _traded(state: Market, event: TransactionExecutee) -> Market:
    return replace(
        state,
        sells=_less(state.sells, event.sell_order_id, event.quantity),
        buys=_less(state.buys, event.buy_order_id, event.quantity),
    )


@MARKET.applies(OrdreCancelled)
def _cancelled(state: Market, event: OrdreCancelled) -> Market:
    if event.side == "sell":
        return replace(state, sells=_less(state.sells, event.order_id, event.remaining))
    return replace(state, buys=_less(state.buys, event.order_id, event.remaining))


@MARKET.applies(PrixMisAJour)
def _price_changed(state: Market, event: PrixMisAJour) -> Market:
    return replace(state, price=event.price)


def _check(state: Market, command: PlaceSell | PlaceBuy) -> None:
    ours = state.item_id in {None, command.item_id}
    require(ours, "item", f"this is the market of {state.item_id}")
    require_range(command.quantity, 1, MAX_QUANTITY, "an order's quantity")
    require_range(command.unit_price, 1, MAX_PRICE, "a price")
    both = (*state.sells, *state.buys)
    require(len(both) < MAX_OPEN, "open_orders", f"a market has {MAX_OPEN} open orders at most")
    taken = any(each.order_id == command.order_id for each in both)
    require(not taken, "placed_once", f"the order {command.order_id} is there already")


def _check_own(crossed: list[Order], player_id: str) -> None:
    own = [each.order_id for each in crossed if each.player_id == player_id]
    require(not own, "own_trade", f"it would trade with the player's own {own}; cancel that first")


def _matched(draft: Draft[Market], older: Callable[[Market], int]) -> list[TypedEvent]:
    """Trades as long as the best orders meet, at the price that `older` reads; then the price."""
    traded = None
    while (market := draft.state).sells and market.buys:
        sell, buy = market.sells[0], market.buys[0]
        if sell.unit_price > buy.unit_price:
            break
        traded = older(market)
        draft.add(_trade(sell, buy, traded))
    if traded is not None and traded != draft.state.price:
        draft.add(PrixMisAJour(previous_price=draft.state.price, price=traded))
    return draft.events


def _trade(sell: Order, buy: Order, price: int) -> TransactionExecutee:
    quantity = min(sell.remaining, buy.remaining)
    return TransactionExecutee(
        sell_order_id=sell.order_id,
        buy_order_id=buy.order_id,
        seller_id=sell.player_id,
        buyer_id=buy.player_id,
        quantity=quantity,
        unit_price=price,
        total=quantity * price,
    )


def _less(orders: tuple[Order, ...], order_id: str, quantity: int) -> tuple[Order, ...]:
    after = (
        replace(each, remaining=each.remaining - quantity) if each.order_id == order_id else each
        for each in orders
    )
    return tuple(each for each in after if each.remaining)


def _open_order(state: Market, order_id: str) -> tuple[OrderSide, Order]:
    sides: tuple[tuple[OrderSide, tuple[Order, ...]], ...] = (
        ("sell", state.sells),
        ("buy", state.buys),
    )
    for side, orders in sides:
        for order in orders:
            if order.order_id == order_id:
                return side, order
    raise RuleBrokenError("open_order", f"there is no open order {order_id}")
