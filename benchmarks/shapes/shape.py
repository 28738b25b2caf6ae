"""A shape: what a benchmark's events look like, ready to be produced, copied or compared."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from benchmarks.shapes.stamps import (
    EPOCH,
    MARK,
    Stamp,
    avro_values,
    copy_values,
    marks_of,
    stamps,
    text_values,
)
from benchmarks.shapes.template import Template
from headrace.catalog import Catalog
from headrace.clock import SystemClock
from headrace.codec import EventDecoder, EventEncoder, SchemaRegistry, headers_of, key_of
from headrace.envelope import Event
from headrace.postgres.warm import packed
from headrace.runtime import StageEvent, TopicPartition

MARK_ID = UUID(bytes=MARK.id)
MARK_TIME = EPOCH + timedelta(microseconds=MARK.micros)
MARK_CORRELATION = MARK.correlation.decode()
MARK_AGGREGATE = MARK.aggregate.decode()

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Produced:
    """A record to produce."""

    topic: str
    key: bytes
    value: bytes
    headers: Headers


@dataclass(frozen=True)
class Sample:
    """One event with marks, in every encoding that a benchmark writes."""

    topic: str
    schema_id: int
    value: Template
    key: Template
    headers: tuple[tuple[str, Template], ...]
    row: Template
    flat_json: Template


@dataclass(frozen=True)
class Shape:
    """`samples` take turns; every event gets fresh ids and a time of now."""

    name: str
    about: str
    samples: Sequence[Sample]

    @property
    def topics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(sample.topic for sample in self.samples))

    @cached_property
    def average_bytes(self) -> int:
        """Of a record's value."""
        return round(sum(sample.value.size for sample in self.samples) / len(self.samples))

    def records(self, count: int, first: int = 0) -> Iterator[Produced]:
        """`count` records for Kafka, as the SDK writes them."""
        for sample, stamp in self._turns(count, first):
            values = avro_values(stamp)
            yield Produced(
                sample.topic,
                sample.key.filled(values),
                sample.value.filled(values),
                [(name, template.filled(values)) for name, template in sample.headers],
            )

    def flat_records(self, count: int, topic: str) -> Iterator[Produced]:
        """The same as flat JSON objects, for a peer that reads no nested Avro."""
        for sample, stamp in self._turns(count, 0):
            values = text_values(stamp)
            yield Produced(topic, sample.key.filled(values), sample.flat_json.filled(values), [])

    def rows(self, count: int, first: int = 0) -> Iterator[bytes]:
        """`count` rows for COPY BINARY, in the columns' order of `warm_copy`."""
        for sample, stamp in self._turns(count, first):
            yield sample.row.filled(copy_values(stamp))

    def rows_of_day(self, count: int, day: date, first: int = 0) -> Iterator[bytes]:
        """`count` rows spread over a day (UTC)."""
        midnight = datetime.combine(day, time(), UTC) + timedelta(days=1)
        step = 86_400_000_000 // count
        for sample, stamp in self._taking_turns(stamps(count, midnight, first, step)):
            yield sample.row.filled(copy_values(stamp))

    def _turns(self, count: int, first: int) -> Iterator[tuple[Sample, Stamp]]:
        return self._taking_turns(stamps(count, SystemClock().now(), first))

    def _taking_turns(self, stamped: Iterable[Stamp]) -> Iterator[tuple[Sample, Stamp]]:
        samples = self.samples
        for stamp in stamped:
            yield samples[stamp.number % len(samples)], stamp


def make_shape(
    name: str,
    about: str,
    events: Sequence[Event],
    catalog: Catalog,
    registry: SchemaRegistry,
) -> Shape:
    """The shape of these sample events, which carry marks (MARK_ID, MARK_TIME, …)."""
    encoder, decoder = EventEncoder(catalog, registry), EventDecoder(catalog, registry)
    return Shape(name, about, [_sample(event, catalog, encoder, decoder) for event in events])


def _sample(event: Event, catalog: Catalog, encoder: EventEncoder, decoder: EventDecoder) -> Sample:
    topic = catalog.topic(catalog.event_type(event.event_type).topic)
    if event.aggregate_id:
        event = replace(event, aggregate_type=topic.aggregate_type)
    value = encoder.encode(event)
    decoded = decoder.decode(value)
    place = TopicPartition(topic.name, 0)
    row = StageEvent(place, MARK.number, decoded.schema_id, decoded.event, decoded.payload_json)
    avro, text = marks_of(avro_values), marks_of(text_values)
    return Sample(
        topic=topic.name,
        schema_id=decoded.schema_id,
        value=Template(value, avro),
        key=Template(key_of(event, topic), avro),
        headers=tuple((name, Template(header, avro)) for name, header in headers_of(event)),
        row=Template(packed(row), marks_of(copy_values)),
        flat_json=Template(_flat(event, topic.name, decoded), text),
    )


def _flat(event: Event, topic: str, decoded: Any) -> bytes:
    """One object whose fields are the table's columns; payload and metadata are text."""
    columns = {
        "event_id": str(event.event_id),
        "event_type": event.event_type,
        "timestamp": f"{event.timestamp:%Y-%m-%dT%H:%M:%S.%f}Z",
        "version": event.version,
        "source": event.source,
        "correlation_id": event.correlation_id,
        "causation_id": event.causation_id,
        "aggregate_type": event.aggregate_type,
        "aggregate_id": event.aggregate_id,
        "aggregate_version": event.aggregate_version,
        "account_id": event.account_id,
        "user_id": event.user_id,
        "metadata": event.metadata_json,
        "payload": decoded.payload_json.decode(),
        "topic": topic,
        "partition": 0,
        "record_offset": 0,
        "schema_id": decoded.schema_id,
    }
    return json.dumps(columns, separators=(",", ":")).encode()
