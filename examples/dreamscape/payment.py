"""payment-service: takes the money for a booking, and gives it back.

There is no bank behind it: whoever wants more than 1,500 EUR has not enough on the card.
"""

from examples.dreamscape.journal import handled
from headrace import Metadata, Service
from headrace.events import (
    PaymentCompleted,
    PaymentFailed,
    PaymentInitiated,
    PaymentPartialRefundV2,
    PaymentRefunded,
    UserDeleted,
    VoyageBookingCancelled,
    VoyageBookingCreated,
    VoyageBookingUpdated,
    timestamp,
)
from headrace.events.payment import Money, PaymentBalanceV2

TABLES = """
CREATE TABLE IF NOT EXISTS payments (
    payment_id text PRIMARY KEY,
    booking_id text NOT NULL,
    user_id text,
    amount bigint NOT NULL CHECK (amount >= 0),
    status text NOT NULL
);
"""
LIMIT = 150_000
_PAY = """
INSERT INTO payments (payment_id, booking_id, user_id, amount, status)
VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_REFUND = """
UPDATE payments SET status = 'refunded' WHERE payment_id = %s AND status = 'completed'
RETURNING amount
"""

service = Service("payment-service", ledger="postgres")


@service.on(VoyageBookingCreated)
async def pay(event: VoyageBookingCreated, metadata: Metadata) -> None:
    payment_id, amount = _payment_of(event.booking_id), _money(event.total.minor_units)
    enough = amount.minor_units <= LIMIT
    status = "completed" if enough else "failed"
    values = [payment_id, event.booking_id, event.user_id, amount.minor_units, status]
    if not (await metadata.transaction.execute(_PAY, values)).count:
        return handled(metadata, f"{payment_id} was made before")
    await service.publish(_initiated(event, payment_id, amount))
    if enough:
        await service.publish(_completed(event, payment_id, amount))
    else:
        await service.publish(_failed(event, payment_id, amount))
    return handled(metadata, f"{payment_id} {status}")


@service.on(VoyageBookingCancelled)
async def refund(event: VoyageBookingCancelled, metadata: Metadata) -> None:
    payment_id = _payment_of(event.booking_id)
    amount = (await metadata.transaction.execute(_REFUND, [payment_id])).value
    if amount is None:
        return handled(metadata, "nothing was paid")
    await service.publish(
        PaymentRefunded(
            refund_id=f"refund-of-{payment_id}",
            payment_id=payment_id,
            booking_id=event.booking_id,
            user_id=event.user_id,
            amount=_money(amount),
            reason="booking_cancelled",
            provider="stripe",
            provider_reference=f"re_{payment_id}",
            refunded_at=_now(),
        )
    )
    return handled(metadata, f"{payment_id} is refunded")


@service.on(VoyageBookingUpdated)
async def settle(event: VoyageBookingUpdated, metadata: Metadata) -> None:
    """A booking that became cheaper: the difference is returned."""
    less = event.previous_total.minor_units - event.total.minor_units
    if less <= 0:
        return handled(metadata, "nothing to return")
    payment_id = _payment_of(event.booking_id)
    await metadata.transaction.execute(
        "UPDATE payments SET amount = %s WHERE payment_id = %s AND status = 'completed'",
        [event.total.minor_units, payment_id],
    )
    await service.publish(
        PaymentPartialRefundV2(
            refund_id=f"refund-of-{metadata.event_id}",
            payment_id=payment_id,
            booking_id=event.booking_id,
            user_id=event.user_id,
            amount=_money(less),
            balance=PaymentBalanceV2(
                paid=_money(event.previous_total.minor_units),
                refunded=_money(less),
                remaining=_money(event.total.minor_units),
            ),
            items=[],
            reason="price_reduced",
            provider="stripe",
            provider_reference=f"re_{metadata.event_id}",
            refunded_at=_now(),
        )
    )
    return handled(metadata, f"{less} are returned")


@service.on(UserDeleted)
async def forget(event: UserDeleted, metadata: Metadata) -> None:
    await metadata.transaction.execute(
        "UPDATE payments SET user_id = NULL WHERE user_id = %s", [event.user_id]
    )
    handled(metadata)


def _initiated(event: VoyageBookingCreated, payment_id: str, amount: Money) -> PaymentInitiated:
    return PaymentInitiated(
        payment_id=payment_id,
        booking_id=event.booking_id,
        user_id=event.user_id,
        amount=amount,
        method="card",
        provider="stripe",
        instalments=1,
        initiated_at=_now(),
    )


def _completed(event: VoyageBookingCreated, payment_id: str, amount: Money) -> PaymentCompleted:
    return PaymentCompleted(
        payment_id=payment_id,
        booking_id=event.booking_id,
        user_id=event.user_id,
        amount=amount,
        method="card",
        provider="stripe",
        provider_reference=f"ch_{payment_id}",
        completed_at=_now(),
    )


def _failed(event: VoyageBookingCreated, payment_id: str, amount: Money) -> PaymentFailed:
    return PaymentFailed(
        payment_id=payment_id,
        booking_id=event.booking_id,
        user_id=event.user_id,
        amount=amount,
        method="card",
        provider="stripe",
        reason="insufficient_funds",
        retryable=True,
        attempt=1,
        failed_at=_now(),
    )


def _payment_of(booking_id: str) -> str:
    return f"payment-{booking_id}"


def _money(minor_units: int) -> Money:
    return Money(minor_units=minor_units, currency="EUR")


def _now() -> str:
    return timestamp(service.clock.now())


if __name__ == "__main__":
    service.run()
