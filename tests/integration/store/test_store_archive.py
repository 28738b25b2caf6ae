"""Old events move to the archive: whole prefixes, behind a snapshot, and every read finds them."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from psycopg import DatabaseError, errors

from domains.game import PLAYER
from headrace.errors import ConfigurationError
from headrace.store import EventStore, Position, Recorded, Stream
from headrace.store.upkeep import Archiver, Moved, Verifier
from tests.store.place import Place
from tests.store.players import born, gain, players

pytestmark = pytest.mark.integration
LATER = datetime(2100, 1, 1, tzinfo=UTC)
BOTH = "SELECT (SELECT count(*) FROM ONLY store.events), (SELECT count(*) FROM evenements_archive)"


def archive(
    place: Place, before: datetime = LATER, *, dry: bool = False, until: Position | None = None
) -> list[Moved]:
    with place.connect("owner") as owner:
        return list(Archiver(owner, before, until, dry).run())


def apart(place: Place) -> tuple[int, int]:
    """How many events are not archived, and how many are."""
    with place.connect("admin") as admin:
        ((left, archived),) = admin.execute(BOTH).fetchall()
    return left, archived


def sound(place: Place) -> bool:
    with place.connect("app") as reader:
        return list(Verifier(reader).events()) == []


@pytest.mark.covers("S4-9")
def test_a_prefix_moves_up_to_the_snapshot_and_reads_stay_as_they_were(
    place: Place, game: EventStore
) -> None:
    repository, player_id = players(game), born(game, 60)
    other = born(game, 5)
    repository.load(player_id)
    for _ in range(7):
        repository.save(player_id, lambda p: PLAYER.decide(p, gain())[:1])
    before = _everything(game, player_id)
    wanted = [(player_id, 60, 60, False), (other, 0, 0, True)]
    for dry in (True, False):
        moved = archive(place, dry=dry)
        assert {(m.stream.aggregate_id, m.events, m.version, m.waits) for m in moved} == set(wanted)
        assert apart(place) == ((72, 0) if dry else (12, 60))
    assert _everything(game, player_id) == before
    assert (game.archived_version(player_id), game.archived_version(other)) == (60, 0)
    loaded = repository.load(player_id)
    assert (loaded.version, loaded.snapshot_version) == (67, 60)
    assert repository.check(player_id).agrees
    again = archive(place)
    assert [m.events for m in again] == [0] * len(again)
    assert apart(place) == (12, 60)
    assert sound(place)


def _everything(store: EventStore, player_id: UUID) -> list[list[Recorded]]:
    rows = store.read_stream(player_id)
    return [
        rows,
        store.read_stream(player_id, backwards=True)[::-1],
        store.read_stream(player_id, 58, 63),
        list(store.stream_all()),
        list(store.stream_all(categories=["Joueur", "Combat"])),
        store.read_time(limit=100).events,
        store.read_all(backwards=True).events,
        [link.recorded for link in store.causes(rows[0].event_id).links],
        [each for each in [store.find(rows[3].event_id)] if each],
    ]


def test_what_was_archived_is_still_appended_once(place: Place, game: EventStore) -> None:
    player_id = born(game, 60)
    players(game).load(player_id)
    first = game.read_stream(player_id)[0]
    archive(place)
    given = game.event(
        first.event_type,
        first.event.payload,
        event_id=first.event_id,
        timestamp=first.timestamp,
        correlation_id=first.event.correlation_id,
    )
    done = game.append(first.stream, [given])
    assert (done.repeated, done.versions) == (True, (1,))
    assert len(game.read_stream(player_id)) == 60


def test_a_prefix_ends_at_the_first_event_of_a_later_time(place: Place, game: EventStore) -> None:
    """Also where a later version has an earlier time: what moves is a prefix."""
    noon = datetime(2026, 3, 14, 12, tzinfo=UTC)
    player_id = born(game, 1, at=noon - timedelta(days=1))
    repository = players(game)
    for minute in (1, 2, 9, 3, 4):
        at = noon + timedelta(minutes=minute)
        repository.save(player_id, lambda p: PLAYER.decide(p, gain())[:1], timestamp=at)
    repository.snapshot(player_id)
    for minute, moved, place_in_prefix in ((2, 2, 2), (5, 1, 3), (9, 0, 3), (10, 3, 6)):
        found = archive(place, noon + timedelta(minutes=minute))
        assert sum(m.events for m in found) == moved
        assert game.archived_version(player_id) == place_in_prefix
    assert archive(place, noon + timedelta(minutes=10)) == []
    assert sound(place)


def test_only_what_another_reader_has_passed(place: Place, game: EventStore) -> None:
    """As the lake's position, once it holds the events."""
    first, second = born(game, 60), born(game, 60)
    for player_id in (first, second):
        players(game).load(player_id)
    position = game.read_stream(second)[19].position
    moved = {m.stream.aggregate_id: m.events for m in archive(place, until=position)}
    assert moved == {first: 60, second: 20}


def test_longer_prefixes_move_in_several_transactions(place: Place, game: EventStore) -> None:
    player_id = born(game, 2_500)
    players(game).load(player_id)
    assert [(m.events, m.version) for m in archive(place)] == [(2_500, 2_500)]
    with place.connect("admin") as admin:
        steps = admin.execute("SELECT count(DISTINCT archived_at) FROM store.events_archive")
        assert steps.fetchall() == [(3,)]
    assert sound(place)


def test_a_snapshot_gone_bad_costs_time_not_state(place: Place, game: EventStore) -> None:
    repository, player_id = players(game), born(game, 60)
    true = repository.load(player_id)
    archive(place)
    with place.connect("admin") as admin:
        admin.execute("DELETE FROM store.snapshots")
    loaded = repository.load(player_id)
    assert (loaded, loaded.snapshot_version) == (true, None)


CHANGES = [
    "UPDATE store.events_archive SET payload = '{}'",
    "DELETE FROM store.events_archive",
    "TRUNCATE store.events_archive",
    "UPDATE store.events SET payload = '{}'",
    "DELETE FROM store.events",
    "TRUNCATE store.events",
]


@pytest.mark.covers("S4-7")
def test_the_archive_is_immutable_for_everybody(place: Place, game: EventStore) -> None:
    players(game).load(born(game, 60))
    born(game, 3)
    archive(place)
    for role in ("app", "api", "owner"):
        with place.connect(role) as connection:
            for change in (*CHANGES, "INSERT INTO store.events_archive SELECT * FROM store.events"):
                with pytest.raises(errors.InsufficientPrivilege):
                    connection.execute(change)
    for role in ("headrace_store", "headrace_admin"):
        with place.connect("admin") as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(f"SET ROLE {role}")
            for change in CHANGES:
                with pytest.raises(DatabaseError, match="events are immutable"):
                    connection.execute(change)
    assert apart(place) == (3, 60)


def test_a_row_leaves_only_when_the_archive_holds_the_very_same(
    place: Place, game: EventStore
) -> None:
    born(game, 2)
    refused = pytest.raises(DatabaseError, match="events are immutable")
    with place.connect("admin") as admin, refused, admin.transaction():
        admin.execute("CREATE TEMP TABLE copy AS SELECT * FROM store.events")
        admin.execute("""UPDATE copy SET payload = payload || '{"level": 99}'""")
        admin.execute("INSERT INTO store.events_archive SELECT * FROM copy")
        admin.execute("DELETE FROM ONLY store.events")
    assert apart(place) == (2, 0)


def test_the_function_is_the_owners(place: Place) -> None:
    for role in ("app", "api"):
        with place.connect(role) as connection, pytest.raises(ConfigurationError, match="archive"):
            archiver = Archiver(connection, LATER)
            archiver._call(Stream("Joueur", uuid4()), 1)


def test_appends_go_on_beside_it(place: Place, game: EventStore) -> None:
    """Two archivers and an appender on the same aggregate: nothing lost, nothing twice."""
    repository, player_id = players(game), born(game, 3_000)
    repository.load(player_id)
    stop, failures = threading.Event(), list[BaseException]()

    def run(step: object) -> None:
        try:
            step()  # type: ignore[operator]
        except BaseException as error:  # noqa: BLE001 - told by the test
            failures.append(error)

    def append() -> None:
        while not stop.is_set():
            repository.save(player_id, lambda p: PLAYER.decide(p, gain())[:1])

    threads = [threading.Thread(target=run, args=[append])]
    archivers = [threading.Thread(target=run, args=[lambda: archive(place)]) for _ in range(2)]
    for thread in [*threads, *archivers]:
        thread.start()
    for thread in archivers:
        thread.join(60)
    stop.set()
    threads[0].join(60)
    assert failures == []
    assert game.archived_version(player_id) >= 3_000
    assert [row.aggregate_version for row in game.read_stream(player_id)] == list(
        range(1, repository.load(player_id).version + 1)
    )
    assert repository.check(player_id).agrees
    assert sound(place)


@pytest.mark.parametrize("chunks", [0, 1, 2])
def test_killed_in_the_middle_nothing_is_lost_or_twice(
    place: Place, game: EventStore, chunks: int
) -> None:
    player_id = born(game, 3_000)
    players(game).load(player_id)
    command = [sys.executable, "-m", "tests.store.archiving", place.owner, str(chunks)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        assert child.stdout.readline() == "within\n"
        child.kill()
    assert apart(place) == (3_000 - 1_000 * chunks, 1_000 * chunks)
    assert len(game.read_stream(player_id)) == 3_000
    archive(place)
    assert apart(place) == (0, 3_000)
    assert sound(place)


def test_a_new_epoch_moves_the_archived_events_too(place: Place, game: EventStore) -> None:
    """As after a restore into a cluster whose transaction ids are behind."""
    player_id = born(game, 60)
    players(game).load(player_id)
    archive(place)
    players(game).save(player_id, gain())
    with place.connect("admin") as admin:
        for table in ("events", "events_archive"):
            admin.execute(f"ALTER TABLE store.{table} DISABLE TRIGGER immutable_rows")
        admin.execute("UPDATE store.events SET xid = '2000000000000'")
        admin.execute("UPDATE store.streams SET last_xid = '2000000000000'")
        for table in ("events", "events_archive"):
            admin.execute(f"ALTER TABLE store.{table} ENABLE ALWAYS TRIGGER immutable_rows")
        assert list(game.stream_all()) == []
    with place.connect("owner") as owner:
        owner.execute("SELECT store.new_epoch('restored')")
    versions = [each.aggregate_version for each in game.stream_all()]
    assert versions == list(range(1, len(versions) + 1))
    assert len(versions) > 60
    players(game).save(player_id, gain())
    assert sound(place)
    with place.connect("admin") as admin, pytest.raises(DatabaseError, match="immutable"):
        admin.execute("UPDATE store.events_archive SET source = 's'")
