"""notification-service: asks for a message where a traveller should know, and sends what is asked.

Sending is a row in its table here; the row and the offset commit together, so nobody gets two.
"""

from examples.dreamscape.journal import handled
from headrace import Metadata, Service
from headrace.envelope import Event
from headrace.events import (
    NotificationEmailRequested,
    NotificationPushRequested,
    NotificationSmsRequested,
    VoyageBookingCreated,
    timestamp,
)

TABLES = """
CREATE TABLE IF NOT EXISTS contacts (user_id text PRIMARY KEY, email text);
CREATE TABLE IF NOT EXISTS messages (
    notification_id text PRIMARY KEY,
    kind text NOT NULL,
    recipient_id text NOT NULL,
    template text NOT NULL
);
"""
MAILS = {
    "auth.password.changed": "password-changed",
    "auth.password.reset.requested": "password-reset",
    "auth.account.locked": "account-locked",
    "voyage.booking.confirmed": "booking-confirmed",
    "voyage.booking.cancelled": "booking-cancelled",
    "voyage.booking.updated": "booking-updated",
    "payment.completed": "receipt",
    "payment.failed": "payment-failed",
    "payment.refunded": "refund",
    "payment.partial.refund": "refund",
}
_KEEP_CONTACT = """
INSERT INTO contacts (user_id, email) VALUES (%s, %s)
ON CONFLICT (user_id) DO UPDATE SET email = excluded.email
"""
_SEND = """
INSERT INTO messages (notification_id, kind, recipient_id, template) VALUES (%s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""

service = Service("notification-service", ledger="postgres")


@service.on(VoyageBookingCreated)
async def keep_contact(event: VoyageBookingCreated, metadata: Metadata) -> None:
    await metadata.transaction.execute(_KEEP_CONTACT, [event.user_id, event.contact_email])
    await _ask_for_mail(event.user_id, "booking-created", metadata)
    handled(metadata)


async def tell(event: Event, metadata: Metadata) -> None:
    """Any event that a traveller should know of: its payload names the user."""
    await _ask_for_mail(event.payload["userId"], MAILS[event.event_type], metadata)
    handled(metadata)


for event_type in MAILS:
    service.on(event_type)(tell)


@service.on(NotificationEmailRequested)
async def send_mail(event: NotificationEmailRequested, metadata: Metadata) -> None:
    await _send("e-mail", event, metadata)


@service.on(NotificationSmsRequested)
async def send_sms(event: NotificationSmsRequested, metadata: Metadata) -> None:
    await _send("sms", event, metadata)


@service.on(NotificationPushRequested)
async def send_push(event: NotificationPushRequested, metadata: Metadata) -> None:
    await _send("push", event, metadata)


async def _ask_for_mail(user_id: str, template: str, metadata: Metadata) -> None:
    found = await metadata.transaction.execute(
        "SELECT email FROM contacts WHERE user_id = %s", [user_id]
    )
    await service.publish(
        NotificationEmailRequested(
            notification_id=f"mail-for-{metadata.event_id}",
            recipient_id=user_id,
            email=found.value,
            template=template,
            language="en-GB",
            variables={"about": metadata.aggregate_id or ""},
            priority="normal",
            requested_at=timestamp(service.clock.now()),
        )
    )


async def _send(
    kind: str,
    event: NotificationEmailRequested | NotificationSmsRequested | NotificationPushRequested,
    metadata: Metadata,
) -> None:
    values = [event.notification_id, kind, event.recipient_id, event.template]
    sent = await metadata.transaction.execute(_SEND, values)
    handled(metadata, f"{kind} {event.template}" if sent.count else "sent before")


if __name__ == "__main__":
    service.run()
