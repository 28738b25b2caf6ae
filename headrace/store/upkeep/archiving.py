"""Old events moved to the archive: whole prefixes of aggregates, behind a snapshot."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from headrace.postgres.errors import translated
from headrace.postgres.sql import statement
from headrace.store.model import Position, Stream
from headrace.store.queries import LAST_VERSION

PAGE = 1_000
CHUNK = 1_000
_LOWEST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Moved:
    """An aggregate with old events: how many moved (or would), up to which version.

    `waits`: none could, for want of a snapshot after them.
    """

    stream: Stream
    events: int
    version: int
    waits: bool


@dataclass(frozen=True, slots=True)
class Archiver:
    """Moves what is older than `before`, and not after the position `until` in the total order.

    `snapshot` makes a snapshot of an aggregate that has none, and says whether it could. Readers
    of the total order wait for a chunk's transaction, appends for nothing.
    """

    connection: Connection[Any]
    before: datetime
    until: Position | None = None
    dry: bool = False
    snapshot: Callable[[Stream], bool] | None = None

    def run(self, report: Callable[[int], None] = lambda _: None) -> Iterator[Moved]:
        """Aggregate by aggregate; `report` is told how many were looked at."""
        after, seen = _LOWEST, 0
        while rows := self._page(after):
            *found, (after, _, _) = rows
            for aggregate_id, aggregate_type, movable in found:
                yield self._moved(Stream(aggregate_type, aggregate_id), movable)
            seen += PAGE
            report(seen)

    def _page(self, after: UUID) -> list[Any]:
        values = {"after": after, "limit": PAGE, "before": self.before}
        with translated():
            return self.connection.execute(statement("store_archivable"), values).fetchall()

    def _moved(self, stream: Stream, movable: bool) -> Moved:
        movable = movable or (self.snapshot is not None and self.snapshot(stream))
        if not movable:
            return Moved(stream, 0, 0, True)
        if self.dry:
            return Moved(stream, *self._call(stream, LAST_VERSION), False)
        events, full = 0, True
        while full:
            moved, version = self._call(stream, CHUNK)
            events, full = events + moved, moved == CHUNK
        return Moved(stream, events, version, False)

    def _call(self, stream: Stream, at_most: int) -> tuple[int, int]:
        values = {
            "aggregate_id": stream.aggregate_id,
            "before": self.before,
            "at_most": at_most,
            "dry": self.dry,
            "until_xid": str(self.until.xid) if self.until else None,
            "until_sequence": self.until.sequence if self.until else None,
        }
        with translated():
            row = self.connection.execute(statement("store_archive"), values).fetchall()[0]
        return row[0], row[1]
