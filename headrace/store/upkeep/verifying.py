"""Whether a store holds what its rules promise, event by event."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection

from headrace.aggregate import Aggregate
from headrace.errors import HeadraceError
from headrace.postgres.errors import translated
from headrace.postgres.sql import statement
from headrace.store.model import Snapshot, Stream
from headrace.store.rebuilding import Loaded, Rebuilder
from headrace.store.repository import continued
from headrace.store.store import EventStore

PAGE = 200
LIMIT = 1_000
_LOWEST = UUID(int=0)
Report = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong, of which aggregate. `kind` is a short stable text for programs."""

    kind: str
    aggregate_type: str
    aggregate_id: UUID
    detail: str


class Verifier:
    """Goes through a store; nothing is changed and nobody waits. At most 1,000 violations of the
    kinds that take the whole table (an id twice, …) are named.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def total(self) -> int:
        """How many aggregates there are."""
        return int(self._rows("store_count_streams")[0][0])

    def events(self, report: Report = lambda _: None) -> Iterator[Violation]:
        """Versions contiguous and in the total order, heads right, ids unique, types one."""
        after, seen = _LOWEST, 0
        while rows := self._rows("store_verify_streams", after=after, limit=PAGE):
            for row in rows:
                yield from _told(_Look._make(row))
            after, seen = rows[-1][0], seen + len(rows)
            report(seen)
        for row in self._rows("store_verify_whole", limit=LIMIT):
            yield Violation(*row)

    def snapshots(
        self,
        store: EventStore,
        kinds: Mapping[str, Aggregate[Any]],
        report: Report = lambda _: None,
    ) -> Iterator[Violation]:
        """Each snapshot of the present state version beside a replay from the first event."""
        rebuilders = {name: Rebuilder(each, None) for name, each in kinds.items()}
        after, seen, types = _LOWEST, 0, list(kinds)
        while rows := self._rows("store_snapshots_of", after=after, types=types, limit=PAGE):
            for aggregate_id, several in groupby(rows, lambda row: row[0]):
                kept = [row[1:] for row in several if row[1] in rebuilders]
                stream = Stream(kept[0][0], aggregate_id)
                yield from _differing(store, rebuilders[stream.aggregate_type], stream, kept)
                after, seen = aggregate_id, seen + 1
            report(seen)

    def _rows(self, name: Any, **values: Any) -> list[Any]:
        with translated():
            return self._connection.execute(statement(name), values or None).fetchall()


class _Look(NamedTuple):
    """A row of `store_verify_streams.sql`: a head, and what its events are; versions or None."""

    aggregate_id: UUID
    aggregate_type: str
    head: int
    events: int
    last: int
    gap: int | None
    disorder: int | None
    stranger: int | None
    younger: bool
    torn: bool


def _told(look: _Look) -> Iterator[Violation]:
    """What is wrong with one aggregate."""
    head = f"streams says version {look.head}; "
    found = {
        "gap": look.gap and f"version {look.gap} does not follow the one before it",
        "order": look.disorder
        and f"version {look.disorder} is before its predecessor in the total order",
        "type": look.stranger and f"version {look.stranger} is of another aggregate type",
        "head": (look.head != look.last or look.head != look.events)
        and f"{head}{look.events} events, the last is version {look.last}",
        "last_xid": look.younger and "streams.last_xid is older than the events",
        "archive": look.torn and "an archived version comes after one that is not",
    }
    for kind, detail in found.items():
        if detail:
            yield Violation(kind, look.aggregate_type, look.aggregate_id, detail)


def _differing(
    store: EventStore, rebuilder: Rebuilder[Any], stream: Stream, rows: list[Any]
) -> Iterator[Violation]:
    """`rows`: aggregate type, version, state version and state of an aggregate's snapshots."""

    def violation(kind: str, detail: str) -> Violation:
        return Violation(kind, stream.aggregate_type, stream.aggregate_id, detail)

    replayed: Loaded[Any] = rebuilder.unborn
    for _, version, state_version, state in rows:
        if state_version != rebuilder.state_version:
            continue
        try:
            replayed = continued(store, rebuilder, stream.aggregate_id, replayed, version)
        except HeadraceError as error:
            yield violation("replay", str(error))
            return
        found = rebuilder.from_snapshot(stream, Snapshot(version, state))
        if found is None:
            yield violation("snapshot unreadable", f"the snapshot of version {version}")
        elif found != replayed:
            detail = f"the snapshot of version {version} is not what its events make"
            yield violation("snapshot differs", detail)
