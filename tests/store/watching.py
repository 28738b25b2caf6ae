"""What the tests of projections look at."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg

from headrace.postgres import Database
from headrace.store import EventStore, Stream
from headrace.store.projections import Projector
from tests.store.place import Place
from tests.store.projecting import seeing

HERO, FIGHT = Stream("Joueur", uuid4()), Stream("Combat", uuid4())


def append(store: EventStore, number: int = 1, stream: Stream = HERO) -> str:
    """The cursor after it."""
    name = {"Joueur": "ExperienceGagnee", "Combat": "DegatsInfliges"}[stream.aggregate_type]
    events = [store.event(name, {"points": n}) for n in range(number)]
    return store.cursor_of(store.append(stream, events).positions[-1])


def settle(*projectors: Projector) -> None:
    for projector in projectors:
        while projector.step():
            pass


def seen(place: Place) -> list[UUID]:
    """What readers see, in the order in which it was handled; the totals agree with it."""
    with psycopg.connect(place.api) as reader:
        rows = reader.execute("SELECT event_id, aggregate_id FROM projections.seen ORDER BY place")
        found = rows.fetchall()
        totals: dict[UUID, int] = dict(
            reader.execute("SELECT aggregate_id, events FROM projections.totals").fetchall()
        )
    for aggregate_id, events in totals.items():
        assert [each for _, each in found].count(aggregate_id) == events
    assert sum(totals.values()) == len(found)
    return [event_id for event_id, _ in found]


def in_order(store: EventStore) -> list[UUID]:
    return [row.event_id for row in store.stream_all()]


def schemas(place: Place) -> list[str]:
    with psycopg.connect(place.admin) as admin:
        rows = admin.execute(
            "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'projection\\_%' ORDER BY 1"
        )
        return [name for (name,) in rows.fetchall()]


@contextmanager
def following(place: Place, version: int, step: str = "-") -> Iterator[subprocess.Popen[str]]:
    command = [place.app, place.projector, str(version), step]
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.store.projecting", *command],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def killed_in_a_rebuild(place: Place, store: EventStore, database: Database, step: str) -> None:
    """A new version whose process is killed at a step, and whoever goes on: each event once."""
    append(store, 30)
    settle(Projector(store, database, seeing(1)))
    append(store, 45)
    with following(place, 2, step) as child:
        assert child.wait(60) == -signal.SIGKILL
    before = seen(place)
    assert before in (in_order(store)[:30], in_order(store))  # the old one, or all of the new one
    append(store, 2)
    settle(Projector(store, database, seeing(2), page=20))
    assert seen(place) == in_order(store)
    assert len(schemas(place)) == 1
