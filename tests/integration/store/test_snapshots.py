"""Snapshots: written every so often, the last ones kept, never trusted more than the events."""

import threading
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import errors
from structlog.testing import capture_logs

from domains.game import AGGREGATES, PLAYER
from domains.game.player import Player
from headrace.aggregate import Aggregate
from headrace.catalog import load_catalog
from headrace.errors import ConfigurationError, InvalidEventError
from headrace.events.game import ExperienceGagnee, JoueurCree
from headrace.store import (
    AsyncEventStore,
    AsyncRepository,
    EventStore,
    Repository,
    Snapshots,
    Stream,
)
from tests.store.place import Place
from tests.store.players import CREATE, born, gain, players

pytestmark = pytest.mark.integration
ALL = (
    "SELECT aggregate_version, state_version FROM store.snapshots WHERE aggregate_id = %s "
    "ORDER BY aggregate_version, state_version"
)


def kept(place: Place, player_id: UUID) -> list[tuple[int, str]]:
    with place.connect("api") as reader:
        return reader.execute(ALL, [player_id]).fetchall()


def spoil(place: Place, change: str) -> None:
    """Change every snapshot, as nobody but the owner of the tables can."""
    with place.connect("admin") as admin:
        admin.execute(" ".join(["UPDATE store.snapshots SET", change]))


@pytest.mark.covers("S4-5")
def test_one_in_fifty_events_is_kept_and_the_last_three_stay(
    place: Place, game: EventStore
) -> None:
    repository, player_id = players(game), born(game, 49)
    saved = [repository.save(player_id, lambda p: PLAYER.decide(p, gain())[:1]) for _ in range(170)]
    assert [row[0] for row in kept(place, player_id)] == [100, 150, 200]
    assert saved[-1].version == 219
    assert saved[-1].snapshot_version == 200
    assert saved[-1] == Repository(game, PLAYER, snapshots=None).load(player_id)
    at = {version: repository.load(player_id, version=version) for version in (99, 100, 163)}
    assert {version: each.snapshot_version for version, each in at.items()} == {
        **{99: None, 100: 100, 163: 150}
    }
    assert all(each == saved[version - 50] for version, each in at.items())


@pytest.mark.covers("S4-5")
def test_the_table_has_the_documents_columns_and_indexes(place: Place) -> None:
    with place.connect("api") as reader:
        columns = reader.execute("SELECT * FROM snapshots").description
        indexes = reader.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'snapshots'"
        ).fetchall()
    assert [column.name for column in columns or ()] == [
        *("snapshot_id", "aggregate_id", "aggregate_type", "aggregate_version", "state"),
        "created_at",
    ]
    found = dict(indexes)
    assert "(aggregate_id, aggregate_version DESC" in found["idx_snapshots_aggregate"]
    assert "(created_at)" in found["idx_snapshots_created_at"]


def test_the_documents_question_finds_the_last_one(place: Place, game: EventStore) -> None:
    player_id = born(game, 60)
    players(game).load(player_id)
    with place.connect("api") as reader:
        row = reader.execute(
            "SELECT aggregate_version, state FROM snapshots WHERE aggregate_id = %s "
            "ORDER BY aggregate_version DESC LIMIT 1",
            [player_id],
        ).fetchone()
    assert row
    assert (row[0], row[1]["experience"]) == (60, 59)


@pytest.mark.covers("S4-6")
def test_a_state_comes_from_the_snapshot_and_later_events_alone(
    place: Place, game: EventStore
) -> None:
    """A snapshot that lies shows: it is what is built on."""
    repository, player_id = players(game), born(game, 60)
    assert repository.load(player_id).snapshot_version is None
    spoil(place, "state = jsonb_set(state, '{stat_points}', '77')")
    repository.save(player_id, lambda p: PLAYER.decide(p, gain())[:1])
    loaded = repository.load(player_id)
    assert (loaded.snapshot_version, loaded.state.stat_points) == (60, 77)
    assert loaded.state.experience == 60


def test_a_snapshot_that_is_wrong_is_told(place: Place, game: EventStore) -> None:
    repository, player_id = players(game), born(game, 60)
    repository.load(player_id)
    assert repository.check(player_id).agrees
    spoil(place, "state = jsonb_set(state, '{level}', '9')")
    checked = repository.check(player_id)
    assert not checked.agrees
    assert (checked.loaded.state.level, checked.replayed.state.level) == (9, 1)
    assert (checked.loaded.snapshot_version, checked.replayed.snapshot_version) == (60, None)


UNREADABLE = [
    "state = '{}'",
    "state = state - 'level'",
    "state = state || '{\"odd\": 1}'",
    "state = '{}'::jsonb - 'x' || '{\"level\": \"nine\"}'",
    "state = '[]'",
    "state = 'null'",
    "state = '7'",
    "state = jsonb_set(state, '{level}', '123456789012345678901234567890')",
    "state = state - 'username' || '{\"level\": null}'",
]


def test_one_that_cannot_be_read_is_passed_by_and_replaced(place: Place, game: EventStore) -> None:
    repository, player_id = players(game), born(game, 60)
    true = repository.load(player_id)
    for change in UNREADABLE:
        spoil(place, change)
        with capture_logs() as logs:
            loaded = repository.load(player_id)
        assert loaded == true
        assert loaded.snapshot_version is None
        assert [each["event"] for each in logs] == ["snapshot unreadable"]
        assert repository.load(player_id).snapshot_version == 60
        assert kept(place, player_id) == [(60, "1")]


def test_an_older_one_is_taken_where_the_newest_cannot_be_read(
    place: Place, game: EventStore
) -> None:
    repository, player_id = players(game), born(game, 60)
    repository.load(player_id)
    repository.save(player_id, lambda p: PLAYER.decide(p, gain())[:1] * 50)
    with place.connect("admin") as admin:
        admin.execute("UPDATE store.snapshots SET state = '1' WHERE aggregate_version = 110")
    assert repository.load(player_id).snapshot_version == 60
    assert repository.load(player_id).snapshot_version == 110


@dataclass(frozen=True)
class Renamed:
    """A later program's state: it counts events."""

    events: int = 0


LATER: Aggregate[Renamed] = Aggregate("Joueur", Renamed(), state_version=2)


@LATER.applies(JoueurCree)
def _first(state: Renamed, _: JoueurCree) -> Renamed:
    return replace(state, events=1)


@LATER.applies(ExperienceGagnee)
def _counted(state: Renamed, _: ExperienceGagnee) -> Renamed:
    return replace(state, events=state.events + 1)


def test_programs_of_two_state_versions_keep_their_own(place: Place, game: EventStore) -> None:
    old, new = players(game), Repository(game, LATER)
    player_id = born(game, 60)
    assert old.load(player_id).snapshot_version is None
    assert new.load(player_id).snapshot_version is None
    assert kept(place, player_id) == [(60, "1"), (60, "2")]
    assert new.load(player_id).state == Renamed(60)
    assert old.load(player_id).snapshot_version == new.load(player_id).snapshot_version == 60
    for _ in range(3):
        old.save(player_id, lambda p: PLAYER.decide(p, gain())[:1] * 50)
    assert kept(place, player_id) == [(110, "1"), (160, "1"), (210, "1")]
    loaded = new.load(player_id)
    assert (loaded.state, loaded.snapshot_version) == (Renamed(210), None)
    assert new.load(player_id).snapshot_version == 210


def test_two_writers_of_one_snapshot(place: Place, game: EventStore) -> None:
    player_id, barrier = born(game, 60), threading.Barrier(8)
    loaded = []

    def load() -> None:
        repository = players(game)
        barrier.wait()
        loaded.append(repository.load(player_id))

    threads = [threading.Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(loaded) == 8
    assert kept(place, player_id) == [(60, "1")]


def test_how_often_and_how_many_is_the_programs_choice(place: Place, game: EventStore) -> None:
    repository = Repository(game, PLAYER, snapshots=Snapshots(every=10, keep=2))
    player_id = born(game, 1)
    for _ in range(45):
        repository.save(player_id, lambda p: PLAYER.decide(p, gain())[:1])
    assert [row[0] for row in kept(place, player_id)] == [30, 40]
    for wrong in ({"every": 0}, {"keep": 0}):
        with pytest.raises(ConfigurationError, match="1 or more"):
            Snapshots(**wrong)


def test_who_may_not_write_them_reads_all_the_same(place: Place, game: EventStore) -> None:
    """And says so once. A save that could not snapshot is a save."""
    player_id = born(game, 60)
    with place.connect("admin") as admin:
        admin.execute("REVOKE EXECUTE ON FUNCTION store.keep_snapshot FROM headrace_store_writer")
    repository = players(game)
    with capture_logs() as logs:
        for _ in range(2):
            repository.load(player_id)
            saved = repository.save(player_id, lambda p: PLAYER.decide(p, gain())[:1])
    assert saved.version == 62
    assert [each["event"] for each in logs] == ["snapshot not written"]
    assert kept(place, player_id) == []


@dataclass(frozen=True)
class Odd:
    what: Any = None


def test_a_state_that_is_no_json_loses_no_event(game: EventStore) -> None:
    event = ExperienceGagnee(amount=1, source="quest", total=1)
    for value in ("a\0b", {1, 2}, float("nan"), 2**80, object()):
        odd: Aggregate[Odd] = Aggregate("Joueur", Odd(), state_version=1)
        odd.applies(ExperienceGagnee)(lambda _, __, value=value: Odd(value))  # type: ignore[misc]
        repository = Repository(game, odd, snapshots=Snapshots(every=1))
        player_id = uuid4()
        for version in (1, 2):
            assert repository.save(player_id, lambda _: [event]).version == version
        assert len(game.read_stream(player_id)) == 2


def test_a_snapshot_of_what_is_not_there_is_refused(place: Place, game: EventStore) -> None:
    player_id = born(game, 60)
    for kind, version in (("Joueur", 61), ("Joueur", 0), ("Combat", 60), ("Nothing", 1)):
        with pytest.raises(InvalidEventError, match=f"has no version {version} to keep"):
            game.keep_snapshot(Stream(kind, player_id), version, "{}", state_version="1", keep=3)
    assert kept(place, player_id) == []


CHANGES = [
    "UPDATE store.snapshots SET state = '{}'",
    "DELETE FROM snapshots",
    "INSERT INTO store.snapshots (aggregate_id, aggregate_type, aggregate_version, "
    "state_version, state) VALUES (gen_random_uuid(), 'Joueur', 1, '1', '{}')",
]


def test_snapshots_are_written_by_the_function_only(place: Place) -> None:
    for role in ("app", "api", "owner"):
        with place.connect(role) as connection:
            for change in CHANGES:
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(change)


async def test_the_same_in_an_event_loop(place: Place, game: EventStore) -> None:
    player_id = born(game, 60)
    async with AsyncEventStore(place.app, source="tests", catalog=load_catalog()) as store:
        repository = AsyncRepository(store, PLAYER)
        first = await repository.load(player_id)
        assert (first.snapshot_version, kept(place, player_id)) == (None, [(60, "1")])
        saved = await repository.save(player_id, gain())
        assert (saved.snapshot_version, saved.version) == (60, 61)
        assert (await repository.check(player_id)).agrees
        spoil(place, "state = jsonb_set(state, '{level}', '9')")
        assert not (await repository.check(player_id)).agrees
        spoil(place, "state = '9'")
        assert await repository.load(player_id) == saved


def test_every_aggregate_of_the_game_has_a_repository(game: EventStore) -> None:
    for aggregate in AGGREGATES.values():
        assert Repository(game, aggregate).load(uuid4()).version == 0
    players(game).save(uuid4(), CREATE)
    assert isinstance(PLAYER.initial, Player)
