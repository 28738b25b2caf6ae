"""The total order under concurrency: nothing lost, nothing skipped, each aggregate in order."""

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from headrace.errors import OutageError, TransientError
from headrace.store import (
    Append,
    ConcurrencyConflictError,
    EventStore,
    Recorded,
    Stream,
    Transaction,
    YoungerTransactionError,
)
from tests.store.naive import NaiveReader
from tests.store.place import Place

pytestmark = pytest.mark.integration
APPENDERS = 6
APPENDS = 60
STREAMS = [Stream("Joueur", uuid4()) for _ in range(4)]
FIGHTS = [Stream("Combat", uuid4()) for _ in range(2)]
EVENT_TYPES = {"Joueur": "ExperienceGagnee", "Combat": "DegatsInfliges"}


class Reader:
    """Follows `read_all`."""

    def __init__(self, store: EventStore, limit: int, categories: list[str] | None = None) -> None:
        self._store, self._limit, self._categories = store, limit, categories
        self._cursor: str | None = None
        self.seen: list[Recorded] = []

    def advance(self) -> int:
        page = self._store.read_all(self._cursor, categories=self._categories, limit=self._limit)
        self._cursor = page.cursor
        self.seen += page.events
        return len(page.events)


def check(seen: Iterable[Recorded], committed: set[UUID]) -> None:
    """Each committed event once, none else, each aggregate's versions from 1 without a gap."""
    rows = list(seen)
    assert len({row.event_id for row in rows}) == len(rows)
    assert {row.event_id for row in rows} == committed
    versions: dict[UUID, list[int]] = defaultdict(list)
    for row in rows:
        versions[row.aggregate_id].append(row.aggregate_version)
    for found in versions.values():
        assert found == list(range(1, len(found) + 1))


class Appender:
    """Appends in one of several manners, drawn from its seed; remembers what was committed."""

    def __init__(self, store: EventStore, seed: int) -> None:
        self._store, self._random = store, random.Random(seed)
        self._clock = threading.Event()
        self.committed: set[UUID] = set()
        self.conflicts = self.younger = 0

    def run(self) -> None:
        manners = [self._at_once, self._exactly, self._together, self._early]
        for _ in range(APPENDS):
            self._random.choice(manners)()

    def _events(self, stream: Stream) -> list[Any]:
        name = EVENT_TYPES[stream.aggregate_type]
        number = self._random.randint(1, 3)
        return [self._store.event(name, {"points": 1}) for _ in range(number)]

    def _stream(self) -> Stream:
        return self._random.choice(STREAMS + FIGHTS)

    def _note(self, events: Iterable[Any]) -> None:
        self.committed |= {event.event_id for event in events}

    def _at_once(self) -> None:
        stream = self._stream()
        self._note(self._store.append(stream, self._events(stream)).events)

    def _exactly(self) -> None:
        """Read, decide, append what still holds; again on a conflict."""
        stream = self._stream()
        while True:
            version = len(self._store.read_stream(stream.aggregate_id))
            try:
                self._note(self._store.append(stream, self._events(stream), version).events)
                return
            except ConcurrencyConflictError:
                self.conflicts += 1

    def _together(self) -> None:
        streams = self._random.sample(STREAMS + FIGHTS, 2)
        for appended in self._store.append_all([Append(s, self._events(s)) for s in streams]):
            self._note(appended.events)

    def _early(self) -> None:
        """A transaction id now, the append later, the commit later still; some are rolled back."""
        stream = self._stream()
        while True:
            try:
                events = self._late_append(stream)
                self._note(events)
                return
            except YoungerTransactionError:
                self.younger += 1
            except ZeroDivisionError:
                return

    def _late_append(self, stream: Stream) -> Iterable[Any]:
        with self._store.transaction() as tx:
            tx.execute("SELECT pg_current_xact_id()")
            self._clock.wait(self._random.random() * 0.01)
            appended = tx.append(stream, self._events(stream))
            self._clock.wait(self._random.random() * 0.005)
            if self._random.random() < 0.2:
                raise ZeroDivisionError
        return appended.events


def _until(done: threading.Event, advance: Callable[[], int]) -> Callable[[], None]:
    def follow() -> None:
        while not done.is_set() or advance():
            advance()

    return follow


@pytest.mark.covers("S4-8")
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_readers_skip_nothing_while_many_append_and_the_naive_reader_does(
    place: Place, store: EventStore, seed: int
) -> None:
    appenders = [Appender(store, seed * 100 + number) for number in range(APPENDERS)]
    readers = [Reader(store, 7), Reader(store, 1000)]
    players, naive = Reader(store, 13, ["Joueur"]), NaiveReader(place.app)
    done = threading.Event()
    writing = [threading.Thread(target=each.run) for each in appenders]
    advances = [each.advance for each in (*readers, players)] + [naive.advance]
    reading = [threading.Thread(target=_until(done, advance)) for advance in advances]
    with place.store() as own:
        for reader in (*readers, players):
            reader._store = own  # the appenders may use up their store's connections
        for thread in reading + writing:
            thread.start()
        for thread in writing:
            thread.join(60)
        done.set()
        for thread in reading:
            thread.join(60)
    naive.close()
    committed = set().union(*(each.committed for each in appenders))
    for reader in readers:
        check(reader.seen, committed)
    in_games = {row.event_id for row in readers[0].seen if row.aggregate_type == "Joueur"}
    check(players.seen, in_games)
    assert readers[0].seen == readers[1].seen
    assert sum(each.conflicts for each in appenders) > 0
    assert sum(each.younger for each in appenders) > 0
    assert set(naive.seen) < committed, "the naive reader would have been good enough"


WORKERS = st.integers(0, 2)
ACTIONS = st.one_of(
    st.tuples(WORKERS, st.sampled_from(["xid", "commit", "roll back"])),
    st.tuples(WORKERS, st.tuples(st.integers(0, 1), st.integers(1, 2))),
    st.tuples(WORKERS, st.just("read")),
)


class History:
    """Three transactions in one thread, step by step; what has to wait for another gives up."""

    def __init__(self, place: Place, store: EventStore) -> None:
        self._store = store
        self._streams = [Stream("Joueur", uuid4()) for _ in range(2)]
        self._open: dict[int, tuple[AbstractContextManager[Transaction], Transaction]] = {}
        self._events: dict[int, set[UUID]] = defaultdict(set)
        self.committed: set[UUID] = set()
        self.reader, self.naive = Reader(store, 2), NaiveReader(place.app)
        while self.reader.advance() + self.naive.advance():  # past earlier histories
            pass
        self.reader.seen, self.naive.seen = [], []

    def do(self, worker: int, action: Any) -> None:
        match action:
            case "read":
                self.reader.advance()
                self.naive.advance()
            case "commit":
                self._end(worker, None)
            case "roll back":
                self._end(worker, ZeroDivisionError())
            case "xid":
                self._transaction(worker).execute("SELECT pg_current_xact_id()")
            case (stream, number):
                self._append(worker, self._streams[stream], number)

    def finish(self) -> None:
        for worker in list(self._open):
            self._end(worker, None)
        while self.reader.advance() + self.naive.advance():
            pass

    def close(self) -> None:
        for worker in list(self._open):
            self._end(worker, ZeroDivisionError())
        self.naive.close()

    def _append(self, worker: int, stream: Stream, number: int) -> None:
        events = [self._store.event("ExperienceGagnee", {"points": 1}) for _ in range(number)]
        try:
            self._transaction(worker).append(stream, events)
        except (TransientError, OutageError) as error:
            self._end(worker, error)
        else:
            self._events[worker] |= {event.event_id for event in events}

    def _transaction(self, worker: int) -> Transaction:
        if worker not in self._open:
            context = self._store.transaction()
            self._open[worker] = context, context.__enter__()
            self._open[worker][1].execute("SET LOCAL lock_timeout = '20ms'")
        return self._open[worker][1]

    def _end(self, worker: int, error: Exception | None) -> None:
        events = self._events.pop(worker, set())
        if worker not in self._open:
            return
        context, _ = self._open.pop(worker)
        if error is None:
            context.__exit__(None, None, None)
            self.committed |= events
        else:
            context.__exit__(type(error), error, None)


EARLY = [
    *[(0, "xid"), (1, (0, 1)), (1, "commit"), (2, "read"), (0, (0, 1)), (0, "commit")],
    *[(1, (1, 1)), (0, (0, 1)), (0, "commit"), (2, "read"), (1, "commit"), (2, "read")],
]


@given(st.lists(ACTIONS, max_size=30))
@example(EARLY)
@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
def test_any_interleaving_of_transactions_is_read_whole_and_in_order(
    place: Place, store: EventStore, actions: list[tuple[int, Any]]
) -> None:
    history = History(place, store)
    try:
        for worker, action in actions:
            history.do(worker, action)
        history.finish()
        check(history.reader.seen, history.committed)
        if actions == EARLY:
            assert set(history.naive.seen) < history.committed
    finally:
        history.close()
