"""What the database must say after an attack: each event once, in order, and the books balance."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from headrace.postgres import Database
from tests.crash.stage import EFFECTS

LEDGER = """
SELECT coalesce(sum(applied), 0)::bigint AS applied,
    coalesce(sum(duplicate), 0)::bigint AS duplicate,
    coalesce(sum(dead), 0)::bigint AS dead,
    coalesce(sum(skipped), 0)::bigint AS skipped,
    coalesce(sum(next_offset - first_offset), 0)::bigint AS offsets
FROM stage.stage_offsets WHERE consumer_group = %(group)s AND topic = %(topic)s
"""
LETTERS = """
SELECT count(*) FROM stage.dead_letters WHERE consumer_group = %(group)s AND topic = %(topic)s
"""

NUMBERS = """
SELECT count(*), count(DISTINCT number), coalesce(max(number) + 1, 0),
    count(DISTINCT ("partition", record_offset))
FROM public.crash_effects WHERE run = %(run)s
"""
OUT_OF_ORDER = """
SELECT count(*) FROM (
    SELECT number, lag(number) OVER written AS number_before,
        record_offset, lag(record_offset) OVER written AS offset_before
    FROM public.crash_effects WHERE run = %(run)s
    WINDOW written AS (PARTITION BY "partition" ORDER BY written)
) AS each WHERE number <= number_before OR record_offset <= offset_before
"""
DISAGREEING_PARTITIONS = """
SELECT count(*) FROM stage.stage_offsets AS kept
WHERE consumer_group = %(group)s AND topic = %(topic)s AND applied <> (
    SELECT count(*) FROM public.crash_effects AS effect
    WHERE run = %(run)s AND effect."partition" = kept."partition"
)
"""
DELAY = """
SELECT coalesce(extract(epoch FROM max(written_at - published_at)), 0)::float8
FROM public.crash_effects WHERE run = %(run)s AND published_at BETWEEN %(since)s AND %(before)s
"""

ARCHIVED = """
SELECT count(*), count(DISTINCT event_id), coalesce(max(aggregate_version) + 1, 0),
    count(DISTINCT ("partition", record_offset))
FROM warm.events WHERE topic = %(topic)s AND correlation_id = %(run)s
"""


@dataclass(frozen=True, slots=True)
class Books:
    """The ledger's sums over a topic's partitions, and how many letters lie in the table."""

    applied: int
    duplicate: int
    dead: int
    skipped: int
    offsets: int
    letters: int

    def since(self, before: "Books") -> "Books":
        return Books(
            self.applied - before.applied,
            self.duplicate - before.duplicate,
            self.dead - before.dead,
            self.skipped - before.skipped,
            self.offsets - before.offsets,
            self.letters - before.letters,
        )


class Proof(Protocol):
    """The evidence that one stage leaves."""

    def books(self) -> Books:
        """Raises OutageError while PostgreSQL is away."""

    def assert_each_landed_once(self, published: int, before: Books) -> None:
        """`before` are the books from before the attack."""

    def longest_delay(self, since: datetime, before: datetime) -> float | None:
        """Seconds from published to durable, at most, of what was published between the two."""


class _Evidence:
    """Queries of one topic and group; `run` marks the attack's own events."""

    def __init__(self, database: Database, *, group: str, topic: str, run: str) -> None:
        self._database = database
        self._names = {"group": group, "topic": topic, "run": run}

    def books(self) -> Books:
        return Books(*self._one(LEDGER), *self._one(LETTERS))

    def _one(self, query: str, **values: Any) -> tuple[Any, ...]:
        names: Mapping[str, Any] = self._names | values
        with self._database.transaction() as connection:
            row = connection.execute(query, names).fetchone()
        assert row is not None
        return tuple(row)


class NumbersProof(_Evidence):
    """Of tests/crash/stage.py, whose table would show any double."""

    def make_table(self) -> None:
        with self._database.transaction() as connection:
            connection.execute(EFFECTS)

    def assert_each_landed_once(self, published: int, before: Books) -> None:
        assert self._one(NUMBERS) == (published,) * 4
        assert self._one(OUT_OF_ORDER) == (0,)
        assert self._one(DISAGREEING_PARTITIONS) == (0,)
        assert self.books().since(before) == Books(published, 0, 0, 0, published, 0)

    def longest_delay(self, since: datetime, before: datetime) -> float | None:
        return float(self._one(DELAY, since=since, before=before)[0])


class ArchiveProof(_Evidence):
    """Of the archive. Its index refuses doubles, so `duplicate` 0 says that none was even tried."""

    def assert_each_landed_once(self, published: int, before: Books) -> None:
        assert self._one(ARCHIVED) == (published,) * 4
        assert self.books().since(before) == Books(published, 0, 0, 0, published, 0)

    def longest_delay(self, since: datetime, before: datetime) -> float | None:
        return None
