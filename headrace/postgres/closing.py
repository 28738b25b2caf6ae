"""Past days of the warm tier get their heavier indexes, without blocking anybody."""

import threading
from datetime import date
from typing import Any, Protocol

import psycopg
import structlog
from psycopg import sql

from headrace.errors import HeadraceError, OutageError
from headrace.postgres.database import Database
from headrace.postgres.errors import translated
from headrace.postgres.sql import statement

log = structlog.get_logger(__name__)

_HEAVY = {
    "correlation_id": "CREATE INDEX CONCURRENTLY {name} ON {leaf} (correlation_id)",
    "aggregate_id": "CREATE INDEX CONCURRENTLY {name} ON {leaf} (aggregate_id, aggregate_version)",
    "payload": "CREATE INDEX CONCURRENTLY {name} ON {leaf} USING gin (payload jsonb_path_ops)",
}
_ONLY_OPEN = ("correlation_id", "aggregate_id")

_SESSION = """
SET max_parallel_maintenance_workers = 0;  -- one core at most is taken from the archive
SET max_parallel_workers_per_gather = 0;
SET maintenance_work_mem = '64MB'  -- four times as much saves a tenth
"""


class GivesWay(Protocol):
    """Called before each build, in the thread that closes; may block it."""

    def wait(self, cancelled: threading.Event) -> None:
        """Return when the build may begin, or soon after `cancelled` is set."""


class DayCloser:
    """Gives past days their heavier indexes, which would cost ingest two thirds while a day fills.

    Runs in one worker at a time (an advisory lock); a build that was cut off is begun again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._connection: psycopg.Connection[Any] | None = None
        self._lock = threading.Lock()
        self._cancelled = threading.Event()
        self._way: GivesWay | None = None

    def cancel(self) -> None:
        """End a build or a wait in progress, from another thread, and begin none: another closer
        begins it again.
        """
        self._cancelled.set()
        with self._lock:
            if self._connection is not None:
                self._connection.cancel_safe(timeout=5.0)

    def close_before(self, day: date, way: GivesWay | None = None) -> list[date]:
        """Close every open partition of a day before `day`; returns the days closed.

        Waits for `way` before each build. A day that cannot be closed does not keep the others
        open; its error is raised at the end.
        """
        self._way = way
        with self._database.session() as connection:
            connection.execute(_SESSION)
            self._hold(connection)
            try:
                return self._close_due(connection, day)
            finally:
                self._hold(None)

    def _hold(self, connection: psycopg.Connection[Any] | None) -> None:
        with self._lock:
            self._connection = connection

    def _close_due(self, connection: psycopg.Connection[Any], day: date) -> list[date]:
        closed: list[date] = []
        failure: HeadraceError | None = None
        for closing, leaf in self._due(connection, day):
            self._go_on()
            try:
                with translated():
                    self._close(connection, closing, leaf)
                closed.append(closing)
            except HeadraceError as error:
                log.warning("a day cannot be closed", day=closing.isoformat(), error=str(error))
                failure = error
        if failure is not None:
            raise failure
        return closed

    def _due(self, connection: psycopg.Connection[Any], day: date) -> list[tuple[date, str]]:
        """The open days, if no other worker is closing."""
        locked = connection.execute(
            "SELECT pg_try_advisory_lock(hashtextextended('warm.close', 0))"
        ).fetchone()
        if not locked or not locked[0]:
            return []
        return connection.execute(statement("warm_days_to_close"), {"before": day}).fetchall()

    def _close(self, connection: psycopg.Connection[Any], day: date, leaf: str) -> None:
        for (invalid,) in connection.execute(
            statement("warm_invalid_indexes"), {"leaf": leaf}
        ).fetchall():
            connection.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(_qualified(invalid)))
        for column in _HEAVY:
            self._build(connection, leaf, column)
        counted = self._count(connection, leaf)
        self._end_of_open(connection, leaf)
        connection.execute(statement("warm_close_day"), {"day": day, **counted})
        log.info("day closed", day=day.isoformat(), **counted)

    def _build(self, connection: psycopg.Connection[Any], leaf: str, column: str) -> None:
        name = f"{leaf}_{column}_closed"
        there = connection.execute("SELECT to_regclass(%s)", [f"warm.{name}"]).fetchone()
        if there and there[0] is None:
            self._go_on()
            build = sql.SQL(_HEAVY[column])
            connection.execute(
                build.format(name=sql.Identifier(name), leaf=sql.Identifier("warm", leaf))
            )
            log.info("index built", index=name)

    def _go_on(self) -> None:
        """Give way; raises OutageError when closing was cancelled."""
        if self._way is not None:
            self._way.wait(self._cancelled)
        if self._cancelled.is_set():
            raise OutageError("closing was cancelled; what is left is done later")

    def _count(self, connection: psycopg.Connection[Any], leaf: str) -> dict[str, int]:
        row = connection.execute(
            sql.SQL("SELECT count(*), count(*) - count(DISTINCT event_id) FROM {}").format(
                sql.Identifier("warm", leaf)
            )
        ).fetchone()
        events, repeated = row or (0, 0)
        return {"events": events, "repeated_ids": repeated}

    def _end_of_open(self, connection: psycopg.Connection[Any], leaf: str) -> None:
        """What stood in for the heavier indexes goes; autovacuum may have the leaf."""
        for column in _ONLY_OPEN:
            connection.execute(
                sql.SQL("DROP INDEX CONCURRENTLY IF EXISTS {}").format(
                    sql.Identifier("warm", f"{leaf}_{column}_open")
                )
            )
        connection.execute(
            sql.SQL("ALTER TABLE {} RESET (autovacuum_vacuum_insert_threshold)").format(
                sql.Identifier("warm", leaf)
            )
        )


def _qualified(name: str) -> sql.Identifier:
    return sql.Identifier(*name.replace('"', "").split("."))
