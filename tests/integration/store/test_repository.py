"""Aggregates loaded as states, and saved with a retry where somebody else was quicker."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from domains.game import FIGHT, PLAYER
from domains.game.player import GainExperience, Player, experience_for
from headrace.aggregate import Aggregate
from headrace.catalog import Catalog, load_catalog
from headrace.envelope import Event
from headrace.errors import PoisonError, RuleBrokenError
from headrace.events import TypedEvent
from headrace.events.game import ExperienceGagnee
from headrace.events.payment import PaymentPartialRefund, PaymentPartialRefundV2
from headrace.store import (
    AsyncEventStore,
    AsyncRepository,
    ConcurrencyConflictError,
    EventStore,
    Loaded,
    Repository,
    Stream,
    WrongAggregateTypeError,
)
from tests.store.place import Place
from tests.store.players import CREATE, SILENT, gain, players

pytestmark = pytest.mark.integration
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
ID = uuid4()


@pytest.mark.covers("S4-6")
def test_a_state_is_that_of_its_events(game: EventStore) -> None:
    repository = players(game)
    assert repository.load(ID) == Loaded(Player(), 0)
    saved = [repository.save(ID, CREATE, timestamp=NOON)]
    for minute in range(1, 7):
        at = NOON + timedelta(minutes=minute)
        saved.append(repository.save(ID, gain(30), timestamp=at))
        assert saved[-1] == repository.load(ID)
    assert saved[-1].version == 8  # one level was reached
    assert (saved[-1].state.level, saved[-1].state.experience) == (2, 180)
    assert repository.load(ID, version=4) == saved[3]
    assert repository.load(ID, at=NOON + timedelta(minutes=1)) == saved[1]
    assert repository.load(ID, version=0) == repository.load(uuid4()) == Loaded(Player(), 0)
    assert repository.save(ID, lambda _: []) == saved[-1]


def test_the_events_of_a_save_have_one_correlation_and_the_envelope(game: EventStore) -> None:
    repository = players(game)
    first = repository.save(ID, CREATE, user_id="u")
    assert first.appended
    cause = first.appended.events[0]
    repository.save(ID, gain(100), cause=cause)
    created, gained, levelled = [row.event for row in game.read_stream(ID)]
    assert created.user_id == "u"
    assert {created.correlation_id, gained.correlation_id} == {levelled.correlation_id}
    assert gained.causation_id == levelled.causation_id == str(created.event_id)


def test_a_broken_rule_appends_nothing(game: EventStore) -> None:
    with pytest.raises(RuleBrokenError, match="no such player"):
        players(game).save(ID, gain())
    assert game.read_stream(ID) == []


def test_the_same_events_again_are_not_applied_twice(game: EventStore) -> None:
    repository = players(game)
    repository.save(ID, CREATE)
    event = game.event(ExperienceGagnee(amount=5, source="quest", total=5))
    saved = [repository.save(ID, lambda _: [event]) for _ in range(2)]
    assert saved[0] == saved[1] == repository.load(ID)
    assert saved[0].version == 2


@pytest.mark.covers("S4-3")
def test_many_at_once_lose_no_point(place: Place) -> None:
    """The total is in each event: whoever decided on an old state would lose the others' points."""
    asked = 0

    def play() -> None:
        nonlocal asked
        for _ in range(10):
            repository.save(ID, counted, attempts=100)

    def counted(player: Player) -> tuple[TypedEvent, ...]:
        nonlocal asked
        asked += 1
        return PLAYER.decide(player, gain(10))

    with place.store(load_catalog()) as store:
        repository = players(store)
        repository.save(ID, CREATE)
        threads = [threading.Thread(target=play) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        loaded = repository.load(ID)
        assert loaded.state.experience == 600
        assert loaded.version == 1 + 60 + loaded.state.level - 1
        assert experience_for(loaded.state.level) <= 600 < experience_for(loaded.state.level + 1)
        assert repository.check(ID).agrees
    assert asked > 60


def test_attempts_are_bounded(game: EventStore) -> None:
    repository, asked = players(game), 0
    repository.save(ID, CREATE)

    def too_late(player: Player) -> tuple[TypedEvent, ...]:
        nonlocal asked
        asked += 1
        decided = PLAYER.decide(player, gain())
        game.append(Stream("Joueur", ID), decided)
        return decided

    with pytest.raises(ConcurrencyConflictError):
        repository.save(ID, too_late, attempts=3)
    assert asked == 3
    assert repository.load(ID).state.experience == 3


def test_an_aggregate_of_another_type_is_not_loaded(game: EventStore) -> None:
    players(game).save(ID, CREATE)
    with pytest.raises(WrongAggregateTypeError, match="is a Joueur, not a Combat"):
        Repository(game, FIGHT).load(ID)


def test_what_could_not_be_rebuilt_is_not_appended(game: EventStore) -> None:
    event = ExperienceGagnee(amount=5, source="quest", total=5)
    with pytest.raises(PoisonError, match="Joueur of this code applies no ExperienceGagnee"):
        Repository(game, SILENT).save(ID, lambda _: [event])
    assert game.read_stream(ID) == []


def test_an_event_that_the_code_does_not_know_is_named(game: EventStore) -> None:
    players(game).save(ID, CREATE)
    with pytest.raises(PoisonError, match=f"Joueur {ID} version 1: .* applies no JoueurCree"):
        Repository(game, SILENT).load(ID)


async def test_the_same_in_an_event_loop(place: Place) -> None:
    quicker = [True]

    def overtaken(player: Player) -> tuple[TypedEvent, ...]:
        if quicker and quicker.pop():
            with place.store(load_catalog()) as other:
                players(other).save(ID, gain(7))
        return PLAYER.decide(player, GainExperience(amount=3, source="fight"))

    async with AsyncEventStore(place.app, source="tests") as store:
        repository = AsyncRepository(store, PLAYER)
        first = await repository.save(ID, CREATE, timestamp=NOON)
        saved = await repository.save(ID, overtaken)
        assert (saved.state.experience, saved.version) == (10, 3)
        assert await repository.load(ID, version=1) == first
        assert await repository.load(ID, at=NOON) == first
        assert await repository.load(ID) == saved
        with pytest.raises(RuleBrokenError):
            await repository.save(ID, CREATE)


@dataclass(frozen=True)
class Refunds:
    refunded: int = 0
    paid: int | None = None


REFUNDS: Aggregate[Refunds] = Aggregate("Refund", Refunds(), state_version=1)


@REFUNDS.applies(PaymentPartialRefundV2)
def _refunded(state: Refunds, event: PaymentPartialRefundV2) -> Refunds:
    balance = event.balance
    assert balance
    assert balance.paid
    return replace(state, refunded=balance.refunded.minor_units, paid=balance.paid.minor_units)


def _refunds_in_the_store(place: Place) -> tuple[Catalog, dict[str, Mapping[str, Any]]]:
    """A catalog whose refunds are the store's, and the example payload of each major."""
    name = "payment.partial.refund"
    catalog = load_catalog()
    found = catalog.event_type(name)
    topic = replace(catalog.topic(found.topic), authority="store", aggregate_type="Refund")
    with place.connect("owner") as owner:
        owner.execute("SELECT store.declare_types('payment', 'Refund', %s)", [[name]])
    examples = {each.version: each.example for each in found.versions}
    return replace(catalog, topics={**catalog.topics, found.topic: topic}), examples


def _only(event: Event, _: Refunds) -> list[Event]:
    return [event]


def test_events_of_an_old_major_are_brought_up_to_the_class(place: Place) -> None:
    catalog, examples = _refunds_in_the_store(place)
    majors = {version.partition(".")[0] for version in examples}
    assert majors == {"1", "2"}
    with place.store(catalog) as store:
        repository = Repository(store, REFUNDS)
        for count, (version, payload) in enumerate(sorted(examples.items()), 1):
            event = store.event("payment.partial.refund", payload, version=version)
            saved = repository.save(ID, partial(_only, event))
            assert saved == repository.load(ID)
            assert saved.version == count
            assert saved.state.refunded > 0
            assert saved.state.paid
            assert saved.state.paid > saved.state.refunded
        assert [row.schema_version for row in store.read_stream(ID)] == sorted(examples)


def test_an_old_class_refuses_a_newer_major(place: Place) -> None:
    old = Aggregate("Refund", Refunds(), state_version=1)
    old.applies(PaymentPartialRefund)(lambda state, _: state)
    catalog, examples = _refunds_in_the_store(place)
    with place.store(catalog) as store:
        event = store.event("payment.partial.refund", examples["2.0"], version="2.0")
        Repository(store, REFUNDS).save(ID, lambda _: [event])
        with pytest.raises(PoisonError, match=r"version 1: .*v2 is newer than v1"):
            Repository(store, old).load(ID)
