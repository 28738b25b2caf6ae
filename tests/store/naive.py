"""The reader that the total order is measured against."""

from uuid import UUID

import psycopg


class NaiveReader:
    """What most stores do: after sequence number x, in the order of the numbers."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._last = 0
        self.seen: list[UUID] = []

    def advance(self) -> int:
        rows = self._connection.execute(
            "SELECT event_sequence, event_id FROM store.events WHERE event_sequence > %s "
            "ORDER BY event_sequence LIMIT 1000",
            [self._last],
        ).fetchall()
        self.seen += [event_id for _, event_id in rows]
        self._last = rows[-1][0] if rows else self._last
        return len(rows)

    def close(self) -> None:
        self._connection.close()
