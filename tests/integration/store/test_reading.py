"""Reads: rebuild, total order, time, categories, as of then, chains of causes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import psycopg
import pytest

from headrace.envelope import Event
from headrace.errors import ConfigurationError, InvalidEventError
from headrace.store import (
    AsyncEventStore,
    ConcurrencyConflictError,
    EventStore,
    InvalidCursorError,
    Page,
    Position,
    Stream,
)
from headrace.store.cursor import total
from tests.store.catalog import HERO, game_catalog
from tests.store.place import Place

pytestmark = pytest.mark.integration
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
FIGHT = Stream("Combat", uuid4())


def grown(
    store: EventStore, points: int = 1, minutes: int = 0, cause: Event | None = None
) -> Event:
    at = NOON + timedelta(minutes=minutes)
    return store.event("ExperienceGagnee", {"points": points}, timestamp=at, cause=cause)


def hit(store: EventStore) -> Event:
    return store.event("DegatsInfliges", {"points": 1})


@pytest.mark.covers("S4-6")
def test_the_total_order_in_pages_forwards_and_backwards(store: EventStore) -> None:
    for number in range(25):
        store.append(HERO, [grown(store, number)])
    pages: list[Page] = []
    cursor = None
    while not pages or pages[-1].more:
        pages.append(store.read_all(cursor, limit=10))
        cursor = pages[-1].cursor
    forwards = [each.event.payload["points"] for page in pages for each in page.events]
    assert [len(page.events) for page in pages] == [10, 10, 5]
    assert forwards == list(range(25))
    end = store.read_all(cursor)
    assert (end.events, end.cursor, end.more) == ([], cursor, False)
    last = store.read_all(backwards=True, limit=3)
    before = store.read_all(last.cursor, backwards=True, limit=2)
    found = [each.event.payload["points"] for page in (last, before) for each in page.events]
    assert found == [24, 23, 22, 21, 20]
    assert [each.sequence for each in store.stream_all()] == sorted(
        each.sequence for page in pages for each in page.events
    )


def test_categories_are_read_in_the_total_order(store: EventStore) -> None:
    for _ in range(3):
        store.append(HERO, [grown(store)])
        store.append(FIGHT, [hit(store)])
    fights = store.read_all(categories=["Combat"], limit=2)
    rest = store.read_all(fights.cursor, categories=["Combat"])
    assert [each.aggregate_version for each in fights.events + rest.events] == [1, 2, 3]
    both = list(store.stream_all(categories=["Combat", "Joueur"]))
    assert both == list(store.stream_all())
    back = store.read_all(categories=["Combat", "Joueur"], backwards=True).events
    assert back == both[::-1]


def test_what_may_yet_be_preceded_is_read_later(place: Place, store: EventStore) -> None:
    with store.transaction() as tx:
        tx.append(HERO, [grown(store)])
        store.append(FIGHT, [hit(store)])
        page = store.read_all()
        assert page.events == []
    found = store.read_all(page.cursor).events
    assert [each.aggregate_type for each in found] == ["Joueur", "Combat"]


@pytest.mark.covers("S4-6")
def test_a_time_range_includes_both_ends_and_goes_in_time_order(store: EventStore) -> None:
    store.append(HERO, [grown(store, minute, minute) for minute in (3, 1, 4, 2, 0)])
    since, until = NOON + timedelta(minutes=1), NOON + timedelta(minutes=3)
    first = store.read_time(since, until, limit=2)
    rest = store.read_time(since, until, after=first.cursor, limit=2)
    assert [each.event.payload["points"] for each in first.events + rest.events] == [1, 2, 3]
    back = store.read_time(since, until, backwards=True)
    assert [each.event.payload["points"] for each in back.events] == [3, 2, 1]
    assert len(store.read_time(since=since).events) == 4
    assert len(store.read_time().events) == 5
    with pytest.raises(InvalidEventError, match="since: must have a time zone"):
        store.read_time(since.replace(tzinfo=None))


def test_an_aggregate_as_of_a_version_and_as_of_a_time(store: EventStore) -> None:
    store.append(HERO, [grown(store, n, minute) for n, minute in enumerate((0, 5, 4, 10))])
    hero = HERO.aggregate_id
    assert [each.aggregate_version for each in store.read_stream(hero, 2, 3)] == [2, 3]
    back = store.read_stream(hero, backwards=True, limit=2)
    assert [each.aggregate_version for each in back] == [4, 3]
    at = [store.version_at(hero, NOON + timedelta(minutes=minute)) for minute in (-1, 0, 4, 5, 10)]
    assert at == [0, 1, 1, 3, 4]
    assert store.version_at(uuid4(), NOON) == 0


@pytest.mark.covers("S4-6")
def test_a_chain_of_causes_up_and_down(store: EventStore) -> None:
    root = grown(store)
    child, other = grown(store, cause=root), grown(store, cause=root)
    grandchild = grown(store, cause=child)
    store.append(HERO, [root, child, other, grandchild])
    up = store.causes(grandchild.event_id)
    assert [link.recorded.event_id for link in up.links] == [
        each.event_id for each in (grandchild, child, root)
    ]
    down = store.effects(root.event_id)
    assert [(link.distance, link.recorded.aggregate_version) for link in down.links] == [
        (0, 1),
        (1, 2),
        (1, 3),
        (2, 4),
    ]
    assert (up.complete, down.complete) == (True, True)
    assert store.effects(uuid4()).links == []


def test_a_chain_ends_at_its_bounds_and_says_so(store: EventStore) -> None:
    events = [grown(store)]
    for _ in range(20):
        events.append(grown(store, cause=events[-1]))
    store.append(HERO, events)
    root, last = events[0].event_id, events[-1].event_id
    for found in (store.effects(root, depth=5), store.causes(last, depth=5)):
        assert ([link.distance for link in found.links], found.complete) == ([*range(6)], False)
    for found in (store.effects(root, limit=4), store.causes(last, limit=4)):
        assert (len(found.links), found.complete) == (4, False)
    assert store.causes(last, depth=20).complete


def test_a_circle_of_causes_is_walked_once(store: EventStore) -> None:
    first, second = grown(store), grown(store)
    first = replace(first, causation_id=str(second.event_id))
    second = replace(second, causation_id=str(first.event_id))
    itself = grown(store)
    itself = replace(itself, causation_id=str(itself.event_id))
    store.append(HERO, [first, second, itself, replace(grown(store), causation_id="no uuid")])
    for walk in (store.causes, store.effects):
        assert len(walk(first.event_id).links) == 2
        assert len(walk(itself.event_id).links) == 1
    outside = store.read_stream(HERO.aggregate_id)[-1]
    assert len(store.causes(outside.event_id).links) == 1


def test_a_cursor_of_another_database_is_refused(place: Place, store: EventStore) -> None:
    store.append(HERO, [grown(store)])
    cursor = store.read_all().cursor
    with psycopg.connect(place.admin, autocommit=True) as admin:
        admin.execute("UPDATE store.identity SET store_id = gen_random_uuid()")
    with pytest.raises(InvalidCursorError, match="another event store's"):
        place.store().read_all(cursor)


def test_after_a_new_epoch_old_cursors_are_refused_and_everything_is_read(
    place: Place, store: EventStore
) -> None:
    """A dump restored into another cluster: the events' transaction ids are ahead of it."""
    for stream in (HERO, FIGHT):
        store.append(stream, [grown(store) if stream is HERO else hit(store)])
    store.append(HERO, [grown(store)])
    cursor = store.read_all(limit=1).cursor
    _restore_elsewhere(place)
    with place.store() as restored, pytest.raises(ConfigurationError, match=r"store\.new_epoch"):
        restored.read_all()
    with psycopg.connect(place.owner) as owner:
        owner.execute("SELECT store.new_epoch('restored')")
    with pytest.raises(InvalidCursorError, match="restored since"):
        store.read_all(cursor)
    store.append(HERO, [grown(store)], 2)
    found = [(each.aggregate_type, each.aggregate_version) for each in store.stream_all()]
    assert found == [("Joueur", 1), ("Combat", 1), ("Joueur", 2), ("Joueur", 3)]
    with psycopg.connect(place.admin) as admin, pytest.raises(psycopg.DatabaseError, match="immut"):
        admin.execute("UPDATE store.events SET source = 's'")


def _restore_elsewhere(place: Place) -> None:
    with psycopg.connect(place.admin) as admin:
        admin.execute("UPDATE store.identity SET cluster = 1")
        admin.execute("ALTER TABLE store.events DISABLE TRIGGER immutable_rows")
        admin.execute(
            "UPDATE store.events SET xid = (xid::text::bigint + 1e12)::bigint::text::xid8"
        )
        admin.execute("UPDATE store.streams SET last_xid = '2000000000000'")
        admin.execute("ALTER TABLE store.events ENABLE ALWAYS TRIGGER immutable_rows")


def test_a_cursor_from_a_lost_future_is_refused(place: Place, store: EventStore) -> None:
    store.append(HERO, [grown(store)])
    cursor = total(Position(10**12, 1), store.identity())
    with pytest.raises(InvalidCursorError, match="set back to an earlier time"):
        store.read_all(cursor)


@pytest.mark.parametrize("limit", [0, -1, 10_001])
def test_a_page_has_a_size(store: EventStore, limit: int) -> None:
    with pytest.raises(InvalidEventError, match="limit: must be from 1 to 10000"):
        store.read_all(limit=limit)


async def test_the_same_in_an_event_loop(place: Place, store: EventStore) -> None:
    async with AsyncEventStore(place.app, source="tests", catalog=game_catalog()) as other:
        first = other.event("JoueurCree", {"points": 1}, timestamp=NOON)
        second = other.event("ExperienceGagnee", {"points": 1}, cause=first)
        await other.append(HERO, [first], 0)
        async with other.transaction() as tx:
            await tx.append(HERO, [second], 1)
            assert await tx.execute("SELECT 1") == [(1,)]
        with pytest.raises(ConcurrencyConflictError):
            await other.append(HERO, [other.event("JoueurCree", {"points": 1})], 1)
        hero, last = HERO.aggregate_id, second.event_id
        assert await other.read_stream(hero) == store.read_stream(hero)
        assert await other.read_all() == store.read_all()
        assert await other.read_time() == store.read_time()
        assert [each async for each in other.stream_all()] == list(store.stream_all())
        assert await other.causes(last) == store.causes(last)
        assert await other.effects(first.event_id) == store.effects(first.event_id)
        assert await other.find(last) == store.find(last)
        assert await other.version_at(hero, NOON) == 1
        assert await other.identity() == store.identity()


def test_a_page_holds_no_more_than_so_many_bytes_but_one_event_at_least(
    store: EventStore,
) -> None:
    large = {"points": 1, "note": "x" * 10_000}
    events = [store.event("ExperienceGagnee", large) for _ in range(7)]
    store.append(HERO, events)
    whole = store.read_all().events
    pages, after = [], None
    while (page := store.read_within(after, 100, 25_000)).events:
        pages.append(page.events)
        after = page.cursor
    assert [len(each) for each in pages] == [3, 3, 1]
    assert [row for each in pages for row in each] == whole
    assert len(store.read_within(None, 100, 1).events) == 1
    assert len(store.read_within(None, 2, 10**9).events) == 2
