"""Events of the catalog's examples."""

from dataclasses import replace
from typing import TypeVar

from headrace.catalog import load_catalog
from headrace.events import PaymentCompleted, TypedEvent, VoyageBookingConfirmed

E = TypeVar("E", bound=TypedEvent)


def example(event_class: type[E]) -> E:
    """The example beside the newest schema."""
    kind = load_catalog().event_type(event_class.event_type)
    return event_class.from_payload(kind.version(event_class.version).example)


def paid(number: int = 1, booking: str = "b-1") -> PaymentCompleted:
    return replace(example(PaymentCompleted), payment_id=f"p-{number}", booking_id=booking)


def confirmed(booking: str) -> VoyageBookingConfirmed:
    return replace(example(VoyageBookingConfirmed), booking_id=booking)
