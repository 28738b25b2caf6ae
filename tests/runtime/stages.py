"""Stages whose records are short texts, so that a test can say what it means."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from headrace.catalog import Topic
from headrace.envelope import Event
from headrace.errors import (
    ConfigurationError,
    OutageError,
    PoisonError,
    TransientError,
    UnknownSchemaError,
)
from headrace.runtime import (
    BusinessError,
    Events,
    FailurePolicy,
    ParkingPolicy,
    Stage,
    StageEvent,
    TopicPartition,
)

QUICK_PARKING = ParkingPolicy(after=0.05, first_wait=0.02, longest_wait=0.1)
QUICK = FailurePolicy(0.01, 0.05, unknown_schema_grace=0.3, parking=QUICK_PARKING)


@dataclass(frozen=True)
class TextDecoded:
    """A record's text as an event; the text is its source."""

    event: Event
    schema_id: int = 1
    payload_json: bytes = b"{}"


@dataclass
class TextDecoder:
    """`poison` never decodes; `schema N …` needs schema N; while `outage`, nothing decodes."""

    known: set[int] = field(default_factory=set)
    outage_of: set[str] = field(default_factory=set)

    def decode(
        self, value: bytes | None, *, topic: Topic | None = None, now: datetime | None = None
    ) -> TextDecoded:
        if value is None:
            raise PoisonError("tombstone", "no value")
        text = value.decode()
        if topic is not None and topic.name.split("-")[0] in self.outage_of:
            raise OutageError("the registry is away")
        if text == "misconfigured":
            raise ConfigurationError("the registry refuses our credentials")
        if text.startswith("poison"):
            raise PoisonError("not_avro", text)
        if text.startswith("schema "):
            schema_id = int(text.split()[1])
            if schema_id not in self.known:
                raise UnknownSchemaError(schema_id)
        return TextDecoded(
            Event(
                event_id=UUID(int=0),
                event_type="text",
                timestamp=datetime(2026, 1, 1, tzinfo=UTC),
                version="1.0",
                source=text,
                payload={},
            )
        )


Write = Callable[[Any, StageEvent], None]


class TextHandler:
    """Writes each event's text; `refuse …` breaks a rule, `bug …` raises something unforeseen, and
    a text that contains a word of `troubled` has a passing trouble.
    """

    def __init__(self, write: Write) -> None:
        self._write = write
        self.available = threading.Event()
        self.available.set()
        self.calls = 0
        self.troubled: set[str] = set()
        self.tried: Counter[str] = Counter()

    def prepare(self, events: Events) -> None:
        return

    def apply(self, events: Events, effects: Any) -> Mapping[TopicPartition, int]:
        self.calls += 1
        if not self.available.is_set():
            raise OutageError("the effects' server is away")
        for event in events:
            self._apply(event, effects)
        return {}

    def _apply(self, event: StageEvent, effects: Any) -> None:
        text = event.event.source
        self.tried[text] += 1
        if any(word in text for word in self.troubled):
            raise TransientError(f"{text} has a passing trouble")
        if text.startswith("refuse"):
            raise BusinessError(text)
        if text.startswith("bug"):
            raise KeyError(text)
        self._write(effects, event)


def text_topic(name: str) -> Topic:
    return Topic(
        name=name,
        domain="test",
        description="texts",
        authority="log",
        event_types=("text",),
        key=None,
        partitions=2,
        production_partitions=2,
        replication=1,
        retention_ms=1,
        config={},
        producers=("*",),
        consumers={},
        start="earliest",
        aggregate_type=None,
    )


def text_stage(
    topics: Iterable[str],
    group: str,
    decoder: TextDecoder,
    handler: TextHandler,
    policy: FailurePolicy = QUICK,
) -> Stage:
    return Stage(
        "texts", group, {name: text_topic(name) for name in topics}, decoder, handler, policy
    )


def key_of_text(text: str | None) -> bytes:
    """What stands before a colon."""
    return text.partition(":")[0].encode() if text and ":" in text else b""


async def until(condition: Callable[[], bool], within: float = 30.0) -> None:
    """Wait for a condition; the deadline is the test's failure."""
    deadline = asyncio.get_running_loop().time() + within
    while not condition():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {within} s: {condition}")
        await asyncio.sleep(0.01)
