"""Dead letters that wait for their copy in Kafka."""

import contextlib
from collections.abc import Iterator
from uuid import uuid4

from headrace.postgres.database import Database
from headrace.postgres.ledger import letter_of
from headrace.postgres.sql import statement
from headrace.runtime.dead_letters import DeadLetter

LEASE_SECONDS = 60


class DeadLetterOutbox:
    """Leases a group's unpublished dead letters. Called from a thread; may block."""

    def __init__(self, database: Database, group: str) -> None:
        self.group = group
        self._database = database

    @contextlib.contextmanager
    def lease(self, limit: int = 500) -> Iterator[list[DeadLetter]]:
        """Up to `limit` letters; marked as published when the block ends without an error.

        A publisher that dies in between publishes again when its lease ends: at least once, under
        the same id (topic, partition, offset).
        """
        lease = uuid4()
        values = {"group": self.group, "lease": lease, "limit": limit, "seconds": LEASE_SECONDS}
        with self._database.transaction() as connection:
            rows = connection.execute(statement("dead_letters_lease"), values).fetchall()
        yield [letter_of(row) for row in rows]
        if rows:
            with self._database.transaction() as connection:
                connection.execute(statement("dead_letters_published"), values)
