"""Aggregates loaded as states, and saved with a retry where somebody else was quicker."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from headrace.envelope import Event
from headrace.store import (
    Aggregate,
    AsyncEventStore,
    AsyncRepository,
    ConcurrencyConflictError,
    EventStore,
    Loaded,
    Repository,
    WrongAggregateTypeError,
)
from tests.store.catalog import HERO, game_catalog
from tests.store.place import Place

pytestmark = pytest.mark.integration
NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
ID = HERO.aggregate_id


@dataclass(frozen=True)
class Hero:
    """A state that is right only if its events came in order."""

    points: int = 0
    level: int = 1


def applied(hero: Hero, event: Event) -> Hero:
    if event.event_type == "NiveauAtteint":
        return replace(hero, level=hero.level + 1, points=0)
    return replace(hero, points=hero.points + event.payload["points"])


HEROES = Aggregate("Joueur", Hero(), applied)


class Game:
    def __init__(self, store: EventStore | AsyncEventStore) -> None:
        self._store = store
        self.asked = 0

    def win(self, hero: Hero, points: int = 1, at: datetime | None = None) -> Sequence[Event]:
        """Every fifth point is a new level."""
        self.asked += 1
        won = self._store.event("ExperienceGagnee", {"points": points}, timestamp=at)
        if hero.points + points < 5:
            return [won]
        return [won, self._store.event("NiveauAtteint", {"points": 0}, cause=won, timestamp=at)]


def test_a_state_is_that_of_its_events(store: EventStore) -> None:
    heroes, game = Repository(store, HEROES), Game(store)
    assert heroes.load(ID) == Loaded(Hero(), 0)
    for minute in range(7):
        at = NOON + timedelta(minutes=minute)
        saved = heroes.save(ID, partial(game.win, at=at))
        assert saved == heroes.load(ID)
    assert saved == Loaded(Hero(points=2, level=2), 8)
    assert heroes.load(ID, version=4) == Loaded(Hero(points=4), 4)
    assert heroes.load(ID, version=0) == heroes.load(uuid4()) == Loaded(Hero(), 0)
    assert heroes.load(ID, at=NOON + timedelta(minutes=1)) == Loaded(Hero(points=2), 2)
    assert heroes.save(ID, lambda _: []) == saved


@pytest.mark.covers("S4-3")
def test_many_at_once_lose_no_point(place: Place) -> None:
    """Each decides on what it has seen, so one that did not reload would lose a level."""
    with place.store() as store:
        games = [Game(store) for _ in range(6)]
        heroes = Repository(store, HEROES)

        def play(game: Game) -> None:
            for _ in range(10):
                heroes.save(ID, game.win, attempts=100)

        threads = [threading.Thread(target=play, args=[game]) for game in games]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert heroes.load(ID) == Loaded(Hero(points=0, level=13), 72)
        assert sum(game.asked for game in games) > 60


def test_attempts_are_bounded(store: EventStore) -> None:
    heroes, game = Repository(store, HEROES), Game(store)

    def too_late(hero: Hero) -> Sequence[Event]:
        store.append(HERO, game.win(hero))
        return game.win(hero)

    with pytest.raises(ConcurrencyConflictError):
        heroes.save(ID, too_late, attempts=3)
    assert heroes.load(ID).version == 3


def test_an_aggregate_of_another_type_is_not_loaded(store: EventStore) -> None:
    Repository(store, HEROES).save(ID, Game(store).win)
    with pytest.raises(WrongAggregateTypeError, match="is a Joueur, not a Combat"):
        Repository(store, Aggregate("Combat", Hero(), applied)).load(ID)


async def test_the_same_in_an_event_loop(place: Place) -> None:
    async with AsyncEventStore(place.app, source="tests", catalog=game_catalog()) as store:
        heroes, game, quicker = AsyncRepository(store, HEROES), Game(store), [True]

        def overtaken(hero: Hero) -> Sequence[Event]:
            if quicker and quicker.pop():
                with place.store() as other:
                    other.append(HERO, game.win(hero))
            return game.win(hero)

        assert await heroes.save(ID, overtaken) == Loaded(Hero(points=2), 2)
        assert await heroes.load(ID, version=1) == Loaded(Hero(points=1), 1)
        assert await heroes.load(ID, at=NOON) == Loaded(Hero(), 0)
