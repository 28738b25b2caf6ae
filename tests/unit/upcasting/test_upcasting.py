"""Events of an older major for consumers of a newer one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, ClassVar, Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.catalog import load_catalog
from headrace.clock import ManualClock
from headrace.codec import EventEncoder, MemoryRegistry
from headrace.envelope import Event
from headrace.errors import ConfigurationError, PoisonError
from headrace.events import (
    PaymentPartialRefund,
    PaymentPartialRefundV2,
    TypedEvent,
    UserCreated,
    typed_event,
)
from headrace.ids import uuid7
from headrace.upcasting import UpcastError, Upcasters, upcast, upcast_payload

CATALOG = load_catalog()
CLOCK = ManualClock(datetime(2026, 3, 14, tzinfo=UTC))
REFUND = CATALOG.event_type("payment.partial.refund")
STEPS = [
    (event_type.name, old, new)
    for event_type in CATALOG.event_types.values()
    for old, new in pairwise(event_type.versions)
    if old.subject != new.subject
]


def an_event(name: str, version: str, payload: Mapping[str, Any]) -> Event:
    return Event(
        event_id=uuid7(CLOCK),
        event_type=name,
        timestamp=CLOCK.now(),
        version=version,
        source="test",
        payload=payload,
    )


@pytest.mark.parametrize(("name", "old", "new"), STEPS, ids=[step[0] for step in STEPS])
def test_every_major_of_the_catalog_has_a_step_whose_result_its_schema_takes(
    name: str, old: Any, new: Any
) -> None:
    typed = upcast(an_event(name, old.version, old.example), typed_event(name, new.version))
    EventEncoder(CATALOG, MemoryRegistry(), CLOCK).encode(
        an_event(name, new.version, typed.to_payload())
    )


def test_the_balance_says_what_was_paid() -> None:
    old = REFUND.version("1.0").example
    before = dict(old)
    typed = upcast(an_event(REFUND.name, "1.0", old), PaymentPartialRefundV2)
    assert typed.balance.paid is not None
    assert typed.balance.paid.minor_units == 34990 + 61200
    assert typed.balance.paid.currency == "EUR"
    assert typed.refund_id == old["refundId"]
    assert typed.to_payload() == REFUND.version("2.0").example
    assert old == before


MONEY = st.fixed_dictionaries(
    {
        "minorUnits": st.integers(-(2**63), 2**63 - 1),
        "currency": st.sampled_from(["EUR", "USD"]),
    }
)


@given(MONEY, MONEY)
def test_whatever_v1_could_say_becomes_something_that_v2_can_say(
    refunded: dict[str, Any], remaining: dict[str, Any]
) -> None:
    old = {**REFUND.version("1.0").example, "refundedTotal": refunded, "remaining": remaining}
    encoder = EventEncoder(CATALOG, MemoryRegistry(), CLOCK)
    encoder.encode(an_event(REFUND.name, "1.0", old))

    new = upcast_payload(REFUND.name, old, 1, 2)

    encoder.encode(an_event(REFUND.name, "2.0", new))
    balance, total = new["balance"], refunded["minorUnits"] + remaining["minorUnits"]
    assert (balance["refunded"], balance["remaining"]) == (refunded, remaining)
    if refunded["currency"] == remaining["currency"] and -(2**63) <= total < 2**63:
        assert balance["paid"] == {"minorUnits": total, "currency": refunded["currency"]}
    else:
        assert balance["paid"] is None


def test_an_event_of_the_asked_major_is_taken_as_it_is() -> None:
    for version, event_class in (("1.0", PaymentPartialRefund), ("2.0", PaymentPartialRefundV2)):
        example = REFUND.version(version).example
        event = an_event(REFUND.name, version, example)
        assert upcast(event, event_class).to_payload() == example


def test_a_newer_event_and_another_type_are_refused() -> None:
    newer = an_event(REFUND.name, "2.0", REFUND.latest.example)
    with pytest.raises(UpcastError, match="v2 is newer than v1: subscribe to its newer class"):
        upcast(newer, PaymentPartialRefund)
    with pytest.raises(UpcastError, match=r"is no user\.created"):
        upcast(newer, UserCreated)


def test_a_payload_that_the_step_cannot_take_is_poison() -> None:
    with pytest.raises(PoisonError, match=r"payment\.partial\.refund from v1 failed: KeyError"):
        upcast(an_event(REFUND.name, "1.0", {}), PaymentPartialRefundV2)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThirdShape(TypedEvent):
    """A third major, as a service of its own would have it."""

    event_type: ClassVar[str] = "shape.drawn"
    version: ClassVar[str] = "3.1"
    topic: ClassVar[str] = "shapes"
    aggregate_id_field: ClassVar[str | None] = None

    path: tuple[str, ...]

    def to_payload(self) -> dict[str, Any]:
        return {"path": list(self.path)}

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        return cls(path=tuple(payload["path"]))


def test_steps_follow_each_other_and_a_missing_one_is_named() -> None:
    upcasters = Upcasters()

    @upcasters.upcaster("shape.drawn", 1)
    def _(payload: Mapping[str, Any]) -> dict[str, Any]:
        return {"path": [*payload["path"], "1 to 2"]}

    event = an_event("shape.drawn", "1.4", {"path": []})
    with pytest.raises(UpcastError, match=r"shape\.drawn has no upcaster from v2 to v3"):
        upcasters.upcast(event, ThirdShape)

    @upcasters.upcaster("shape.drawn", 2)
    def _(payload: Mapping[str, Any]) -> dict[str, Any]:
        return {"path": [*payload["path"], "2 to 3"]}

    assert upcasters.upcast(event, ThirdShape).path == ("1 to 2", "2 to 3")
    with pytest.raises(ConfigurationError, match="from v1 already"):
        upcasters.upcaster("shape.drawn", 1)(dict)


def test_an_event_of_an_older_minor_has_the_new_names_and_the_defaults() -> None:
    locked = CATALOG.event_type("auth.account.locked")
    old = locked.version("1.0").example
    typed = upcast(an_event(locked.name, "1.0", old), typed_event(locked.name, "1.1"))
    payload = typed.to_payload()
    renamed = {"failedSignIns": old["failedAttempts"], "sessionsEnded": 0}
    kept = {name: value for name, value in old.items() if name != "failedAttempts"}
    assert payload == kept | renamed
