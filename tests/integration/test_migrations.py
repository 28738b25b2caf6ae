"""Migrations: from empty, from any earlier state, killed half way, several at once."""

import threading
from collections.abc import Iterator
from importlib.resources import files
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from headrace.errors import OutageError, PoisonError, TransientError
from headrace.postgres import Database, migrate
from headrace.postgres.errors import translated
from headrace.postgres.migrating import available
from tests.conftest import Servers

pytestmark = pytest.mark.integration


@pytest.fixture
def empty(stack: Servers) -> Iterator[str]:
    """The owner's URL of a database that holds nothing."""
    name = f"empty_{uuid4().hex[:8]}"
    with psycopg.connect(stack.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER headrace").format(sql.Identifier(name)))
    yield stack.database_url.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(stack.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def tables(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relkind IN ('r', 'p') "
            "AND relnamespace IN (SELECT oid FROM pg_namespace "
            "WHERE nspname IN ('stage', 'warm', 'store'))"
        ).fetchall()
    return sorted(name for (name,) in rows)


def test_an_empty_database_gets_all_and_a_second_run_nothing(empty: str) -> None:
    assert migrate(empty) == available()
    assert {"warm.events", "store.events"} < set(tables(empty))
    assert migrate(empty) == []


@pytest.mark.parametrize("applied", range(len(available())))
def test_every_earlier_state_is_brought_up_to_date(empty: str, applied: int) -> None:
    _apply(empty, available()[:applied])
    assert migrate(empty) == available()[applied:]
    assert {"warm.events", "store.events"} < set(tables(empty))


def test_open_days_of_before_get_the_new_bloom_indexes_and_closed_days_lose_theirs(
    empty: str,
) -> None:
    _apply(empty, [name for name in available() if name < "0004"])
    with psycopg.connect(empty) as connection:
        connection.execute("SELECT warm.make_day(current_date), warm.make_day(current_date - 9)")
        connection.execute(
            "UPDATE warm.days SET closed_at = now() WHERE day = current_date - 9 RETURNING day"
        )
    migrate(empty)
    with psycopg.connect(empty) as connection:
        found = connection.execute(
            "SELECT d.closed_at IS NULL, count(*) FILTER (WHERE x.indexdef LIKE '%bloom%'), "
            "count(*) FILTER (WHERE x.indexname LIKE '%\\_open') "
            "FROM warm.days d JOIN pg_indexes x ON x.tablename = d.leaf GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert found == [(False, 0, 0), (True, 2, 2)]


def _apply(url: str, names: list[str]) -> None:
    folder = files("headrace.postgres") / "migrations"
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE public.headrace_migrations (name text PRIMARY KEY)")
        for name in names:
            connection.execute((folder / f"{name}.sql").read_text())
            connection.execute("INSERT INTO public.headrace_migrations VALUES (%s)", [name])


def test_a_run_that_is_cut_off_leaves_nothing_half_done(empty: str) -> None:
    """The server ends the connection in the middle; the next run begins where that one did."""
    with psycopg.connect(empty) as blocker:
        blocker.execute("CREATE SCHEMA warm")  # makes the migration wait, inside its transaction
        failed: list[OutageError] = []
        thread = threading.Thread(target=_collect, args=[empty, failed])
        thread.start()
        with psycopg.connect(empty, autocommit=True) as other:
            _end_whoever_waits(other)
        thread.join(30)
        blocker.rollback()
    assert isinstance(failed[0], OutageError)
    assert tables(empty) == ["stage.dead_letters", "stage.stage_offsets"]
    assert migrate(empty) == available()[1:]


def _collect(url: str, failed: list[OutageError]) -> None:
    try:
        migrate(url)
    except OutageError as error:
        failed.append(error)


def _end_whoever_waits(connection: psycopg.Connection[object]) -> None:
    ended = None
    while not ended:
        ended = connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchone()


def test_several_at_once_apply_each_migration_once(empty: str) -> None:
    applied: list[str] = []
    threads = [threading.Thread(target=lambda: applied.extend(migrate(empty))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(applied) == available()


@pytest.mark.parametrize(
    ("statement", "meaning"),
    [
        ("SELECT 1/0", PoisonError),
        ("SELECT '\\u0000'::jsonb", PoisonError),
        ("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)", OutageError),
        ("SELECT pg_terminate_backend(pg_backend_pid())", OutageError),
        (
            "INSERT INTO warm.events (event_id, event_type, timestamp, version, source, metadata, "
            "payload, topic, partition, record_offset, schema_id) VALUES (gen_random_uuid(), 'a', "
            "'2999-01-01', '1', 's', '{}', '{}', 't', 0, 0, 1)",
            TransientError,
        ),
    ],
)
def test_a_servers_error_means_what_can_be_done_about_it(
    stack: Servers, statement: str, meaning: type[Exception]
) -> None:
    database = Database(stack.database_url, application="test")
    with pytest.raises(meaning), database.transaction() as connection, translated():
        connection.execute(statement)
    database.close()
