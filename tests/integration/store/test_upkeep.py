"""`headrace store`: sizes, snapshots, archive and soundness from the command line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from domains.game import PLAYER
from headrace.cli import main
from headrace.store import EventStore, Repository, Snapshots
from tests.store.place import Place
from tests.store.players import CREATE, born, gain, players

pytestmark = pytest.mark.integration
GAME = ("--aggregates", "domains.game:AGGREGATES")
Run = Callable[..., tuple[int, list[list[str]], str]]


@pytest.fixture
def run(place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A command's exit code, its lines' cells, and what it says on stderr."""
    monkeypatch.setenv("DATABASE_URL", place.owner)
    monkeypatch.setenv("STORE_DATABASE_URL", place.app)

    def command(*arguments: str) -> tuple[int, list[list[str]], str]:
        with pytest.raises(SystemExit) as ended:
            main(["store", *arguments])
        code = ended.value.code
        out, err = capsys.readouterr()
        assert isinstance(code, int)
        return code, [line.split("\t") for line in out.splitlines()], err

    return command


@pytest.mark.covers("S4-9")
def test_the_two_questions(run: Run, game: EventStore) -> None:
    large, small = born(game, 60), born(game, 3)
    players(game).load(large)
    assert run("archive", "--before", "2026-01-01")[0] == 0
    code, lines, _ = run("stats")
    assert code == 0
    assert lines == [
        ["type", "ExperienceGagnee", "", "61", "0"],
        ["type", "JoueurCree", "", "2", "0"],
        ["aggregate", "Joueur", str(large), "60", "0"],
        ["aggregate", "Joueur", str(small), "3", "0"],
    ]
    _, lines, _ = run("stats", "--limit", "1", "--json")
    assert [json.loads(line[0])["kind"] for line in lines] == ["type", "type", "aggregate"]


@pytest.mark.covers("S4-9")
def test_old_events_are_archived_again_and_again(
    run: Run, place: Place, game: EventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Aggregates without a snapshot wait, or get one."""
    large, small = born(game, 60), born(game, 3)
    players(game).load(large)
    monkeypatch.setattr("headrace.clock.SystemClock.now", _in_two_years)
    assert run("archive", "--dry-run")[1] == [["Joueur", "1", "60", "1"]]
    code, lines, said = run("archive")
    assert (code, lines) == (0, [["Joueur", "1", "60", "1"]])
    assert "--aggregates" in said
    assert run("archive")[1] == [["Joueur", "0", "0", "1"]]
    _, lines, said = run("archive", "--aggregates", "tests.store.players:SILENT")
    assert lines == [["Joueur", "0", "0", "1"]]
    assert f"no snapshot of Joueur {small}" in said
    assert run("archive", *GAME)[1] == [["Joueur", "1", "3", "0"]]
    code, lines, said = run("archive", *GAME)
    assert (code, lines) == (0, [])
    assert "nothing before" in said
    assert game.archived_version(small) == 3
    assert players(game).load(small).snapshot_version == 3
    assert run("stats")[1][-1] == ["aggregate", "Joueur", str(small), "3", "3"]
    assert run("verify", "--snapshots", *GAME)[0] == 0
    players(game).save(small, gain())
    assert run("verify", "--snapshots", *GAME)[0] == 0


def _in_two_years(_: object) -> object:
    return datetime.now(UTC) + timedelta(days=730)  # noqa: TID251 - the clock that is replaced


def test_snapshots_are_cleaned(run: Run, place: Place, game: EventStore) -> None:
    repository = Repository(game, PLAYER, snapshots=Snapshots(every=1, keep=9))
    for player_id in (uuid4(), uuid4()):
        repository.save(player_id, CREATE)
        for _ in range(6):
            repository.save(player_id, gain())
    assert run("clean-snapshots", "--json")[1] == [['{"removed":8}']]
    assert run("clean-snapshots")[1] == [["0"]]
    with place.connect("admin") as admin:
        rows = admin.execute("SELECT aggregate_version FROM store.snapshots ORDER BY 1").fetchall()
    assert [version for (version,) in rows] == [5, 5, 6, 6, 7, 7]
    assert run("clean-snapshots", "--keep", "0")[0] == 2


VIOLATIONS: list[tuple[str, list[str]]] = [
    (
        "INSERT INTO store.events_archive SELECT * FROM ONLY store.events "
        "WHERE aggregate_version = 1",
        ["gap", "head", "event id twice", "sequence twice"],
    ),
    (
        "INSERT INTO store.events_archive SELECT * FROM ONLY store.events "
        "WHERE aggregate_version = 5; "
        "DELETE FROM ONLY store.events WHERE aggregate_version = 5",
        ["archive"],
    ),
    ("DELETE FROM store.events WHERE aggregate_version = 3", ["gap", "head"]),
    ("DELETE FROM store.events WHERE aggregate_version = 60", ["head"]),
    ("UPDATE store.streams SET version = 61", ["head"]),
    ("UPDATE store.streams SET last_xid = '3'", ["last_xid"]),
    ("UPDATE store.streams SET aggregate_type = 'Combat'", ["type", "snapshot ahead"]),
    ("DELETE FROM store.streams", ["no head", "snapshot ahead"]),
    ("UPDATE store.snapshots SET aggregate_version = 61", ["snapshot ahead"]),
    ("UPDATE store.events SET xid = '4' WHERE aggregate_version = 9", ["order"]),
]


def test_every_violation_is_named(run: Run, place: Place, game: EventStore) -> None:
    """Done by a superuser with the triggers off; each is taken back."""
    player_id = born(game, 60)
    players(game).load(player_id)
    assert run("verify")[:2] == (0, [])
    for change, kinds in VIOLATIONS:
        _broken(place, change)
        code, lines, said = run("verify")
        assert code == 1
        found = {line[0] for line in lines}
        assert set(kinds) <= found, (change, lines)
        assert {(line[1], line[2]) for line in lines} <= {
            ("Joueur", str(player_id)),
            ("Combat", str(player_id)),
        }
        assert f"aggregates verified, {len(lines)} violations" in said
        _mended(place)
        assert run("verify")[:2] == (0, []), change


TABLES = ("events", "events_archive", "streams", "snapshots")


def _broken(place: Place, change: str) -> None:
    with place.connect("admin") as admin:
        for table in TABLES:
            admin.execute(
                " ".join(["CREATE TABLE", f"kept_{table}", "AS TABLE ONLY store.", table]).replace(
                    ". ", "."
                )
            )
        _untriggered(place, change)


def _mended(place: Place) -> None:
    for table in TABLES:
        name, kept = f"store.{table}", f"kept_{table}"
        insert = ["INSERT INTO", name, "OVERRIDING SYSTEM VALUE SELECT * FROM", kept]
        delete = ["DELETE FROM ONLY", name]
        _untriggered(place, " ".join(delete), " ".join(insert), f"DROP TABLE {kept}")


def _untriggered(place: Place, *changes: str) -> None:
    with place.connect("admin") as admin, admin.transaction():
        for table in ("events", "events_archive"):
            admin.execute(f"ALTER TABLE store.{table} DISABLE TRIGGER ALL")
        for change in changes:
            admin.execute(change)
        for table in ("events", "events_archive"):
            for trigger in ("immutable_rows", "immutable_table"):
                admin.execute(f"ALTER TABLE store.{table} ENABLE ALWAYS TRIGGER {trigger}")


def test_a_snapshot_that_is_not_what_its_events_make_is_named(
    run: Run, place: Place, game: EventStore
) -> None:
    wrong, unreadable, stale = (born(game, 60) for _ in range(3))
    for player_id in (wrong, unreadable, stale):
        players(game).load(player_id)
    _change_state(place, wrong, "state = jsonb_set(state, '{level}', '9')")
    _change_state(place, unreadable, "state = '1'")
    _change_state(place, stale, "state_version = '0', state = '1'")
    assert run("verify")[0] == 0
    code, lines, said = run("verify", "--snapshots", *GAME)
    assert code == 1
    assert {(line[0], line[2]) for line in lines} == {
        ("snapshot differs", str(wrong)),
        ("snapshot unreadable", str(unreadable)),
    }
    assert "3 aggregates verified, 2 violations" in said


def _change_state(place: Place, player_id: UUID, change: str) -> None:
    with place.connect("admin") as admin:
        statement = ["UPDATE store.snapshots SET", change, "WHERE aggregate_id = %s"]
        admin.execute(" ".join(statement), [player_id])


REFUSED = [
    (("archive", "--before", "soon"), "is no day: write it as 2025-01-31"),
    (("archive", "--before", "2999-01-01"), "is in the future"),
    (("archive", "--until", "xyz"), "this is no cursor"),
    (("archive", "--aggregates", "domains.game"), "names no aggregates"),
    (("archive", "--aggregates", "nowhere:X"), "no aggregates at nowhere:X: No module"),
    (("archive", "--aggregates", "domains.game:nothing"), "has no attribute"),
    (("archive", "--aggregates", "json:dumps"), "are no aggregates"),
    (("verify", "--snapshots"), "--snapshots needs --aggregates"),
]


def test_wrong_use_is_told(run: Run, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for arguments, message in REFUSED:
        code, lines, said = run(*arguments)
        assert (code, lines) == (1, [])
        assert message in said, said
    monkeypatch.setenv("DATABASE_URL", place.app)
    monkeypatch.setenv("STORE_DATABASE_URL", "postgresql://nobody@localhost:1/nothing")
    assert "does not answer" in run("stats")[2]
