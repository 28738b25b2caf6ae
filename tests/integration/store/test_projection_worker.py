"""The worker of the projections: one at a time, and what it tells."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from deploy.local.direct import DirectStack
from headrace.postgres import Database
from headrace.settings import Settings
from headrace.store import EventStore
from headrace.store.projections import Projections
from processors.projections import build
from processors.projections.build import Wired
from tests.relay.setting import until
from tests.store.place import Place
from tests.store.projecting import seeing
from tests.store.watching import append, in_order, seen

pytestmark = pytest.mark.integration


@contextmanager
def working(stack: DirectStack, place: Place) -> Iterator[Wired]:
    url = SecretStr(place.projector)
    settings = Settings(database_url=url, store_database_url=url)
    stop = threading.Event()
    wired = build(settings, [seeing()], stop=stop)
    thread = threading.Thread(target=wired.worker.run)
    thread.start()
    try:
        yield wired
    finally:
        stop.set()
        thread.join(60)
        wired.close()


def test_a_worker_follows_the_store_and_a_second_one_takes_over(
    stack: DirectStack, place: Place, store: EventStore
) -> None:
    database = Database(place.projector, application="tests")
    reading = Projections(database)
    with working(stack, place) as first:
        until(lambda: bool(list(first.worker.metrics())))
        with working(stack, place) as second:
            reading.wait_for("seen", append(store, 30), timeout=30)
            assert not list(second.worker.metrics())
            told = {metric.name: value for metric, _, value in first.worker.metrics()}
            assert set(told) == {
                "headrace_projection_lag_events",
                "headrace_projection_lag_seconds",
            }
    with working(stack, place):
        reading.wait_for("seen", append(store, 30), timeout=30)
    assert seen(place) == in_order(store)
    database.close()
