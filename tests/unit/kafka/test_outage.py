"""What a producer makes of servers that do not answer."""

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from headrace.catalog import load_catalog
from headrace.catalog.model import DEFAULT_LEVEL
from headrace.envelope import Event
from headrace.errors import InvalidEventError, OutageError
from headrace.ids import uuid7
from headrace.kafka import AsyncProducer
from headrace.settings import KafkaSettings, Settings

NOWHERE = Settings(
    kafka=KafkaSettings(brokers="127.0.0.1:1", request_timeout=1000, max_wait_time=500)
)
CATALOG = load_catalog()


class AwayRegistry:
    """Counts how often it is asked, and never answers."""

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()

    def register(self, subject: str, schema_text: str, level: str = DEFAULT_LEVEL) -> int:
        self.asked[subject] += 1
        raise OutageError("the schema registry does not answer")

    def schema(self, schema_id: int) -> dict[str, Any]:
        raise OutageError("the schema registry does not answer")


def event(name: str) -> Event:
    return Event(
        event_id=uuid7(),
        event_type=name,
        timestamp=datetime(2026, 1, 1, tzinfo=UTC),
        version="1.0",
        source="s",
        payload={},
    )


async def test_a_registry_that_is_away_is_waited_for_once_a_type_and_call() -> None:
    registry = AwayRegistry()
    names = ["user.created", "user.deleted", "no.such"] * 10
    async with AsyncProducer(NOWHERE, CATALOG, registry=registry) as producer:
        results = await producer.publish_many([event(name) for name in names])
        assert list(registry.asked.values()) == [1, 1]

        await producer.publish_many([event("user.created")])

    assert registry.asked.total() == 3
    kinds = [type(result) for result in results[:2]] + [results[2].__class__.__base__]
    assert kinds == [OutageError, OutageError, InvalidEventError]
