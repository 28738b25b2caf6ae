"""Publishing through the library against a bare producer that encodes the same Avro."""

import asyncio
import time
from dataclasses import replace
from io import BytesIO
from itertools import cycle, islice
from statistics import median
from typing import NamedTuple, Self

from confluent_kafka import Producer
from fastavro import parse_schema, schemaless_reader, schemaless_writer

from benchmarks.flights import flights
from benchmarks.options import Options
from benchmarks.report import Result, Table, count, ratio
from benchmarks.servers import servers
from benchmarks.shapes.samples import small
from headrace.catalog import Catalog, load_catalog
from headrace.clock import SystemClock
from headrace.codec import EventDecoder, EventEncoder, Registry, headers_of, key_of
from headrace.envelope import Event
from headrace.ids import uuid7
from headrace.kafka import AsyncProducer, create_topics, producer_config
from headrace.settings import Settings

EVENTS = 40_000
ROUNDS = 5
COLUMNS = (
    "",
    "bare confluent-kafka, fastavro, no checks: events/s",
    "`AsyncProducer.publish_many`",
    "ratio",
    "CPU µs an event: bare",
    "ours",
)


class Took(NamedTuple):
    """Seconds by the clock, and of CPU in this process, librdkafka's threads included."""

    seconds: float
    cpu: float

    @classmethod
    def now(cls) -> Self:
        return cls(time.perf_counter(), time.process_time())

    @classmethod
    def since(cls, began: Self) -> Self:
        ended = cls.now()
        return cls(ended.seconds - began.seconds, ended.cpu - began.cpu)


def run(options: Options) -> Result:
    """The medians over alternating rounds."""
    events, rounds = options.events or EVENTS, options.rounds or ROUNDS
    catalog = load_catalog()
    loads = {
        "flights, 26 payload fields": flights(catalog, events),
        "small events": small_events(events),
    }
    with servers() as running:
        create_topics(catalog, running.settings.kafka)
        rows = [_row(running.settings, catalog, *load, rounds) for load in loads.items()]
    title = f"Publish {events:,} events, median of {rounds} pairs"
    return Result([Table(title, COLUMNS, rows)])


def small_events(count: int) -> list[Event]:
    """The small events of the other benchmarks, with ids, times and keys of their own."""
    clock = SystemClock()
    return [
        replace(
            sample,
            event_id=uuid7(clock),
            timestamp=clock.now(),
            correlation_id=str(uuid7(clock)),
            aggregate_id=f"u-{number:07d}",
        )
        for number, sample in enumerate(islice(cycle(small()), count))
    ]


def _row(
    settings: Settings, catalog: Catalog, name: str, events: list[Event], rounds: int
) -> tuple[str, ...]:
    ours, stock = [], []
    for _ in range(rounds):
        ours.append(asyncio.run(_library(settings, catalog, events)))
        stock.append(bare(settings, catalog, events))
    shares = [theirs.seconds / mine.seconds for mine, theirs in zip(ours, stock, strict=True)]
    return (
        name,
        *(count(len(events) / median(one.seconds for one in side)) for side in (stock, ours)),
        ratio(median(shares)),
        *(f"{median(one.cpu for one in side) / len(events) * 1e6:.1f}" for side in (stock, ours)),
    )


async def _library(settings: Settings, catalog: Catalog, events: list[Event]) -> Took:
    async with AsyncProducer(settings, catalog) as producer:
        began = Took.now()
        for at in range(0, len(events), 2000):
            await producer.publish_many(events[at : at + 2000])
        return Took.since(began)


def bare(settings: Settings, catalog: Catalog, events: list[Event]) -> Took:
    """The same records and headers from values that are ready to be written, unchecked."""
    registry = Registry(settings)
    encoder, decoder = EventEncoder(catalog, registry), EventDecoder(catalog, registry)
    name = events[0].event_type
    schema = parse_schema(catalog.event_type(name).latest.composed)
    header = encoder.encode(events[0])[:5]
    ready = [_datum(event, encoder, schema) for event in events]
    assert decoder.decode(header + _written(schema, ready[0])).event.event_type == name
    topic = catalog.topic(catalog.event_type(name).topic)
    producer = Producer(producer_config(settings.kafka))
    began = Took.now()
    for event, datum in zip(events, ready, strict=True):
        value = header + _written(schema, datum)
        key, headers = key_of(event, topic), headers_of(event)
        while True:
            try:
                producer.produce(topic.name, value, key, headers=headers)
                break
            except BufferError:
                producer.poll(0.01)
        producer.poll(0)
    assert producer.flush(60) == 0
    return Took.since(began)


def _datum(event: Event, encoder: EventEncoder, schema: object) -> object:
    return schemaless_reader(BytesIO(encoder.encode(event)[5:]), schema, None)


def _written(schema: object, datum: object) -> bytes:
    buffer = BytesIO()
    schemaless_writer(buffer, schema, datum)
    return buffer.getvalue()
