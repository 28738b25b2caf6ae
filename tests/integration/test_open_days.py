"""Open days: their bloom indexes are summarised; closing gives way, goes on, and is cancelled."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from psycopg import sql

from headrace.clock import SystemClock
from headrace.errors import OutageError
from headrace.postgres import Database, DayCloser, OpenDays, migrate
from tests.conftest import Servers

pytestmark = pytest.mark.integration

DAY = SystemClock().now().date() - timedelta(days=200)
LEAF = f"events_{DAY:%Y%m%d}"
ROWS = """INSERT INTO warm.events (event_id, event_type, "timestamp", version, source,
    correlation_id, aggregate_id, metadata, payload, topic, "partition", record_offset, schema_id)
    SELECT gen_random_uuid(), 'open.days', %(day)s::timestamptz + n * interval '1 ms', '1.0',
    'open', 'c-' || n, 'a-' || n, '{}', jsonb_build_object('text', repeat('x', 400)), 'open', 0,
    n, 1 FROM generate_series(%(first)s::int, %(last)s::int) AS n"""
INDEXES = "SELECT indexname FROM pg_indexes WHERE schemaname = 'warm' AND tablename = %s"
PLAN = "EXPLAIN (ANALYZE, COSTS OFF) SELECT * FROM warm.events WHERE correlation_id = 'c-7'"


@pytest.fixture
def owner(stack: Servers) -> Iterator[psycopg.Connection[Any]]:
    """The owner's connection; the day is open and empty, and gone afterwards."""
    migrate(stack.database_url)
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        _forget(connection)
        connection.execute("SELECT warm.make_day(%s)", [DAY])
        yield connection
        _forget(connection)


def _forget(connection: psycopg.Connection[Any]) -> None:
    connection.execute(f"DROP TABLE IF EXISTS warm.{LEAF}")
    connection.execute("DELETE FROM warm.days WHERE day = %s", [DAY])


@pytest.fixture
def archive(stack: Servers) -> Iterator[Database]:
    """With the rights of the archive's role."""
    database = Database(stack.archive_database_url, application="test")
    yield database
    database.close()


def _fill(owner: psycopg.Connection[Any], first: int, last: int) -> None:
    owner.execute(ROWS, {"day": DAY, "first": first, "last": last})


def _rechecked(owner: psycopg.Connection[Any]) -> int:
    """How many rows a lookup by correlation id reads in vain."""
    owner.execute("SET enable_seqscan = off")
    lines = [row[0] for row in owner.execute(PLAN).fetchall()]
    removed = [line for line in lines if "Rows Removed by Index Recheck" in line]
    assert any(f"{LEAF}_correlation_id_open" in line for line in lines)
    return sum(int(line.rpartition(":")[2]) for line in removed)


def test_a_lookup_in_an_open_day_reads_little_once_it_is_summarised(
    owner: psycopg.Connection[Any], archive: Database
) -> None:
    _fill(owner, 1, 30_000)
    assert _rechecked(owner) > 25_000
    days = OpenDays(archive)
    assert days.summarise() > 100
    assert _rechecked(owner) < 5_000
    assert days.summarise() == 0
    _fill(owner, 30_001, 60_000)
    assert days.summarise() > 100
    assert _rechecked(owner) < 5_000


def test_a_day_under_maintenance_is_left_for_the_next_look(
    owner: psycopg.Connection[Any], archive: Database
) -> None:
    _fill(owner, 1, 20_000)
    days = OpenDays(archive)
    with owner.transaction():
        owner.execute(f"LOCK warm.{LEAF} IN SHARE UPDATE EXCLUSIVE MODE")
        assert days.summarise() == 0
    assert days.summarise() > 0


def test_another_worker_passes_over_what_is_summarised(
    owner: psycopg.Connection[Any], archive: Database
) -> None:
    _fill(owner, 1, 20_000)
    assert OpenDays(archive).summarise() > 0
    assert OpenDays(archive).summarise() == 0


class Gate:
    """Gives way until it is opened, and notes how often it was asked."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.opened = threading.Event()

    def wait(self, cancelled: threading.Event) -> None:
        self.asked.set()
        while not self.opened.wait(0.02) and not cancelled.is_set():
            pass


def _closing(closer: DayCloser, gate: Gate, before: date) -> tuple[threading.Thread, list[object]]:
    ended: list[object] = []

    def close() -> None:
        try:
            ended.append(closer.close_before(before, gate))
        except OutageError as error:
            ended.append(error)

    thread = threading.Thread(target=close)
    thread.start()
    assert gate.asked.wait(30)
    return thread, ended


def _names(owner: psycopg.Connection[Any]) -> set[str]:
    return {name.removeprefix(LEAF) for (name,) in owner.execute(INDEXES, [LEAF]).fetchall()}


def test_closing_waits_for_the_gate_then_swaps_the_open_indexes_for_the_closed(
    owner: psycopg.Connection[Any], archive: Database
) -> None:
    _fill(owner, 1, 1_000)
    gate = Gate()
    thread, ended = _closing(DayCloser(archive), gate, DAY + timedelta(days=1))
    assert not any(name.endswith("_closed") for name in _names(owner))
    gate.opened.set()
    thread.join(60)
    assert DAY in _listed(ended)
    names = _names(owner)
    assert {"_correlation_id_closed", "_aggregate_id_closed", "_payload_closed"} <= names
    assert not any(name.endswith("_open") for name in names)
    assert owner.execute(
        "SELECT reloptions FROM pg_class WHERE oid = %s::regclass", [f"warm.{LEAF}"]
    ).fetchone() == (None,)


def _listed(ended: list[object]) -> list[date]:
    assert isinstance(ended[0], list), ended
    return ended[0]


def test_a_closing_that_is_cancelled_while_it_gives_way_closes_nothing_and_another_goes_on(
    owner: psycopg.Connection[Any], archive: Database
) -> None:
    _fill(owner, 1, 1_000)
    closer = DayCloser(archive)
    thread, ended = _closing(closer, Gate(), DAY + timedelta(days=1))
    closer.cancel()
    thread.join(30)
    assert isinstance(ended[0], OutageError)
    assert not any(name.endswith("_closed") for name in _names(owner))
    assert DAY in DayCloser(archive).close_before(DAY + timedelta(days=1))


def test_only_one_worker_closes(owner: psycopg.Connection[Any], archive: Database) -> None:
    _fill(owner, 1, 1_000)
    gate = Gate()
    thread, ended = _closing(DayCloser(archive), gate, DAY + timedelta(days=1))
    assert DayCloser(archive).close_before(DAY + timedelta(days=1)) == []
    gate.opened.set()
    thread.join(60)
    assert DAY in _listed(ended)


def test_late_events_land_in_a_closed_day_and_are_found(
    owner: psycopg.Connection[Any], archive: Database
) -> None:
    _fill(owner, 1, 1_000)
    DayCloser(archive).close_before(DAY + timedelta(days=1))
    _fill(owner, 1_001, 1_100)
    for column, value in (("correlation_id", "c-1100"), ("aggregate_id", "a-1100")):
        asked = sql.SQL("SELECT count(*) FROM warm.events WHERE {} = %s")
        found = owner.execute(asked.format(sql.Identifier(column)), [value]).fetchone()
        assert found == (1,)
