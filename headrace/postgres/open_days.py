"""The bloom indexes of the days that fill, kept up to date as their pages fill up."""

from typing import Any

import psycopg
from psycopg import errors

from headrace.postgres.database import Database
from headrace.postgres.sql import statement

RANGE_PAGES = 16
"""Of the migration that makes these indexes."""

FILLING_RANGES = 8
"""Ranges at a day's end that are left alone: what is written into one that is summarised already
costs two filters of WAL a row. Lookups read these pages in full, which takes a millisecond."""

RANGES_AT_ONCE = 250
"""In a transaction: a tenth of a second of work, far from a statement's time-out on busy cores."""

LOCK_WAIT = "100ms"
"""Less than the second after which whoever waits for an autovacuum's lock ends the autovacuum."""


class OpenDays:
    """Summarises what was written to open days since the last look.

    PostgreSQL adds a row to a bloom index only where its range of pages is summarised, and a lookup
    reads every range that is not. Several workers may do this: a summarised range is passed over.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done: dict[str, int] = {}

    def summarise(self) -> int:
        """Blocks; returns how many ranges of how many indexes were summarised.

        A day whose table somebody else maintains is left for the next call. Raises OutageError.
        """
        with self._database.transaction() as connection:
            leaves = connection.execute(statement("warm_open_days")).fetchall()
        full = {leaf: _full_ranges(pages) * RANGE_PAGES for leaf, pages in leaves}
        self._done = {leaf: min(self._done.get(leaf, 0), end) for leaf, end in full.items()}
        return sum(self._catch_up(leaf, end) for leaf, end in full.items())

    def _catch_up(self, leaf: str, end: int) -> int:
        made = 0
        while (first := self._done[leaf]) < end:
            until = min(first + RANGES_AT_ONCE * RANGE_PAGES, end)
            with self._database.transaction() as connection:
                summarised = _summarised(connection, leaf, first, until)
            if summarised is None:
                break
            made += summarised
            self._done[leaf] = until
        return made


def _full_ranges(pages: int) -> int:
    return max(pages // RANGE_PAGES - FILLING_RANGES, 0)


def _summarised(
    connection: psycopg.Connection[Any], leaf: str, first: int, until: int
) -> int | None:
    """How many; None when the lock was not to be had."""
    arguments = {"leaf": leaf, "first": first, "until": until, "range": RANGE_PAGES}
    connection.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
    try:
        with connection.transaction():
            row = connection.execute(statement("warm_summarise"), arguments).fetchone()
    except errors.LockNotAvailable:
        return None
    return int(row[0]) if row else 0
