"""The warm tier's table: partitions by day, COPY straight in, duplicates through staging."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date
from typing import Any

import psycopg
from psycopg import errors, sql

from headrace.postgres import copy_binary as pack
from headrace.postgres.database import Database
from headrace.postgres.errors import translated
from headrace.postgres.sql import statement
from headrace.runtime.records import StageEvent, TopicPartition

COLUMNS = 18
_COUNT = pack.count(COLUMNS)
_NO_METADATA = pack.jsonb(b"{}")


class WarmEvents:
    """Writes events into `warm.events`. Called from writer threads; safe for several at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: frozenset[date] = frozenset()
        self._lock = threading.Lock()

    def ensure_days(self, events: Iterable[StageEvent]) -> None:
        """Make the partitions that these events need, in a transaction of its own."""
        days = {event.event.timestamp.astimezone(UTC).date() for event in events}
        missing = sorted(days - self._known)
        if missing:
            with self._database.transaction() as connection:
                for day in missing:
                    connection.execute(statement("warm_make_day"), {"day": day})
            with self._lock:
                self._known |= frozenset(missing)

    def copy(self, events: Sequence[StageEvent], connection: psycopg.Connection[Any]) -> bool:
        """COPY into the table; False, and nothing is written, if one of the events is there."""
        with translated():
            try:
                with connection.transaction(), connection.cursor() as cursor:
                    _copy(cursor, "warm_copy", events)
            except errors.UniqueViolation:
                return False
            return True

    def merge(
        self, events: Sequence[StageEvent], connection: psycopg.Connection[Any]
    ) -> Mapping[TopicPartition, int]:
        """Write what is not there yet; returns how many were, by partition."""
        with translated(), connection.cursor() as cursor:
            cursor.execute(statement("warm_staging"))
            _copy(cursor, "warm_copy_staging", events)
            rows = cursor.execute(statement("warm_merge")).fetchall()
        landed = {TopicPartition(topic, partition): number for topic, partition, number in rows}
        return Counter(event.tp for event in events) - Counter(landed)


def _copy(cursor: psycopg.Cursor[Any], name: str, events: Sequence[StageEvent]) -> None:
    with cursor.copy(statement(name)) as copy:
        copy.write(pack.stream(map(packed, events)))


def packed(row: StageEvent) -> bytes:
    """One row of `warm_copy`, its columns in that statement's order."""
    event = row.event
    metadata = event.metadata_json
    return b"".join(
        (
            _COUNT,
            pack.uuid(event.event_id.bytes),
            pack.text(event.event_type),
            pack.timestamptz(event.timestamp),
            pack.text(event.version),
            pack.text(event.source),
            pack.text(event.correlation_id),
            pack.text(event.causation_id),
            pack.text(event.aggregate_type),
            pack.text(event.aggregate_id),
            pack.int8(event.aggregate_version),
            pack.text(event.account_id),
            pack.text(event.user_id),
            _NO_METADATA if metadata == "{}" else pack.jsonb(metadata.encode()),
            pack.jsonb(row.payload_json),
            pack.text(row.tp.topic),
            pack.int4(row.tp.partition),
            pack.int8(row.offset),
            pack.int4(row.schema_id),
        )
    )


_HEAVY = (
    ("correlation_id", "CREATE INDEX CONCURRENTLY {name} ON {leaf} (correlation_id)"),
    (
        "aggregate_id",
        "CREATE INDEX CONCURRENTLY {name} ON {leaf} (aggregate_id, aggregate_version)",
    ),
    ("payload", "CREATE INDEX CONCURRENTLY {name} ON {leaf} USING gin (payload jsonb_path_ops)"),
)


class DayCloser:
    """Gives past days their heavier indexes, which would cost ingest two thirds while a day fills.

    Runs in one worker at a time (an advisory lock); a build that was cut off is begun again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def close_before(self, day: date) -> list[date]:
        """Close every open partition of a day before `day`; returns the days closed."""
        with self._database.session() as connection:
            locked = connection.execute(
                "SELECT pg_try_advisory_lock(hashtextextended('warm.close', 0))"
            ).fetchone()
            if not locked or not locked[0]:
                return []
            due = connection.execute(statement("warm_days_to_close"), {"before": day}).fetchall()
            for closing, leaf in due:
                self._close(connection, closing, leaf)
            return [closing for closing, _ in due]

    def _close(self, connection: psycopg.Connection[Any], day: date, leaf: str) -> None:
        for (invalid,) in connection.execute(
            statement("warm_invalid_indexes"), {"leaf": leaf}
        ).fetchall():
            connection.execute(sql.SQL("DROP INDEX CONCURRENTLY {}").format(_qualified(invalid)))
        for column, build in _HEAVY:
            self._build(connection, leaf, column, build)
        counted = self._count(connection, leaf)
        connection.execute(statement("warm_close_day"), {"day": day, **counted})

    def _build(
        self, connection: psycopg.Connection[Any], leaf: str, column: str, build: Any
    ) -> None:
        name = f"{leaf}_{column}_closed"
        there = connection.execute("SELECT to_regclass(%s)", [f"warm.{name}"]).fetchone()
        if there and there[0] is None:
            connection.execute(
                sql.SQL(build).format(name=sql.Identifier(name), leaf=sql.Identifier("warm", leaf))
            )

    def _count(self, connection: psycopg.Connection[Any], leaf: str) -> dict[str, int]:
        row = connection.execute(
            sql.SQL("SELECT count(*), count(*) - count(DISTINCT event_id) FROM {}").format(
                sql.Identifier("warm", leaf)
            )
        ).fetchone()
        events, repeated = row or (0, 0)
        return {"events": events, "repeated_ids": repeated}


def _qualified(name: str) -> sql.Identifier:
    return sql.Identifier(*name.replace('"', "").split("."))
