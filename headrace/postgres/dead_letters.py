"""Dead letters that wait for their copy in Kafka."""

from uuid import uuid4

from headrace.postgres.database import Database
from headrace.postgres.letters import letter_of
from headrace.postgres.sql import statement
from headrace.runtime.publisher import Send

LEASE_SECONDS = 60


class DeadLetterOutbox:
    """Leases a group's unpublished dead letters. Called from a thread; may block."""

    def __init__(self, database: Database, group: str) -> None:
        self.group = group
        self._database = database

    def publish(self, send: Send, limit: int = 50) -> int:
        """Lease up to `limit` letters, `send` them, mark those that it says are out; how many were.

        What a publisher that dies, or could not send, leaves behind goes out when its lease ends:
        at least once, under the same id (topic, its id, partition, offset).
        """
        lease = {"group": self.group, "lease": uuid4(), "limit": limit, "seconds": LEASE_SECONDS}
        with self._database.transaction() as connection:
            rows = connection.execute(statement("dead_letters_lease"), lease).fetchall()
        if not rows:
            return 0
        out = send([letter_of(row) for row in rows])
        values = {
            **lease,
            "topics": [letter.tp.topic for letter in out],
            "partitions": [letter.tp.partition for letter in out],
            "offsets": [letter.offset for letter in out],
            "topic_ids": [letter.topic_id for letter in out],
        }
        with self._database.transaction() as connection:
            connection.execute(statement("dead_letters_published"), values)
        return len(out)
