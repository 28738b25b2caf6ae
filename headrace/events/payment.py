# Generated from the schemas by `headrace schemas generate`; do not edit.
"""The events of the domain payment: what their payloads hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, TypeAlias

from headrace.events.base import (
    UNFIT,
    DecimalText,
    Timestamp,
    TypedEvent,
    TypedRecord,
    does_not_fit,
)

PaymentMethod: TypeAlias = Literal[
    "card",
    "paypal",
    "apple_pay",
    "google_pay",
    "bank_transfer",
    "voucher",
]
"""How a traveller pays."""

FailureReason: TypeAlias = Literal[
    "declined",
    "insufficient_funds",
    "expired_card",
    "authentication_failed",
    "fraud_suspected",
    "abandoned",
    "provider_unavailable",
    "other",
]
"""Why a payment did not succeed."""

RefundReason: TypeAlias = Literal[
    "booking_cancelled",
    "item_cancelled",
    "price_reduced",
    "duplicate_charge",
    "complaint",
    "dispute",
    "other",
]
"""Why money is returned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Money(TypedRecord):
    """An amount of money."""

    minor_units: int
    """The amount in the currency's smallest unit: 34990 is 349.90 EUR, 500 is 500 JPY."""
    currency: str
    """The currency's ISO 4217 code."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "minorUnits": self.minor_units,
            "currency": self.currency,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                minor_units=payload["minorUnits"],
                currency=payload["currency"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedItem(TypedRecord):
    """A booked item that money is returned for."""

    item_id: str
    """The item's id within the booking."""
    amount: Money
    """What is returned for it."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "itemId": self.item_id,
            "amount": self.amount.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                item_id=payload["itemId"],
                amount=Money.from_payload(payload["amount"]),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentBalanceV2(TypedRecord):
    """A payment after its refunds."""

    paid: Money | None
    """What was paid; null where an event of v1 does not tell: its two amounts have no sum."""
    refunded: Money
    """What has been returned so far."""
    remaining: Money
    """What is still kept."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "paid": None if self.paid is None else self.paid.to_payload(),
            "refunded": self.refunded.to_payload(),
            "remaining": self.remaining.to_payload(),
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                paid=None if (found := payload["paid"]) is None else Money.from_payload(found),
                refunded=Money.from_payload(payload["refunded"]),
                remaining=Money.from_payload(payload["remaining"]),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentInitiated(TypedEvent):
    """A traveller started to pay; no money has moved yet.

    payment.initiated 1.0, on the topic dreamscape.payment.initiated.
    """

    event_type: ClassVar[str] = "payment.initiated"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.payment.initiated"
    aggregate_id_field: ClassVar[str | None] = "paymentId"

    payment_id: str
    """The payment's id."""
    booking_id: str
    """The booking that is paid for."""
    user_id: str
    """The user who pays."""
    amount: Money
    """What is to be paid, in the traveller's currency."""
    method: PaymentMethod
    """How the traveller pays."""
    provider: str
    """The payment provider: stripe, adyen, paypal."""
    provider_reference: str | None = None
    """The provider's id of the attempt, once it has given one."""
    settlement_currency: str | None = None
    """ISO 4217 code of the currency we receive; null when it is the traveller's."""
    exchange_rate: DecimalText | None = None
    """Units of the settlement currency for one unit of the traveller's, fixed for this payment."""
    instalments: int
    """In how many parts it is paid; 1 is at once."""
    initiated_at: Timestamp
    """When the traveller started."""
    expires_at: Timestamp | None = None
    """When the attempt lapses."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "paymentId": self.payment_id,
            "bookingId": self.booking_id,
            "userId": self.user_id,
            "amount": self.amount.to_payload(),
            "method": self.method,
            "provider": self.provider,
            "providerReference": self.provider_reference,
            "settlementCurrency": self.settlement_currency,
            "exchangeRate": self.exchange_rate,
            "instalments": self.instalments,
            "initiatedAt": self.initiated_at,
            "expiresAt": self.expires_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                payment_id=payload["paymentId"],
                booking_id=payload["bookingId"],
                user_id=payload["userId"],
                amount=Money.from_payload(payload["amount"]),
                method=payload["method"],
                provider=payload["provider"],
                provider_reference=payload.get("providerReference"),
                settlement_currency=payload.get("settlementCurrency"),
                exchange_rate=payload.get("exchangeRate"),
                instalments=payload["instalments"],
                initiated_at=payload["initiatedAt"],
                expires_at=payload.get("expiresAt"),
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentCompleted(TypedEvent):
    """The money for a booking has arrived in full.

    payment.completed 1.0, on the topic dreamscape.payment.completed.
    """

    event_type: ClassVar[str] = "payment.completed"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.payment.completed"
    aggregate_id_field: ClassVar[str | None] = "paymentId"

    payment_id: str
    """The payment's id."""
    booking_id: str
    """The booking that is paid for."""
    user_id: str
    """The user who pays."""
    amount: Money
    """What was paid."""
    fee: Money | None = None
    """What the provider keeps of it."""
    method: PaymentMethod
    """How the traveller pays."""
    provider: str
    """The payment provider: stripe, adyen, paypal."""
    provider_reference: str
    """The provider's id of the charge."""
    card_brand: str | None = None
    """The card's brand, for the receipt."""
    card_last_four: str | None = None
    """The card's last four digits, for the receipt; never more of them."""
    completed_at: Timestamp
    """When the provider confirmed the charge."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "paymentId": self.payment_id,
            "bookingId": self.booking_id,
            "userId": self.user_id,
            "amount": self.amount.to_payload(),
            "fee": None if self.fee is None else self.fee.to_payload(),
            "method": self.method,
            "provider": self.provider,
            "providerReference": self.provider_reference,
            "cardBrand": self.card_brand,
            "cardLastFour": self.card_last_four,
            "completedAt": self.completed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                payment_id=payload["paymentId"],
                booking_id=payload["bookingId"],
                user_id=payload["userId"],
                amount=Money.from_payload(payload["amount"]),
                fee=None if (found := payload.get("fee")) is None else Money.from_payload(found),
                method=payload["method"],
                provider=payload["provider"],
                provider_reference=payload["providerReference"],
                card_brand=payload.get("cardBrand"),
                card_last_four=payload.get("cardLastFour"),
                completed_at=payload["completedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFailed(TypedEvent):
    """An attempt to pay did not succeed; no money was taken.

    payment.failed 1.0, on the topic dreamscape.payment.failed.
    """

    event_type: ClassVar[str] = "payment.failed"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.payment.failed"
    aggregate_id_field: ClassVar[str | None] = "paymentId"

    payment_id: str
    """The payment's id."""
    booking_id: str
    """The booking that is paid for."""
    user_id: str
    """The user who pays."""
    amount: Money
    """What was to be paid."""
    method: PaymentMethod
    """How the traveller pays."""
    provider: str
    """The payment provider: stripe, adyen, paypal."""
    provider_reference: str | None = None
    """The provider's id of the attempt; null when it was never reached."""
    reason: FailureReason
    """Why it did not succeed."""
    provider_code: str | None = None
    """The provider's own error code."""
    retryable: bool
    """Whether the same method may be tried again."""
    attempt: int
    """Which attempt for this booking it was, from 1."""
    failed_at: Timestamp
    """When the attempt ended."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "paymentId": self.payment_id,
            "bookingId": self.booking_id,
            "userId": self.user_id,
            "amount": self.amount.to_payload(),
            "method": self.method,
            "provider": self.provider,
            "providerReference": self.provider_reference,
            "reason": self.reason,
            "providerCode": self.provider_code,
            "retryable": self.retryable,
            "attempt": self.attempt,
            "failedAt": self.failed_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                payment_id=payload["paymentId"],
                booking_id=payload["bookingId"],
                user_id=payload["userId"],
                amount=Money.from_payload(payload["amount"]),
                method=payload["method"],
                provider=payload["provider"],
                provider_reference=payload.get("providerReference"),
                reason=payload["reason"],
                provider_code=payload.get("providerCode"),
                retryable=payload["retryable"],
                attempt=payload["attempt"],
                failed_at=payload["failedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRefunded(TypedEvent):
    """A payment was returned in full.

    payment.refunded 1.0, on the topic dreamscape.payment.refunded.
    """

    event_type: ClassVar[str] = "payment.refunded"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.payment.refunded"
    aggregate_id_field: ClassVar[str | None] = "paymentId"

    refund_id: str
    """The refund's id."""
    payment_id: str
    """The payment that was returned."""
    booking_id: str
    """The booking that is paid for."""
    user_id: str
    """The user who gets the money."""
    amount: Money
    """What was returned: all that was paid."""
    reason: RefundReason
    """Why it was returned."""
    provider: str
    """The payment provider: stripe, adyen, paypal."""
    provider_reference: str
    """The provider's id of the refund."""
    refunded_at: Timestamp
    """When the provider confirmed the refund."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "refundId": self.refund_id,
            "paymentId": self.payment_id,
            "bookingId": self.booking_id,
            "userId": self.user_id,
            "amount": self.amount.to_payload(),
            "reason": self.reason,
            "provider": self.provider,
            "providerReference": self.provider_reference,
            "refundedAt": self.refunded_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                refund_id=payload["refundId"],
                payment_id=payload["paymentId"],
                booking_id=payload["bookingId"],
                user_id=payload["userId"],
                amount=Money.from_payload(payload["amount"]),
                reason=payload["reason"],
                provider=payload["provider"],
                provider_reference=payload["providerReference"],
                refunded_at=payload["refundedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPartialRefund(TypedEvent):
    """A part of a payment was returned.

    payment.partial.refund 1.0, on the topic dreamscape.payment.partial.refund.
    """

    event_type: ClassVar[str] = "payment.partial.refund"
    version: ClassVar[str] = "1.0"
    topic: ClassVar[str] = "dreamscape.payment.partial.refund"
    aggregate_id_field: ClassVar[str | None] = "paymentId"

    refund_id: str
    """The refund's id."""
    payment_id: str
    """The payment that a part was returned of."""
    booking_id: str
    """The booking that is paid for."""
    user_id: str
    """The user who gets the money."""
    amount: Money
    """What was returned this time."""
    refunded_total: Money
    """What has been returned of this payment so far, this refund included."""
    remaining: Money
    """What is still kept of the payment."""
    items: list[RefundedItem]
    """What the money is returned for; empty when it is a gesture."""
    reason: RefundReason
    """Why it was returned."""
    provider: str
    """The payment provider: stripe, adyen, paypal."""
    provider_reference: str
    """The provider's id of the refund."""
    refunded_at: Timestamp
    """When the provider confirmed the refund."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "refundId": self.refund_id,
            "paymentId": self.payment_id,
            "bookingId": self.booking_id,
            "userId": self.user_id,
            "amount": self.amount.to_payload(),
            "refundedTotal": self.refunded_total.to_payload(),
            "remaining": self.remaining.to_payload(),
            "items": [each.to_payload() for each in self.items],
            "reason": self.reason,
            "provider": self.provider,
            "providerReference": self.provider_reference,
            "refundedAt": self.refunded_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                refund_id=payload["refundId"],
                payment_id=payload["paymentId"],
                booking_id=payload["bookingId"],
                user_id=payload["userId"],
                amount=Money.from_payload(payload["amount"]),
                refunded_total=Money.from_payload(payload["refundedTotal"]),
                remaining=Money.from_payload(payload["remaining"]),
                items=[RefundedItem.from_payload(each) for each in payload["items"]],
                reason=payload["reason"],
                provider=payload["provider"],
                provider_reference=payload["providerReference"],
                refunded_at=payload["refundedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPartialRefundV2(TypedEvent):
    """A part of a payment was returned.

    payment.partial.refund 2.0, on the topic dreamscape.payment.partial.refund.
    """

    event_type: ClassVar[str] = "payment.partial.refund"
    version: ClassVar[str] = "2.0"
    topic: ClassVar[str] = "dreamscape.payment.partial.refund"
    aggregate_id_field: ClassVar[str | None] = "paymentId"

    refund_id: str
    """The refund's id."""
    payment_id: str
    """The payment that a part was returned of."""
    booking_id: str
    """The booking that is paid for."""
    user_id: str
    """The user who gets the money."""
    amount: Money
    """What was returned this time."""
    balance: PaymentBalanceV2
    """The payment, this refund included."""
    items: list[RefundedItem]
    """What the money is returned for; empty when it is a gesture."""
    reason: RefundReason
    """Why it was returned."""
    provider: str
    """The payment provider: stripe, adyen, paypal."""
    provider_reference: str
    """The provider's id of the refund."""
    refunded_at: Timestamp
    """When the provider confirmed the refund."""

    def to_payload(self) -> dict[str, Any]:
        return {
            "refundId": self.refund_id,
            "paymentId": self.payment_id,
            "bookingId": self.booking_id,
            "userId": self.user_id,
            "amount": self.amount.to_payload(),
            "balance": self.balance.to_payload(),
            "items": [each.to_payload() for each in self.items],
            "reason": self.reason,
            "provider": self.provider,
            "providerReference": self.provider_reference,
            "refundedAt": self.refunded_at,
        }

    @classmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        try:
            return cls(
                refund_id=payload["refundId"],
                payment_id=payload["paymentId"],
                booking_id=payload["bookingId"],
                user_id=payload["userId"],
                amount=Money.from_payload(payload["amount"]),
                balance=PaymentBalanceV2.from_payload(payload["balance"]),
                items=[RefundedItem.from_payload(each) for each in payload["items"]],
                reason=payload["reason"],
                provider=payload["provider"],
                provider_reference=payload["providerReference"],
                refunded_at=payload["refundedAt"],
            )
        except UNFIT as error:
            raise does_not_fit(cls, error) from error
