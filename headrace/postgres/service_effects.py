"""A service's own tables: inbox, outbox, and the statements of its handlers."""

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from typing import Any, cast
from uuid import UUID

from psycopg.pq import TransactionStatus

from headrace.codec import Record
from headrace.errors import ConfigurationError, PoisonError
from headrace.postgres.database import Database
from headrace.postgres.errors import translated
from headrace.postgres.letters import headers_json, headers_of
from headrace.postgres.sql import statement
from headrace.postgres.statement_guard import may_be_several, refuse_control
from headrace.service.effects import Answer


class PostgresEffects:
    """The `Effects` of one service (a consumer group); `tx` is the ledger's connection."""

    def __init__(self, database: Database, group: str) -> None:
        self._database, self._group = database, group

    def check(self) -> None:
        with self._database.transaction() as connection:
            connection.execute("SELECT FROM service.inbox LIMIT 0")

    def note(self, tx: Any, event_ids: Iterable[UUID]) -> set[UUID]:
        values = {"group": self._group, "ids": sorted(event_ids)}
        with translated():
            return {found for (found,) in tx.execute(statement("inbox_note"), values)}

    def forget(self, tx: Any, event_ids: Iterable[UUID]) -> None:
        ids = list(event_ids)
        if ids:
            with translated():
                tx.execute(statement("inbox_forget"), {"group": self._group, "ids": ids})

    def enqueue(self, tx: Any, records: Sequence[Record]) -> None:
        with translated(), tx.cursor() as cursor:
            cursor.executemany(
                statement("outbox_add"),
                [
                    (
                        self._group,
                        record.topic,
                        record.key,
                        record.value,
                        headers_json(record.headers),
                    )
                    for record in records
                ],
            )

    def mark(self, tx: Any) -> None:
        with translated():
            tx.execute("SAVEPOINT handler")

    def keep(self, tx: Any) -> None:
        if tx.info.transaction_status == TransactionStatus.INERROR:
            self.undo(tx)
            raise PoisonError("statement_failed", "a statement failed and its handler went on")
        with translated():
            tx.execute("RELEASE SAVEPOINT handler")

    def undo(self, tx: Any) -> None:
        with translated():
            tx.execute("ROLLBACK TO SAVEPOINT handler")
            tx.execute("RELEASE SAVEPOINT handler")

    def execute(self, tx: Any, query: str, values: Any = None) -> Answer:
        refuse_control(query)
        # One that is prepared is one: the server refuses several.
        prepare = True if values is None and may_be_several(query) else None
        with self._inside(tx):
            cursor = tx.execute(query, values, prepare=prepare)
            rows = cursor.fetchall() if cursor.description else []
            return Answer(rows, cursor.rowcount)

    def execute_many(self, tx: Any, query: str, values: Sequence[Any]) -> None:
        refuse_control(query)
        with self._inside(tx), tx.cursor() as cursor:
            cursor.executemany(query, values)

    def ping(self, tx: Any) -> None:
        if tx.info.transaction_status == TransactionStatus.INTRANS:
            with translated():
                tx.execute("SELECT 1")

    @contextmanager
    def _inside(self, tx: Any) -> Any:
        """Whatever the guard let through: nobody goes on in a transaction that is not ours."""
        with translated():
            yield
        if tx.info.transaction_status != TransactionStatus.INTRANS:
            tx.close()
            raise ConfigurationError(
                "a handler ended its service's transaction (COMMIT, ROLLBACK); it ends by itself "
                "when the handler returns"
            )

    def prune(self, days: float) -> int:
        """Forget what the inbox has known for longer than `days`; how many rows."""
        with self._database.transaction() as connection:
            values = {"group": self._group, "days": days}
            return connection.execute(statement("inbox_prune"), values).rowcount


class PostgresOutbox:
    """Records that wait for Kafka. One process at a time may send a group's, for `lease` seconds
    after its last word. Called from a thread; may block; raises OutageError.
    """

    def __init__(self, database: Database, group: str, owner: str, lease: float = 15.0) -> None:
        self._database, self._group, self._owner, self._lease = database, group, owner, lease

    def next(self, limit: int = 500) -> list[tuple[int, Record]]:
        """The oldest records, by number, if this process may send them now."""
        values = {
            "group": self._group,
            "owner": self._owner,
            "seconds": self._lease,
            "limit": limit,
        }
        with self._database.transaction() as connection:
            leads = connection.execute(statement("outbox_lead"), values).fetchone()
            if leads is None:
                return []
            rows = connection.execute(statement("outbox_next"), values).fetchall()
        return [(number, _record(*row)) for number, *row in rows]

    def sent(self, numbers: Sequence[int]) -> None:
        """Kafka has these."""
        values = {"group": self._group, "numbers": list(numbers)}
        with self._database.transaction() as connection:
            connection.execute(statement("outbox_sent"), values)


def _record(topic: str, key: bytes, value: bytes, headers: Any) -> Record:
    known = cast(list[tuple[str, bytes]], headers_of(headers))
    return Record(topic, bytes(value), bytes(key), known)
