"""Projections: each event once, through kills and rebuilds, and read when they are there."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from headrace.errors import ConfigurationError
from headrace.postgres import Database, async_pool
from headrace.store import EventStore, InvalidCursorError, Recorded
from headrace.store.projections import (
    ProjectionBehindError,
    Projections,
    ProjectionStoppedError,
    Projector,
    rebuild,
    wait_for,
)
from tests.store.place import Place
from tests.store.projecting import seeing
from tests.store.watching import (
    FIGHT,
    HERO,
    append,
    in_order,
    killed_in_a_rebuild,
    schemas,
    seen,
    settle,
)

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    database = Database(place.projector, application="tests")
    yield database
    database.close()


@pytest.mark.covers("S4-8")
def test_a_projection_shows_every_event_once_and_a_step_without_news_writes_nothing(
    place: Place, store: EventStore, database: Database
) -> None:
    append(store, 45)
    projector = Projector(store, database, seeing(), page=20)
    settle(projector)
    assert seen(place) == in_order(store)
    append(store, 3, FIGHT)
    settle(projector)
    assert seen(place) == in_order(store)
    with psycopg.connect(place.admin, autocommit=True) as admin:
        moved = "SELECT moved_at FROM projections.builds"
        before = admin.execute(moved).fetchone()
        assert not projector.step()
        assert admin.execute(moved).fetchone() == before


@pytest.mark.parametrize("step", ["handled::2", "transaction::6"])
def test_a_projection_killed_at_any_step_of_a_rebuild_loses_and_doubles_nothing(
    place: Place, store: EventStore, database: Database, step: str
) -> None:
    killed_in_a_rebuild(place, store, database, step)


def test_two_at_work_on_one_projection_give_each_event_to_one_of_them(
    place: Place, store: EventStore, database: Database
) -> None:
    append(store, 200)
    projectors = [Projector(store, database, seeing(), page=3) for _ in range(2)]
    threads = [threading.Thread(target=settle, args=[each]) for each in projectors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    settle(*projectors)
    assert seen(place) == in_order(store)


def test_a_new_version_is_built_beside_and_the_old_one_goes_on_until_the_switch(
    place: Place, store: EventStore, database: Database
) -> None:
    append(store, 30)
    old = Projector(store, database, seeing(1))
    settle(old)
    steps = rebuild(store, Projector(store, database, seeing(2), page=10))
    told = [next(steps) for _ in range(3)]
    assert [(each.applied, each.behind, each.live) for each in told] == [
        *((0, 30, False), (10, 20, False), (20, 10, False)),
    ]
    append(store)
    settle(old)
    assert seen(place) == in_order(store)
    assert len(schemas(place)) == 2
    last = list(steps)[-1]
    assert (last.applied, last.live) == (31, True)
    assert seen(place) == in_order(store)
    assert len(schemas(place)) == 1
    append(store)
    with pytest.raises(ProjectionStoppedError, match=r"version 2 and this program has 1"):
        settle(old)


def test_a_rebuild_of_the_same_version_is_noticed_by_who_follows(
    place: Place, store: EventStore, database: Database
) -> None:
    append(store, 5)
    follower, builder = (Projector(store, database, seeing()) for _ in range(2))
    settle(follower)
    assert list(rebuild(store, builder))[-1].build == 2
    append(store, 5)
    settle(follower)
    assert seen(place) == in_order(store)


def test_a_new_epoch_of_the_store_has_the_projection_built_anew(
    place: Place, store: EventStore, database: Database
) -> None:
    append(store, 5)
    projector = Projector(store, database, seeing())
    settle(projector)
    with psycopg.connect(place.owner) as owner:
        owner.execute("SELECT store.new_epoch('restored')")
    append(store)
    settle(projector)
    assert seen(place) == in_order(store)
    assert schemas(place) == ["projection_seen_2"]


def test_who_reads_may_wait_for_a_position_also_of_another_category(
    place: Place, store: EventStore, database: Database
) -> None:
    append(store)
    reading = Projections(database)
    projector = Projector(store, database, seeing(categories=("Joueur",)))
    settle(projector)
    cursor = append(store, 1, FIGHT)
    with pytest.raises(ProjectionBehindError, match="after 0 s"):
        reading.wait_for("seen", cursor, timeout=0)
    settle(projector)
    reading.wait_for("seen", cursor, timeout=0)
    assert len(seen(place)) == 1
    later = append(store)
    thread = threading.Timer(0.05, settle, args=[projector])
    thread.start()
    reading.wait_for("seen", later, timeout=20)
    thread.join()
    assert len(seen(place)) == 2
    with pytest.raises(InvalidCursorError):
        reading.wait_for("seen", "nonsense")


async def test_an_event_loop_may_wait_as_well(
    place: Place, store: EventStore, database: Database
) -> None:
    cursor = append(store)
    settle(Projector(store, database, seeing()))
    async with async_pool(place.api, application_name="tests") as pool:
        await wait_for(pool, "seen", cursor, timeout=5)
        with pytest.raises(ProjectionBehindError):
            await wait_for(pool, "seen", append(store), timeout=0)
        with pytest.raises(ConfigurationError, match="no projection unseen is live"):
            await wait_for(pool, "unseen", cursor)


def test_how_far_behind_a_projection_is_counts_its_categories(
    place: Place, store: EventStore, database: Database
) -> None:
    projection = seeing(categories=("Joueur",))
    projector = Projector(store, database, projection)
    settle(projector)
    append(store, 3)
    append(store, 2, FIGHT)
    (row,) = Projections(database).rows(store, {"seen": projection})
    assert row.behind
    assert (row.build.state, row.behind.events) == ("live", 3)
    assert 0 <= row.behind.seconds < 60


def failing_at(version: int) -> Callable[[Any, list[Recorded]], None]:
    def handle(view: Any, events: list[Recorded]) -> None:
        for event in events:
            if event.aggregate_version == version:
                raise ValueError("no such hero")
            view.execute("INSERT INTO totals VALUES (%s, 1)", [event.event_id])

    return handle


def test_a_handler_that_fails_stops_its_projection_at_the_event_that_it_names(
    place: Place, store: EventStore, database: Database
) -> None:
    append(store, 10)
    odd = store.read_stream(HERO.aggregate_id)[6]
    projector = Projector(store, database, seeing(handle=failing_at(7)))
    with pytest.raises(ProjectionStoppedError, match=f"{odd.event_id} .version 7.*no such hero"):
        settle(projector)
    with psycopg.connect(place.admin) as admin:
        assert admin.execute("SELECT count(*) FROM projection_seen_1.totals").fetchone() == (6,)
    settle(Projector(store, database, seeing(version=2)))
    assert seen(place) == in_order(store)
