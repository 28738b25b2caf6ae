"""Parked records in PostgreSQL. Times are the server's, so workers' clocks do not matter."""

from collections.abc import Sequence
from typing import Any

from headrace.postgres.database import Database
from headrace.postgres.letters import headers_json, headers_of, text_of
from headrace.postgres.sql import statement
from headrace.runtime.parking import Due, Outlook, Parked
from headrace.runtime.records import TopicPartition


class PostgresParking:
    """The `Parking` on `stage.parked`; `tx.effects` is a connection."""

    def __init__(self, database: Database, group: str) -> None:
        self._database = database
        self._group = group

    def keys(self, tx: Any, tp: TopicPartition) -> frozenset[bytes]:
        rows = tx.effects.execute(statement("parked_keys"), self._at(tp)).fetchall()
        return frozenset(bytes(key) for (key,) in rows)

    def park(self, tx: Any, records: Sequence[Due]) -> None:
        with tx.effects.cursor() as cursor:
            cursor.executemany(statement("parked_park"), [self._values(due) for due in records])

    def unpark(self, tx: Any, tp: TopicPartition, offsets: Sequence[int]) -> None:
        tx.effects.execute(statement("parked_unpark"), self._at(tp) | {"offsets": list(offsets)})

    def due(self, tp: TopicPartition, size: int) -> Sequence[Parked]:
        with self._database.transaction() as connection:
            rows = connection.execute(statement("parked_due"), self._at(tp) | {"size": size})
            return [_parked(tp, *row) for row in rows]

    def outlook(self, tp: TopicPartition) -> Outlook:
        with self._database.transaction() as connection:
            row = connection.execute(statement("parked_outlook"), self._at(tp)).fetchone()
        parked, seconds = row or (0, 0.0)
        return Outlook(parked, max(0.0, seconds))

    def rows(self, limit: int) -> list[dict[str, Any]]:
        """What is parked, for an operator to read: at most `limit` rows, in the log's order."""
        values = {"group": self._group, "limit": limit}
        with self._database.transaction() as connection:
            cursor = connection.execute(statement("parked_rows"), values)
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor]

    def _at(self, tp: TopicPartition) -> dict[str, Any]:
        return {"group": self._group, "topic": tp.topic, "partition": tp.partition}

    def _values(self, due: Due) -> dict[str, Any]:
        record = due.record
        return {
            **self._at(record.tp),
            "offset": record.offset,
            "timestamp": record.timestamp,
            "key": record.key,
            "raw": record.value,
            "headers": headers_json(record.headers),
            "attempts": record.attempts,
            "seconds": due.seconds,
            "reason": record.reason,
            "message": text_of(record.message),
        }


def _parked(tp: TopicPartition, offset: int, timestamp: int, *row: Any) -> Parked:
    key, raw, headers, attempts, reason, message = row
    return Parked(tp, offset, timestamp, key, raw, headers_of(headers), attempts, reason, message)
