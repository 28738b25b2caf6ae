"""A frame that native code cannot take: its events go one by one, and all of them land."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from headrace.catalog import load_catalog
from headrace.clock import ManualClock
from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry
from headrace.codec.columnar import ColumnarDecoder
from headrace.envelope import Event
from headrace.native import panics_as_errors
from headrace.runtime import (
    ClaimRequest,
    Counts,
    EventFrame,
    Events,
    FailurePolicy,
    MemoryLedger,
    Stage,
    TopicPartition,
)
from headrace.runtime.fates import Done, Held
from headrace.runtime.job import Job
from headrace.runtime.record_batches import columns_of, record_batches
from headrace.runtime.writer import Writer

NOW = datetime(2026, 3, 14, tzinfo=UTC)
TYPE, EVENTS = "user.created", 150


class PanicException(BaseException):
    """What a panic of native code looks like from Python."""


class Fragile:
    """A handler whose native code panics at every frame."""

    def prepare(self, events: Events) -> None:
        return

    def apply(self, events: Events, effects: Any) -> Mapping[TopicPartition, int]:
        with panics_as_errors():
            if any(isinstance(part, EventFrame) for part in events.parts):
                raise PanicException("index out of bounds")
        effects.extend(event.offset for event in events)
        return {}


def test_a_frame_that_native_code_panics_at_lands_event_by_event() -> None:
    catalog, registry, clock = load_catalog(), MemoryRegistry(), ManualClock(NOW)
    topic = catalog.topic(catalog.event_type(TYPE).topic)
    tp = TopicPartition(topic.name, 0)
    decoder, columnar = EventDecoder(catalog, registry, clock), ColumnarDecoder(registry)
    policy = FailurePolicy()
    stage = Stage("s", "g", {topic.name: topic}, decoder, Fragile(), policy, columnar)
    ledger = MemoryLedger("g")
    epoch = ledger.claim([ClaimRequest(tp, "id", 0)])[tp].epoch
    writer, job = Writer(stage, ledger, clock), Job(tp, 0, EVENTS, epoch, _fetched(registry))
    assert isinstance(writer.process([job])[tp], Held)
    last = replace(job, attempt=2, unforeseen=policy.unexpected_attempts - 1)
    assert writer.process([last])[tp] == Done(Counts(applied=EVENTS), EVENTS)
    assert ledger.effects == list(range(EVENTS))


def _fetched(registry: MemoryRegistry) -> Any:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
    catalog = load_catalog()
    encoder = EventEncoder(catalog, registry, ManualClock(NOW))
    for offset in range(EVENTS):
        event = Event(
            event_id=UUID(int=offset),
            event_type=TYPE,
            timestamp=NOW,
            version="1.0",
            source="test",
            payload=catalog.event_type(TYPE).latest.example,
        )
        builder.append(offset, 1000, None, encoder.encode(event), [])
    return columns_of(list(record_batches(bytes(builder.build()))))
