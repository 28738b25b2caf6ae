"""The questions that an operator asks of a store's size, and the cleaning of old snapshots."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection

from headrace.postgres.errors import translated
from headrace.postgres.sql import statement

PAGE = 1_000


class TypeCount(NamedTuple):
    """An event type's events; `archived` of them are in the archive."""

    event_type: str
    events: int
    archived: int


class Size(NamedTuple):
    """An aggregate's events; the first `archived` versions are in the archive."""

    aggregate_type: str
    aggregate_id: UUID
    events: int
    archived: int


def frequent_types(connection: Connection[Any]) -> list[TypeCount]:
    """Event types by their number of events, the most frequent first. Reads all events."""
    with translated():
        rows = connection.execute(statement("store_frequent_types")).fetchall()
    return list(map(TypeCount._make, rows))


def largest(connection: Connection[Any], limit: int = 100) -> list[Size]:
    """The aggregates with the most events, the largest first."""
    with translated():
        rows = connection.execute(statement("store_largest"), {"limit": limit}).fetchall()
    return list(map(Size._make, rows))


def clean_snapshots(connection: Connection[Any], keep: int) -> Iterator[int]:
    """Remove all but each aggregate's last `keep`; yields how many, page by page."""
    after: UUID | None = UUID(int=0)
    while after is not None:
        values = {"after": after, "keep": keep, "limit": PAGE}
        with translated():
            rows = connection.execute(statement("store_clean_snapshots"), values).fetchall()
        after, removed = rows[0]
        yield removed
