"""Appends: what they expect, what they refuse, and that a repeat is none."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from uuid import uuid4

import psycopg
import pytest

from headrace.envelope import Event
from headrace.errors import ConfigurationError, UnknownEventTypeError
from headrace.store import (
    Append,
    ConcurrencyConflictError,
    DuplicateEventError,
    EventStore,
    Expected,
    Stream,
    WrongAggregateTypeError,
    YoungerTransactionError,
)
from tests.store.catalog import HERO
from tests.store.place import Place

pytestmark = pytest.mark.integration
OTHER = Stream("Joueur", uuid4())


def grown(store: EventStore, points: int = 1) -> Event:
    return store.event("ExperienceGagnee", {"points": points}, user_id="u")


def versions(store: EventStore, stream: Stream = HERO) -> list[int]:
    return [each.aggregate_version for each in store.read_stream(stream.aggregate_id)]


def test_an_event_comes_back_as_it_was_given(store: EventStore) -> None:
    event = replace(grown(store), metadata_json='{"sessionId":"s"}', account_id="a")
    appended = store.append(HERO, [event], Expected.NO_STREAM)
    (recorded,) = store.read_stream(HERO.aggregate_id)
    assert recorded.event == appended.events[0]
    assert recorded.position == appended.positions[0]
    assert replace(recorded.event, aggregate_version=None) == replace(
        event, aggregate_id=str(HERO.aggregate_id), aggregate_type="Joueur"
    )


@pytest.mark.covers("S4-3")
@pytest.mark.parametrize(
    ("before", "expected", "holds"),
    [
        (0, Expected.ANY, True),
        (2, Expected.ANY, True),
        (0, Expected.NO_STREAM, True),
        (2, Expected.NO_STREAM, False),
        (0, Expected.EXISTS, False),
        (2, Expected.EXISTS, True),
        (2, 2, True),
        (2, 1, False),
        (2, 3, False),
        (0, 1, False),
    ],
)
def test_an_append_goes_through_if_what_it_expects_holds(
    store: EventStore, before: int, expected: int, holds: bool
) -> None:
    if before:
        store.append(HERO, [grown(store) for _ in range(before)])
    if holds:
        assert store.append(HERO, [grown(store)], expected).version == before + 1
    else:
        with pytest.raises(ConcurrencyConflictError) as conflict:
            store.append(HERO, [grown(store)], expected)
        found = conflict.value
        assert (found.stream, found.expected, found.actual) == (HERO, expected, before)
    assert versions(store) == list(range(1, before + holds + 1))


def test_several_aggregates_grow_together_or_not_at_all(store: EventStore) -> None:
    store.append(HERO, [grown(store)])
    both = store.append_all(
        [Append(OTHER, [grown(store), grown(store)], 0), Append(HERO, [grown(store)], 1)]
    )
    assert [each.version for each in both] == [2, 2]
    with pytest.raises(ConcurrencyConflictError):
        store.append_all([Append(OTHER, [grown(store)], 2), Append(HERO, [grown(store)], 1)])
    assert (versions(store), versions(store, OTHER)) == ([1, 2], [1, 2])


def test_a_repeat_returns_the_first_positions_whatever_it_expects(store: EventStore) -> None:
    events = [grown(store), grown(store)]
    first = store.append(HERO, events, Expected.NO_STREAM)
    store.append(HERO, [grown(store)])
    again = store.append(HERO, events, Expected.NO_STREAM)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.positions == first.positions
    assert again.events == first.events
    assert versions(store) == [1, 2, 3]


def test_a_single_event_is_repeated_as_a_batch_is(store: EventStore) -> None:
    store.append(HERO, [grown(store)])
    event = grown(store)
    first = store.append(HERO, [event], 1)
    again = [store.append(HERO, [event], expected) for expected in (1, 0, 7, Expected.ANY)]
    assert (first.repeated, {each.repeated for each in again}) == (False, {True})
    assert {each.positions for each in again} == {first.positions}
    assert {each.versions for each in again} == {(2,)}
    assert versions(store) == [1, 2]


def test_the_same_event_from_many_at_once_is_appended_once(store: EventStore) -> None:
    store.append(HERO, [grown(store)])
    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            event = grown(store)
            done = list(threads.map(lambda each: store.append(HERO, [each]), [event] * 8))
            assert sorted(each.repeated for each in done) == [False] + [True] * 7
            assert len({each.positions for each in done}) == 1
    assert versions(store) == list(range(1, 22))


@pytest.mark.parametrize(
    "changes",
    [
        {"payload": {"points": 2}},
        {"event_type": "JoueurCree"},
        {"user_id": "else"},
        {"metadata_json": '{"a": 1}'},
        {"source": "else"},
    ],
)
def test_an_id_with_other_content_is_refused(store: EventStore, changes: dict[str, object]) -> None:
    event = grown(store)
    store.append(HERO, [event])
    with pytest.raises(DuplicateEventError, match="with other content") as refused:
        store.append(HERO, [replace(event, **changes)])  # type: ignore[arg-type]
    assert refused.value.event_id == event.event_id
    assert versions(store) == [1]


def test_an_id_of_another_aggregate_is_refused(store: EventStore) -> None:
    event = grown(store)
    store.append(HERO, [event])
    with pytest.raises(DuplicateEventError, match="with other content"):
        store.append(OTHER, [event])
    assert versions(store, OTHER) == []


def test_a_batch_that_is_there_in_part_is_refused(store: EventStore) -> None:
    event = grown(store)
    store.append(HERO, [event])
    with pytest.raises(DuplicateEventError, match="1 of 2 events were appended before"):
        store.append(HERO, [event, grown(store)])
    assert versions(store) == [1]


def test_an_id_belongs_to_one_aggregate_type(store: EventStore) -> None:
    store.append(HERO, [grown(store)])
    with pytest.raises(WrongAggregateTypeError, match="is a Joueur, not a Combat"):
        event = store.event("CombatDemarre", {"points": 1})
        store.append(Stream("Combat", HERO.aggregate_id), [event])


def test_a_type_that_the_database_lacks_is_refused_with_the_remedy(
    place: Place, store: EventStore
) -> None:
    with psycopg.connect(place.admin) as admin:
        admin.execute("DELETE FROM store.event_types WHERE event_type = 'ExperienceGagnee'")
    with pytest.raises(UnknownEventTypeError, match="headrace migrate"):
        store.append(HERO, [grown(store)])


def test_ten_thousand_events_are_one_append(store: EventStore) -> None:
    events = [grown(store, number) for number in range(10_000)]
    assert store.append(HERO, events).version == 10_000
    found = store.read_stream(HERO.aggregate_id)
    assert [each.event.payload["points"] for each in found] == list(range(10_000))


def test_a_transaction_commits_its_appends_together(store: EventStore) -> None:
    with store.transaction() as tx:
        tx.append(HERO, [grown(store)], 0)
        tx.append(OTHER, [grown(store)], 0)
        tx.append(HERO, [grown(store)], 1)
        assert versions(store) == []
    assert (versions(store), versions(store, OTHER)) == ([1, 2], [1])
    with pytest.raises(ZeroDivisionError), store.transaction() as tx:
        tx.append(HERO, [grown(store)])
        raise ZeroDivisionError
    assert versions(store) == [1, 2]


def test_a_transaction_that_swallows_a_failure_is_told_that_it_wrote_nothing(
    store: EventStore,
) -> None:
    swallowing = pytest.raises(ConfigurationError, match="nothing was written")
    with swallowing, store.transaction() as tx:
        tx.append(HERO, [grown(store)])
        with pytest.raises(ConcurrencyConflictError):
            tx.append(HERO, [grown(store)], 7)
    assert versions(store) == []


def test_an_older_transaction_may_not_append_after_a_younger_one(store: EventStore) -> None:
    """Its events would be read before those that they follow."""
    older = pytest.raises(YoungerTransactionError, match="run this transaction again")
    with older, store.transaction() as tx:
        tx.execute("SELECT pg_current_xact_id()")
        store.append(HERO, [grown(store)])
        tx.append(HERO, [grown(store)])
    assert versions(store) == [1]
