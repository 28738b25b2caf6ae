"""SIGKILL of a process that appends, and of PostgreSQL: nothing half, nothing lost."""

import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest

from deploy.local.direct import DirectStack
from domains.game import PLAYER
from headrace.envelope import Event
from headrace.errors import OutageError
from headrace.store import EventStore, Stream
from headrace.store.upkeep import Verifier
from tests.store.place import Place
from tests.store.players import born, players

pytestmark = pytest.mark.integration
STEPS = ["connected", "begun", "numbered", "appended Joueur", "appended Combat", "committed"]
FIRST, SECOND = Stream("Joueur", uuid4()), Stream("Combat", uuid4())
HEADS_THAT_LIE = (
    "SELECT s.aggregate_id FROM store.streams s LEFT JOIN store.events e USING (aggregate_id) "
    "GROUP BY 1 HAVING s.version <> count(e.event_id) OR s.version <> max(e.aggregate_version) "
    "OR s.last_xid <> max(e.xid)"
)


@contextmanager
def dying(place: Place, manner: str) -> Iterator[subprocess.Popen[str]]:
    ids = [str(stream.aggregate_id) for stream in (FIRST, SECOND)]
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.store.dying", manner, place.app, *ids],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def check(place: Place, store: EventStore) -> int:
    """Both aggregates have as many events, the heads say how many, readers see all of them."""
    found = [store.read_stream(stream.aggregate_id) for stream in (FIRST, SECOND)]
    number = len(found[0])
    for rows in found:
        assert [row.aggregate_version for row in rows] == list(range(1, number + 1))
    with psycopg.connect(place.admin) as admin:
        assert admin.execute(HEADS_THAT_LIE).fetchall() == []
    return number


@pytest.mark.parametrize("last", STEPS)
def test_an_appender_killed_after_any_step_leaves_all_or_nothing(
    place: Place, store: EventStore, last: str
) -> None:
    with dying(place, "steps") as child:
        assert child.stdout
        assert child.stdin
        for step in STEPS[: STEPS.index(last) + 1]:
            assert child.stdout.readline().strip() == step
            if step != last:
                child.stdin.write("\n")
                child.stdin.flush()
    _until_alone(place)
    assert check(place, store) == (20 if last == "committed" else 0)
    store.append(FIRST, [store.event("ExperienceGagnee", {"points": 1})])
    assert len(list(store.stream_all())) == (41 if last == "committed" else 1)


@pytest.mark.parametrize("seed", range(5))
def test_an_appender_killed_at_any_moment_leaves_whole_batches(
    place: Place, store: EventStore, seed: int
) -> None:
    chance = random.Random(seed)
    with dying(place, "batches") as child:
        assert child.stdout
        said = [child.stdout.readline() for _ in range(chance.randint(2, 40))]
        threading.Event().wait(chance.random() * 0.01)
        child.kill()
        said += child.stdout.readlines()
    _until_alone(place)
    number = check(place, store)
    acknowledged = int([line for line in said if line.endswith("\n")][-1])
    assert number in {acknowledged, acknowledged + 20}
    assert len(list(store.stream_all())) == 2 * number


@pytest.mark.parametrize("step", ["appended", "kept"])
def test_killed_before_or_within_a_snapshot_an_append_stays(
    place: Place, game: EventStore, step: str
) -> None:
    """The next one to load writes the snapshot."""
    player_id = born(game, 49)
    command = [sys.executable, "-m", "tests.store.saving", place.app, str(player_id), step]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        assert child.stdout.readline().strip() == step.encode()
        child.kill()
    _until_alone(place)
    repository = players(game)
    loaded = repository.load(player_id)
    assert (loaded.version, loaded.state.experience, loaded.snapshot_version) == (50, 49, None)
    assert repository.load(player_id).snapshot_version == 50
    assert repository.check(player_id).agrees


@pytest.mark.parametrize("seed", range(2))
def test_killed_at_any_moment_a_saver_leaves_what_it_acknowledged(
    place: Place, game: EventStore, seed: int
) -> None:
    chance, player_id = random.Random(seed), born(game, 1)
    command = [sys.executable, "-m", "tests.store.saving", place.app, str(player_id), "never"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout
        said = [child.stdout.readline() for _ in range(chance.randint(20, 90))]
        threading.Event().wait(chance.random() * 0.01)
        child.kill()
        said += child.stdout.readlines()
    _until_alone(place)
    acknowledged = int([line for line in said if line.endswith("\n")][-1])
    checked = players(game).check(player_id)
    assert checked.agrees
    assert checked.loaded.snapshot_version
    assert checked.loaded.version in {acknowledged, acknowledged + 1}
    with place.connect("app") as reader:
        assert list(Verifier(reader).events()) == []
        assert list(Verifier(reader).snapshots(game, {"Joueur": PLAYER})) == []


def _until_alone(place: Place) -> None:
    """Until PostgreSQL has ended the killed process's session."""
    sessions = (
        "SELECT FROM pg_stat_activity WHERE datname = current_database() "
        "AND application_name = 'dying'"
    )
    with psycopg.connect(place.admin, autocommit=True) as admin:
        while admin.execute(sessions).fetchall():
            threading.Event().wait(0.01)


@pytest.mark.timeout(180)
def test_postgres_killed_under_appends_keeps_what_it_acknowledged(
    stack: DirectStack, place: Place, store: EventStore
) -> None:
    """Whoever repeats an append after the outage gets it in once, wherever the server died."""
    acknowledged: list[Event] = []
    failed: list[Event] = []
    appender = threading.Thread(target=_append_until_an_outage, args=[store, acknowledged, failed])
    appender.start()
    while len(acknowledged) < 50:
        threading.Event().wait(0.01)
    stack.kill("postgres")
    appender.join(60)
    stack.start("postgres")
    assert failed
    for event in failed:
        store.append(FIRST, [event])
    found = store.read_stream(FIRST.aggregate_id)
    assert [row.event_id for row in found] == [each.event_id for each in acknowledged + failed]
    assert list(store.stream_all()) == found
    with psycopg.connect(place.admin) as admin:
        assert admin.execute(HEADS_THAT_LIE).fetchall() == []


def _append_until_an_outage(
    store: EventStore, acknowledged: list[Event], failed: list[Event]
) -> None:
    while not failed:
        event = store.event("ExperienceGagnee", {"points": 1})
        try:
            store.append(FIRST, [event])
        except OutageError:
            failed.append(event)
        else:
            acknowledged.append(event)
