"""Many that append at once, some from transactions that began early; what they committed."""

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from headrace.catalog import Catalog, load_catalog
from headrace.errors import OutageError
from headrace.store import EventStore, Stream, YoungerTransactionError

EVENT_TYPES = {"Joueur": "ExperienceGagnee", "Combat": "DegatsInfliges", "Item": "ItemModifie"}


class Appender:
    """Appends to its streams until it is stopped; `committed` are the ids that it knows landed."""

    def __init__(self, store: EventStore, streams: list[Stream], seed: int) -> None:
        self._store, self._streams = store, streams
        self._random = random.Random(seed)
        self._pause = threading.Event()
        self.committed: set[UUID] = set()

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            stream = self._random.choice(self._streams)
            events = self.events(stream)
            try:
                self._append(stream, events)
            except YoungerTransactionError:
                continue
            except OutageError:  # whether it was committed nobody knows, and a repeat is none
                _surely(self._store, stream, events)
            self.committed |= {event.event_id for event in events}
            self._pause.wait(self._random.random() * 0.01)

    def events(self, stream: Stream) -> list[Any]:
        name = EVENT_TYPES[stream.aggregate_type]
        return [example(self._store, name) for _ in range(self._random.randint(1, 5))]

    def _append(self, stream: Stream, events: list[Any]) -> None:
        if self._random.random() < 0.7:
            _surely(self._store, stream, events)
            return
        with self._store.transaction() as tx:
            tx.execute("SELECT pg_current_xact_id()")
            self._pause.wait(self._random.random() * 0.02)
            tx.append(stream, events)
            self._pause.wait(self._random.random() * 0.01)


def example(store: EventStore, name: str) -> Any:
    """An event of the type with its schema's example."""
    return store.event(name, _catalog().event_type(name).latest.example)


@cache
def _catalog() -> Catalog:
    return load_catalog()


def _surely(store: EventStore, stream: Stream, events: list[Any]) -> None:
    """Through outages: an append may be repeated."""
    while True:
        try:
            store.append(stream, events)
            return
        except OutageError:
            threading.Event().wait(0.2)


@contextmanager
def appending(store: EventStore, number: int = 4, seed: int = 1) -> Iterator[set[UUID]]:
    """Inside the block so many append; the set is complete after it."""
    streams = [Stream(name, uuid4()) for name in EVENT_TYPES for _ in range(5)]
    appenders = [Appender(store, streams, seed * 100 + n) for n in range(number)]
    stop = threading.Event()
    threads = [threading.Thread(target=each.run, args=[stop]) for each in appenders]
    committed: set[UUID] = set()
    for thread in threads:
        thread.start()
    try:
        yield committed
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
        committed |= set().union(*(each.committed for each in appenders))
