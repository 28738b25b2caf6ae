"""Projections whose process is killed, at each step of an update and a rebuild, and at random."""

import signal
import threading
from collections.abc import Iterator
from uuid import uuid4

import pytest

from deploy.local.direct import DirectStack
from headrace.postgres import Database
from headrace.store import Append, EventStore, Stream
from headrace.store.projections import Projector
from tests.store.place import Place, new_place
from tests.store.projecting import seeing
from tests.store.watching import (
    FIGHT,
    append,
    following,
    in_order,
    killed_in_a_rebuild,
    seen,
    settle,
)

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]
STEPS = [
    *("begin:before:1", "begin:after:1", "move:before:2", "move:after:2", "handled::2"),
    *("transaction::3", "go_live:before:1", "go_live:after:1", "transaction::6", "drop:before:1"),
]


@pytest.fixture
def place(stack: DirectStack) -> Iterator[Place]:
    with new_place(stack) as place:
        yield place


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    with place.store() as store:
        yield store


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    database = Database(place.projector, application="tests")
    yield database
    database.close()


@pytest.mark.parametrize("step", STEPS)
def test_a_projection_killed_at_any_step_of_a_rebuild_loses_and_doubles_nothing(
    place: Place, store: EventStore, database: Database, step: str
) -> None:
    killed_in_a_rebuild(place, store, database, step)


@pytest.mark.parametrize("step", ["move:before:2", "move:after:3", "handled::2", "transaction::4"])
def test_a_projection_killed_at_any_step_of_an_update_loses_and_doubles_nothing(
    place: Place, store: EventStore, database: Database, step: str
) -> None:
    projector = Projector(store, database, seeing())
    settle(projector)
    append(store, 90)
    with following(place, 1, step) as child:
        assert child.wait(60) == -signal.SIGKILL
    settle(projector)
    assert seen(place) == in_order(store)


def test_projections_follow_many_appenders_in_step_while_they_are_killed_and_rebuilt(
    place: Place, store: EventStore, database: Database
) -> None:
    done = threading.Event()
    streams = [Stream("Joueur", uuid4()) for _ in range(3)]

    def appends() -> None:
        while not done.is_set():
            both = [Append(s, [store.event("ExperienceGagnee", {"points": 1})]) for s in streams]
            store.append_all(both)
            append(store, 2, FIGHT)

    writing = [threading.Thread(target=appends) for _ in range(2)]
    for thread in writing:
        thread.start()
    for version in (1, 2, 2, 3):
        with following(place, version) as child:
            assert child.stdout
            assert child.stdout.readline().strip() == "started"
            threading.Event().wait(0.3)
    done.set()
    for thread in writing:
        thread.join(60)
    settle(Projector(store, database, seeing(3)))
    assert seen(place) == in_order(store)
