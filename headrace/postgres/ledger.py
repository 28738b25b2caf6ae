"""The ledger in PostgreSQL: effects and offsets in one transaction, so exactly once."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg

from headrace.postgres.database import Database
from headrace.postgres.errors import translated
from headrace.postgres.letters import letter_values
from headrace.postgres.parking import PostgresParking
from headrace.postgres.sql import statement
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.ledger import (
    Claim,
    ClaimRequest,
    Counts,
    LedgerConflictError,
    LedgerRow,
    Move,
    TopicRecreatedError,
)
from headrace.runtime.records import TopicPartition

Connection = psycopg.Connection[Any]


class PostgresLedger:
    """The `Ledger` on `stage.stage_offsets`. `owner` says in the table which worker it is."""

    def __init__(self, database: Database, group: str, owner: str) -> None:
        self.group = group
        self._database = database
        self._owner = owner
        self.parking = PostgresParking(database, group)

    def check(self) -> None:
        self._database.check()

    def begin(self, requests: Sequence[ClaimRequest]) -> None:
        values = {
            "group": self.group,
            "topics": [request.tp.topic for request in requests],
            "partitions": [request.tp.partition for request in requests],
            "topic_ids": [request.topic_id for request in requests],
            "starts": [request.start for request in requests],
        }
        with self._database.transaction() as connection:
            connection.execute(statement("ledger_begin"), values)

    def claim(self, requests: Sequence[ClaimRequest]) -> dict[TopicPartition, Claim]:
        with self._database.transaction() as connection:
            return {
                request.tp: self._claim(connection, request)
                for request in sorted(requests, key=lambda request: request.tp)
            }

    def _claim(self, connection: Connection, request: ClaimRequest) -> Claim:
        values = self._key(request.tp) | {
            "topic_id": request.topic_id,
            "start": request.start,
            "owner": self._owner,
        }
        row = connection.execute(statement("ledger_claim"), values).fetchone()
        if row is None:
            raise TopicRecreatedError(self.group, request.tp.topic)
        return Claim(request.tp, *row)

    @contextmanager
    def transaction(self) -> Iterator["PostgresTransaction"]:
        with self._database.transaction() as connection:
            yield PostgresTransaction(connection, self.group)

    def rows(self) -> list[LedgerRow]:
        with self._database.transaction() as connection:
            rows = connection.execute(statement("ledger_rows"), {"group": self.group}).fetchall()
        return [_ledger_row(row) for row in rows]

    def restart(self, topic: str) -> int:
        """Forget a topic, so that the next claim starts anew; returns how many partitions."""
        with self._database.transaction() as connection:
            values = {"group": self.group, "topic": topic}
            connection.execute(statement("ledger_lock"), values | {"partition": None})
            return connection.execute(statement("ledger_restart"), values).rowcount

    def skip(self, tp: TopicPartition, to: int) -> bool:
        """Go on from offset `to`, counting what lies before as skipped; False if it is there."""
        with self._database.transaction() as connection:
            moved = connection.execute(statement("ledger_skip"), self._key(tp) | {"to": to})
            return moved.rowcount == 1

    def rewind(self, tp: TopicPartition, end: int) -> bool:
        """Go on from offset `end`, counting anew, if the ledger is beyond it; False if not."""
        with self._database.transaction() as connection:
            connection.execute(statement("ledger_lock"), self._key(tp))
            moved = connection.execute(statement("ledger_rewind"), self._key(tp) | {"to": end})
            return moved.rowcount == 1

    def _key(self, tp: TopicPartition) -> dict[str, Any]:
        return {"group": self.group, "topic": tp.topic, "partition": tp.partition}


class PostgresTransaction:
    """What `PostgresLedger.transaction` yields; `effects` is its connection."""

    def __init__(self, connection: Connection, group: str) -> None:
        self.effects = connection
        self._group = group

    def advance(self, moves: Sequence[Move]) -> Mapping[TopicPartition, int]:
        values = {
            "group": self._group,
            "topics": [move.tp.topic for move in moves],
            "partitions": [move.tp.partition for move in moves],
            "starts": [move.start for move in moves],
            "ends": [move.end for move in moves],
            "epochs": [move.epoch for move in moves],
        }
        moved = self.effects.execute(statement("ledger_advance"), values).fetchall()
        if len(moved) != len(moves):
            raise LedgerConflictError(self._positions(values))
        return {TopicPartition(*place): parked for *place, parked in moved if parked}

    def _positions(self, values: Mapping[str, Any]) -> dict[TopicPartition, Claim]:
        rows = self.effects.execute(statement("ledger_positions"), values).fetchall()
        return {
            TopicPartition(topic, partition): Claim(TopicPartition(topic, partition), *at)
            for topic, partition, *at in rows
        }

    def correct(self, tp: TopicPartition, counts: Counts) -> None:
        values = {
            "group": self._group,
            "topic": tp.topic,
            "partition": tp.partition,
            "duplicate": counts.duplicate,
            "dead": counts.dead,
            "skipped": counts.skipped,
            "parked": counts.parked,
        }
        self.effects.execute(statement("ledger_correct"), values)

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        with self.effects.cursor() as cursor:
            cursor.executemany(
                statement("dead_letters_bury"),
                [letter_values(self._group, letter) for letter in letters],
            )

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        with translated(), self.effects.transaction():
            yield


def _ledger_row(row: Sequence[Any]) -> LedgerRow:
    topic, partition, topic_id, first, following, epoch, owner, *counts = row
    tp = TopicPartition(topic, partition)
    return LedgerRow(tp, topic_id, first, following, epoch, owner, Counts(*counts))
