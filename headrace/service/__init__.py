"""What a service team writes with: `Service`, its handlers' `Metadata`, and their policies.

    service = Service("voyage-service")

    @service.on(PaymentCompleted)
    async def confirm(event: PaymentCompleted, metadata: Metadata) -> None: ...

    service.run()

A service runs on the stage runtime (`headrace.runtime`): `writer` is what its threads do with a
partition's chunk, `turn` runs handlers on the event loop, `verdicts` decides about their errors.
docs/service.md is the guide.
"""

from headrace.runtime import BusinessError, FailurePolicy, ParkingPolicy
from headrace.service.calling import HandlerTimeoutError
from headrace.service.effects import Answer
from headrace.service.membership import RegistrationError
from headrace.service.metadata import Metadata
from headrace.service.publishing import Published
from headrace.service.service import Service
from headrace.service.statements import Transaction, TransactionOverError
from headrace.service.writer import Pace

__all__ = [
    "Answer",
    "BusinessError",
    "FailurePolicy",
    "HandlerTimeoutError",
    "Metadata",
    "Pace",
    "ParkingPolicy",
    "Published",
    "RegistrationError",
    "Service",
    "Transaction",
    "TransactionOverError",
]
