"""A service as a process: it keeps each payment's id, and confirms its booking.

LEDGER says on which ledger, KEEP in which file ids go without a database, CATALOG whose topics.
"""

import asyncio
import os
from pathlib import Path

from headrace import Metadata, Service
from headrace.events import PaymentCompleted
from headrace.service import Pace
from tests.unit.service.samples import confirmed

POSTGRES = os.environ["LEDGER"] == "postgres"
service = Service(
    "voyage-service",
    ledger="postgres" if POSTGRES else "kafka",
    catalog=Path(os.environ["CATALOG"]),
    pace=Pace(records=50),
)


@service.on(PaymentCompleted, timeout=20)
async def confirm(event: PaymentCompleted, metadata: Metadata) -> None:
    """The effect, and an event."""
    await asyncio.sleep(0.001)
    if POSTGRES:
        await metadata.transaction.execute(
            "INSERT INTO public.service_effects (payment_id) VALUES (%s)", [event.payment_id]
        )
    else:
        with Path(os.environ["KEEP"]).open("a", encoding="utf-8") as kept:  # noqa: ASYNC230 - a line
            kept.write(f"{event.payment_id}\n")
    await service.publish(confirmed(event.booking_id))


if __name__ == "__main__":
    service.run(health_port=int(os.environ.get("HEALTH_PORT", "0")) or None)
