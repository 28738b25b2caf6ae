"""Publishing through the library against a bare producer that encodes the same Avro."""

import asyncio
import time
from io import BytesIO
from statistics import median

from confluent_kafka import Producer
from fastavro import parse_schema, schemaless_reader, schemaless_writer

from benchmarks.flights import TYPE, flights
from benchmarks.options import Options
from benchmarks.report import Result, Table, count, ratio
from benchmarks.servers import servers
from headrace.catalog import Catalog, load_catalog
from headrace.codec import EventDecoder, EventEncoder, Registry, headers_of, key_of
from headrace.envelope import Event
from headrace.kafka import AsyncProducer, create_topics, producer_config
from headrace.settings import Settings

EVENTS = 40_000
ROUNDS = 5


def run(options: Options) -> Result:
    """The medians over alternating rounds."""
    events, rounds = options.events or EVENTS, options.rounds or ROUNDS
    with servers() as running:
        ours, bare = _pairs(running.settings, load_catalog(), events, rounds)
    share = median(mine / theirs for mine, theirs in zip(ours, bare, strict=True))
    rows = [
        ("bare confluent-kafka, fastavro, no checks", count(median(bare)), ""),
        ("`AsyncProducer.publish_many`", count(median(ours)), ratio(share)),
    ]
    title = f"Publish {events:,} flights, median of {rounds} pairs"
    return Result([Table(title, ("what", "events/s", "ratio"), rows)])


def _pairs(
    settings: Settings, catalog: Catalog, events: int, rounds: int
) -> tuple[list[float], list[float]]:
    create_topics(catalog, settings.kafka)
    ready = flights(catalog, events)
    ours, bare = [], []
    for _ in range(rounds):
        ours.append(events / asyncio.run(_library(settings, catalog, ready)))
        bare.append(events / _bare(settings, catalog, ready))
    return ours, bare


async def _library(settings: Settings, catalog: Catalog, events: list[Event]) -> float:
    async with AsyncProducer(settings, catalog) as producer:
        began = time.perf_counter()
        for at in range(0, len(events), 2000):
            await producer.publish_many(events[at : at + 2000])
        return time.perf_counter() - began


def _bare(settings: Settings, catalog: Catalog, events: list[Event]) -> float:
    """The same records and headers from values that are ready to be written, unchecked."""
    registry = Registry(settings)
    encoder, decoder = EventEncoder(catalog, registry), EventDecoder(catalog, registry)
    schema = parse_schema(catalog.event_type(TYPE).latest.composed)
    header = encoder.encode(events[0])[:5]
    ready = [_datum(event, encoder, schema) for event in events]
    assert decoder.decode(header + _written(schema, ready[0])).event.event_type == TYPE
    topic = catalog.topic(catalog.event_type(TYPE).topic)
    producer = Producer(producer_config(settings.kafka))
    began = time.perf_counter()
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
    return time.perf_counter() - began


def _datum(event: Event, encoder: EventEncoder, schema: object) -> object:
    return schemaless_reader(BytesIO(encoder.encode(event)[5:]), schema, None)


def _written(schema: object, datum: object) -> bytes:
    buffer = BytesIO()
    schemaless_writer(buffer, schema, datum)
    return buffer.getvalue()
