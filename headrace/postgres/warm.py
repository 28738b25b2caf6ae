"""The warm tier's table: partitions by day, COPY straight in, duplicates through staging."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

import polars as pl
import psycopg
from psycopg import errors

from headrace.errors import TransientError
from headrace.postgres import copy_binary as pack
from headrace.postgres.copy_frame import packed_frame
from headrace.postgres.database import Database
from headrace.postgres.errors import translated
from headrace.postgres.sql import statement
from headrace.runtime.events import EventFrame, Events
from headrace.runtime.policy import StageStoppedError
from headrace.runtime.records import StageEvent, TopicPartition

COLUMNS = 18
ROWS_AT_ONCE = 2_000
"""Frames of fewer rows are packed together."""

_COUNT = pack.count(COLUMNS)
_NO_METADATA = pack.jsonb(b"{}")


class WarmEvents:
    """Writes events into `warm.events`. Called from writer threads; safe for several at once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: frozenset[date] = frozenset()
        self._lock = threading.Lock()

    def ensure_days(self, events: Events) -> None:
        """Make the partitions that these events need, in a transaction of its own."""
        days = events.days()
        missing = sorted(days - self._known)
        if missing:
            with self._database.transaction() as connection:
                for day in missing:
                    connection.execute(statement("warm_make_day"), {"day": day})
            with self._lock:
                self._known |= frozenset(missing)

    def copy(self, events: Events, connection: psycopg.Connection[Any]) -> bool:
        """COPY into the table; False, and nothing is written, if one of the events is there."""
        with self._writing():
            try:
                with connection.transaction(), connection.cursor() as cursor:
                    _copy(cursor, "warm_copy", events)
            except errors.UniqueViolation:
                return False
            return True

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A partition that we knew may be gone: the days are looked up anew before the next try."""
        try:
            with translated():
                yield
        except TransientError:
            with self._lock:
                self._known = frozenset()
            raise

    def merge(
        self, events: Events, connection: psycopg.Connection[Any]
    ) -> Mapping[TopicPartition, int]:
        """Write what is not there yet; returns how many were, by partition."""
        with self._writing(), connection.cursor() as cursor:
            cursor.execute(statement("warm_staging"))
            _copy(cursor, "warm_copy_staging", events)
            rows = cursor.execute(statement("warm_merge")).fetchall()
        landed = {TopicPartition(topic, partition): number for topic, partition, number in rows}
        return events.partitions() - Counter(landed)


def _copy(cursor: psycopg.Cursor[Any], name: str, events: Events) -> None:
    with cursor.copy(statement(name)) as copy:
        copy.write(pack.HEADER)
        for frame in _joined(part.frame for part in events.parts if isinstance(part, EventFrame)):
            for piece in packed_frame(frame):
                copy.write(piece)
        for part in events.parts:
            if not isinstance(part, EventFrame):
                copy.write(b"".join(map(packed, part)))
        copy.write(pack.TRAILER)
    if cursor.rowcount != len(events):
        # The ledger would count what is not there. No event is to blame, so nothing is buried.
        raise StageStoppedError(f"COPY took {cursor.rowcount} rows of {len(events)}")


def _joined(frames: Iterable[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    """Small ones together: to pack one takes a millisecond however few events it has. Not all of
    them, for what is packed is there several times over.
    """
    group: list[pl.DataFrame] = []
    for frame in frames:
        group.append(frame)
        if sum(each.height for each in group) >= ROWS_AT_ONCE:
            yield pl.concat(group)
            group = []
    if group:
        yield pl.concat(group)


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
