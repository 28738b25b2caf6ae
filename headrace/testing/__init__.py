"""A service's handlers tested without Kafka and without a database.

    async with ServiceKit(service) as kit:
        await kit.send(PaymentCompleted(...))
        await kit.settled()
        (confirmed,) = kit.published_of(VoyageBookingConfirmed)

The runtime, the failure policy, the codec and the catalog are the real ones; log, ledger, registry
and producer are in memory.
"""

from headrace.testing.kit import ServiceKit

__all__ = ["ServiceKit"]
