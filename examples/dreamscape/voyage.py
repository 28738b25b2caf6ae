"""voyage-service: takes bookings; confirms what was paid, cancels what was not.

Its bookings are in its own PostgreSQL, so that a booking changes in the transaction in which its
event counts as handled, and the events that follow from it leave with that transaction.
"""

from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import psycopg

from examples.dreamscape.journal import handled
from examples.dreamscape.money import euros
from examples.dreamscape.program import program
from headrace import Metadata, Service, SyncProducer
from headrace.clock import SystemClock
from headrace.events import (
    AiPredictionMade,
    PaymentCompleted,
    PaymentFailed,
    PaymentPartialRefundV2,
    PaymentRefunded,
    UserDeleted,
    UserPreferencesUpdated,
    VoyageBookingCancelled,
    VoyageBookingConfirmed,
    VoyageBookingCreated,
    VoyageSearchPerformed,
    timestamp,
)
from headrace.events.voyage import BookingItem, Party, Traveller
from headrace.settings import load_settings

TABLES = """
CREATE TABLE IF NOT EXISTS bookings (
    booking_id text PRIMARY KEY,
    user_id text NOT NULL,
    status text NOT NULL,
    payment_id text,
    payload jsonb NOT NULL
);
"""
_BOOK = """
INSERT INTO bookings (booking_id, user_id, status, payload) VALUES (%s, %s, 'created', %s)
ON CONFLICT DO NOTHING
"""
_MOVE = """
UPDATE bookings SET status = %(to)s, payment_id = coalesce(%(payment)s, payment_id)
WHERE booking_id = %(booking)s AND status = ANY(%(of)s) RETURNING payload
"""

service = Service("voyage-service", ledger="postgres")


@service.on(PaymentCompleted)
async def confirm(event: PaymentCompleted, metadata: Metadata) -> None:
    created = await _moved(metadata, event.booking_id, ["created"], "confirmed", event.payment_id)
    if created is None:
        return handled(metadata, "no booking waits for it")
    await service.publish(
        VoyageBookingConfirmed(
            booking_id=created.booking_id,
            user_id=created.user_id,
            confirmation_code=f"DS-{created.booking_id[-5:].upper()}",
            payment_id=event.payment_id,
            items=created.items,
            total=created.total,
            start_date=created.items[0].start_date,
            end_date=created.items[0].end_date,
            confirmed_at=timestamp(service.clock.now()),
        )
    )
    return handled(metadata, f"{created.booking_id} is confirmed")


@service.on(PaymentFailed)
async def give_up(event: PaymentFailed, metadata: Metadata) -> None:
    created = await _moved(metadata, event.booking_id, ["created"], "cancelled")
    if created is None:
        return handled(metadata, "no booking waits for it")
    await service.publish(_cancelled(created, None, "payment_failed", "system"))
    return handled(metadata, f"{created.booking_id} is cancelled")


@service.on(PaymentRefunded)
async def close(event: PaymentRefunded, metadata: Metadata) -> None:
    found = await _moved(metadata, event.booking_id, ["cancelled"], "refunded", event.payment_id)
    handled(metadata, f"{event.booking_id} is refunded" if found else "")


@service.on(PaymentPartialRefundV2)  # events of v1 arrive here too, as v2 says them
async def note_refund(event: PaymentPartialRefundV2, metadata: Metadata) -> None:
    handled(metadata, f"{event.amount.minor_units} of {event.booking_id} were returned")


@service.on(UserDeleted)
async def forget(event: UserDeleted, metadata: Metadata) -> None:
    if event.erase_personal_data:
        await metadata.transaction.execute(
            "UPDATE bookings SET payload = payload - 'travellers' - 'contactEmail' "
            "WHERE user_id = %s AND status <> 'created'",
            [event.user_id],
        )
    handled(metadata)


@service.on(UserPreferencesUpdated)
async def remember(event: UserPreferencesUpdated, metadata: Metadata) -> None:
    handled(metadata, f"preferences of {event.user_id}")


@service.on(AiPredictionMade)
async def consider(event: AiPredictionMade, metadata: Metadata) -> None:
    handled(metadata, f"{event.kind} of {event.subject_id}")


async def _moved(
    metadata: Metadata, booking: str, of: list[str], to: str, payment: str | None = None
) -> VoyageBookingCreated | None:
    """The booking, if it was in one of these states: it is in the new one now."""
    values = {"booking": booking, "of": of, "to": to, "payment": payment}
    payload = (await metadata.transaction.execute(_MOVE, values)).value
    return None if payload is None else VoyageBookingCreated.from_payload(payload)


def _cancelled(
    created: VoyageBookingCreated, payment: str | None, reason: Any, party: Any
) -> VoyageBookingCancelled:
    return VoyageBookingCancelled(
        booking_id=created.booking_id,
        user_id=created.user_id,
        payment_id=payment,
        reason=reason,
        cancelled_by=party,
        cancelled_items=[item.item_id for item in created.items],
        penalty=euros(0),
        refundable=created.total if payment else euros(0),
        cancelled_at=timestamp(service.clock.now()),
    )


# what its web shop does, outside of any handler


def take_bookings(count: str) -> list[str]:
    """Somebody searches and books, `count` times; every third booking is too dear to be paid."""
    clock = SystemClock()
    database = load_settings().database_url.get_secret_value()
    taken = []
    with SyncProducer("voyage-service") as producer, psycopg.connect(database) as connection:
        for number in range(int(count)):
            created = _a_booking(number, clock)
            # first the booking, then its event, under an id that a second try would give it again
            payload = psycopg.types.json.Jsonb(created.to_payload())
            connection.execute(_BOOK, [created.booking_id, created.user_id, payload])
            connection.commit()
            flow = f"trip-{created.booking_id}"
            producer.publish(_a_search(created, clock), correlation_id=flow)
            producer.publish(
                created, event_id=_event_id(created.booking_id, "created"), correlation_id=flow
            )
            taken.append(created.booking_id)
    return taken


def cancel(booking: str) -> list[str]:
    """A traveller gives a confirmed booking up."""
    database = load_settings().database_url.get_secret_value()
    values = {"booking": booking, "of": ["confirmed"], "to": "cancelled", "payment": None}
    with SyncProducer("voyage-service") as producer, psycopg.connect(database) as connection:
        row = connection.execute(_MOVE, values).fetchone()
        if row is None:
            raise SystemExit(f"{booking} is not a confirmed booking")
        created = VoyageBookingCreated.from_payload(row[0])
        event = _cancelled(created, f"payment-{booking}", "traveller_request", "traveller")
        producer.publish(
            event,
            event_id=_event_id(booking, "cancelled"),
            correlation_id=f"trip-{booking}",
        )
    return [f"{booking} is cancelled"]


def _a_booking(number: int, clock: SystemClock) -> VoyageBookingCreated:
    now = clock.now()
    price = euros(250_000 if number % 3 == 2 else 34_990 + number)
    start = (now + timedelta(days=30)).date().isoformat()
    end = (now + timedelta(days=34)).date().isoformat()
    booking_id = f"booking-{now:%y%m%d%H%M%S}-{number:05d}"
    return VoyageBookingCreated(
        booking_id=booking_id,
        user_id=f"user-{number % 5}",
        search_id=f"search-of-{booking_id}",
        items=[
            BookingItem(
                item_id="item-1",
                kind="flight",
                description="TP433 CDG-LIS",
                start_date=start,
                end_date=end,
                price=price,
            )
        ],
        travellers=[
            Traveller(
                traveller_id="traveller-1", first_name="Ada", last_name="L.", age_group="adult"
            )
        ],
        contact_email=f"user-{number % 5}@example.com",
        total=price,
        payment_due_at=timestamp(now + timedelta(minutes=30)),
        created_at=timestamp(now),
    )


def _a_search(created: VoyageBookingCreated, clock: SystemClock) -> VoyageSearchPerformed:
    return VoyageSearchPerformed(
        search_id=str(created.search_id),
        user_id=created.user_id,
        kind="flight",
        origin="PAR",
        destination="LIS",
        start_date=created.items[0].start_date,
        party=Party(adults=1, children=0, infants=0),
        result_count=42,
        duration_millis=381,
        performed_at=timestamp(clock.now()),
    )


def _event_id(booking: str, what: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"dreamscape:{booking}:{what}")


if __name__ == "__main__":
    program(service, book=take_bookings, cancel=cancel)
