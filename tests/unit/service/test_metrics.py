"""What a service tells of its handlers, in the closed list's registry."""

from prometheus_client import CollectorRegistry

from headrace import Metadata, Service
from headrace.events import PaymentCompleted
from headrace.metrics import REGISTRY
from headrace.service import BusinessError
from headrace.testing import ServiceKit
from tests.unit.service.samples import paid

NAME, TYPE = "voyage-service", "payment.completed"


class Since:
    """How much a sample has grown since this was made."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._registry, self._before = registry, dict[str, float]()
        self._before = self._all()

    def grown(self) -> dict[str, float]:
        return {
            key: value - self._before.get(key, 0)
            for key, value in self._all().items()
            if value != self._before.get(key, 0)
        }

    def _all(self) -> dict[str, float]:
        return {
            f"{sample.name} {' '.join(sample.labels.values())}": sample.value
            for family in self._registry.collect()
            for sample in family.samples
            if sample.labels.get("service") == NAME
            and "le" not in sample.labels
            and not sample.name.endswith("_created")
        }


async def test_handled_and_buried_events_and_their_handlers_seconds_are_told() -> None:
    service = Service(NAME)

    @service.on(PaymentCompleted)
    async def take(event: PaymentCompleted, metadata: Metadata) -> None:
        del metadata
        if event == paid(2):
            raise BusinessError("no such booking")

    since = Since()
    async with ServiceKit(service) as kit:
        for number in (1, 2, 3):
            await kit.send(paid(number))
        await kit.settled()
    grown = since.grown()
    seconds = "event_processing_duration_seconds"
    assert 0 < grown.pop(f"{seconds}_sum {TYPE} {NAME} success") < 10
    assert 0 < grown.pop(f"{seconds}_sum {TYPE} {NAME} failure") < 10
    assert grown == {
        f"headrace_service_events_total {NAME} {TYPE} handled": 2,
        f"headrace_service_events_total {NAME} {TYPE} dead": 1,
        f"{seconds}_count {TYPE} {NAME} success": 2,
        f"{seconds}_count {TYPE} {NAME} failure": 1,
    }
