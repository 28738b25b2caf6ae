"""The catalog's own steps: pure functions from one major's payload to the next one's."""

from collections.abc import Mapping
from typing import Any

from headrace.upcasting.registry import Upcasters


def register(upcasters: Upcasters) -> None:
    """Every step that the catalog's event types need."""
    upcasters.upcaster("payment.partial.refund", 1)(partial_refund_from_1)


def partial_refund_from_1(payload: Mapping[str, Any]) -> dict[str, Any]:
    """v2 says in one balance what was paid, too: what has been returned and what remains."""
    new = {name: value for name, value in payload.items() if name not in _OLD_BALANCE}
    refunded, remaining = payload["refundedTotal"], payload["remaining"]
    paid = _sum(refunded, remaining)
    return {**new, "balance": {"paid": paid, "refunded": refunded, "remaining": remaining}}


def _sum(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any] | None:
    """None for two currencies, and for a sum that is no Avro long."""
    total = one["minorUnits"] + other["minorUnits"]
    if one["currency"] != other["currency"] or not -_LONG <= total < _LONG:
        return None
    return {"minorUnits": total, "currency": one["currency"]}


_LONG = 2**63
_OLD_BALANCE = frozenset({"refundedTotal", "remaining"})
