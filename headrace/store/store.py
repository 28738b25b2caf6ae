"""The event store for threads; `async_store` has its twin for an event loop."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

from psycopg import Connection
from psycopg.pq import TransactionStatus

from headrace.catalog import Catalog, load_catalog
from headrace.clock import Clock
from headrace.errors import ConfigurationError, OutageError, TransientError
from headrace.postgres.errors import translated
from headrace.postgres.sql import statement
from headrace.store import connecting, queries
from headrace.store import cursor as cursors
from headrace.store.checking import Checker
from headrace.store.cursor import Identity, read_total
from headrace.store.errors import InvalidCursorError, heals, store_errors
from headrace.store.model import (
    Append,
    Appended,
    Behind,
    Chain,
    Expected,
    Given,
    Page,
    Position,
    Recorded,
    Snapshot,
    Stream,
)
from headrace.store.queries import LAST_VERSION, MAX_PAGE, PAGE, Query

T = TypeVar("T")
FAILED = (
    "a statement of the transaction failed and the block went on as if it had not; "
    "nothing was written: let the error leave the block"
)
AHEAD = (
    "the cursor is ahead of the database, which was set back to an earlier time; as its owner: "
    "SELECT store.new_epoch('set back'), then let whoever reads the total order start anew"
)


class EventStore:
    """Appends and reads. Thread-safe; `url` holds a password and is never logged.

    Every method may block and raises OutageError where PostgreSQL cannot be reached, and
    ConfigurationError where the store's tables or rights are missing.
    """

    def __init__(
        self,
        url: str,
        *,
        source: str,
        catalog: Catalog | None = None,
        clock: Clock | None = None,
        connections: int = 4,
    ) -> None:
        self._checker = Checker(catalog or load_catalog(), source, clock)
        self._pool = connecting.pool(url, source, connections)
        self._identity: Identity | None = None
        self.event = self._checker.event

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._pool.close()

    def append(
        self, stream: Stream, events: Sequence[Given], expected: int = Expected.ANY
    ) -> Appended:
        """Append to one aggregate, all or nothing, in one round trip.

        Events that are there already, with the same ids and content, are left alone, whatever is
        expected: a retry is safe. Raises ConcurrencyConflictError, DuplicateEventError,
        WrongAggregateTypeError, InvalidEventError naming the fields, UnknownEventTypeError.
        """
        return self.append_all([Append(stream, events, expected)])[0]

    def append_all(self, appends: Sequence[Append]) -> list[Appended]:
        """The same for several aggregates: all of them or none."""
        batch = self._checker.batch(appends)
        self._identified()
        attempt = 0
        while True:
            try:
                return batch.appended(self._rows(batch.statement, batch.values))
            except (TransientError, OutageError) as error:
                attempt += 1
                if not heals(error, attempt):
                    raise

    @contextmanager
    def transaction(self) -> Iterator["Transaction"]:
        """Appends, and statements of your own, that are committed together when the block ends.

        Nothing is tried again: on a TransientError run the block anew. Keep it short, readers of
        the total order wait for it.
        """
        self._identified()
        with translated(), self._pool.connection() as connection, connection.transaction():
            yield Transaction(connection, self._checker)
            if connection.info.transaction_status == TransactionStatus.INERROR:
                raise ConfigurationError(FAILED)

    def read_all(
        self,
        after: str | None = None,
        *,
        categories: Sequence[str] | None = None,
        backwards: bool = False,
        limit: int = PAGE,
    ) -> Page:
        """A page of the total order, after a page's `cursor` or from the start (or the end).

        It never skips: what is not committed yet, and what came after it, is left for a later page.
        `categories` are aggregate types. Raises InvalidCursorError.
        """
        return self._page(
            lambda identity: queries.in_order(identity, after, categories, backwards, limit), after
        )

    def read_within(self, after: str | None, limit: int, size: int) -> Page:
        """As `read_all`, with no more events than have `size` bytes of JSON, and one at least: the
        page may be short though `more` follow.
        """
        return self._page(
            lambda identity: queries.in_order(identity, after, None, False, limit, size=size), after
        )

    def stream_all(
        self, after: str | None = None, *, categories: Sequence[str] | None = None
    ) -> Iterator[Recorded]:
        """The total order up to the present, page by page."""
        more = True
        while more:
            page = self.read_all(after, categories=categories)
            yield from page.events
            after, more = page.cursor, page.more

    def read_time(
        self,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        after: str | None = None,
        backwards: bool = False,
        limit: int = PAGE,
    ) -> Page:
        """A page by event time, both ends included. Events may yet arrive with earlier times: to
        follow the store use `read_all`. Raises InvalidCursorError.
        """
        return self._page(
            lambda identity: queries.in_time(
                identity, since=since, until=until, after=after, backwards=backwards, limit=limit
            )
        )

    def read_stream(
        self,
        aggregate_id: UUID,
        first: int = 1,
        last: int = LAST_VERSION,
        *,
        backwards: bool = False,
        limit: int | None = None,
    ) -> list[Recorded]:
        """An aggregate's events of the versions first to last, by version; at most `limit`."""
        if limit is not None:
            return self._ask(queries.of_stream(aggregate_id, first, last, backwards, limit))
        found: list[Recorded] = []
        full = True
        while full:
            page = self._ask(queries.of_stream(aggregate_id, first, last, backwards, MAX_PAGE))
            found += page
            full = len(page) == MAX_PAGE
            if full and backwards:
                last = page[-1].aggregate_version - 1
            elif full:
                first = page[-1].aggregate_version + 1
        return found

    def version_at(self, aggregate_id: UUID, at: datetime) -> int:
        """The version that the aggregate had at a time: `read_stream(…, last=…)` is its state."""
        return self._ask(queries.version_at(aggregate_id, at))

    def archived_version(self, aggregate_id: UUID) -> int:
        """Versions 1 to this one are in the archive, where every read finds them; 0: none is."""
        return self._ask(queries.archived_version(aggregate_id))

    def find(self, event_id: UUID) -> Recorded | None:
        """The event of this id, wherever it is."""
        return self._ask(queries.find(event_id))

    def causes(self, event_id: UUID, *, depth: int = 100, limit: int = PAGE) -> Chain:
        """The event, its cause, that one's cause, …: at most `depth` steps and `limit` events."""
        return self._ask(queries.chain(event_id, True, depth, limit))

    def effects(self, event_id: UUID, *, depth: int = 100, limit: int = PAGE) -> Chain:
        """The event, what it caused, what that did, …: at most `depth` steps and `limit` events."""
        return self._ask(queries.chain(event_id, False, depth, limit))

    def behind(self, after: str | None, categories: Sequence[str] | None = None) -> Behind:
        """What a reader of the total order at this cursor has yet to read."""
        return self._ask(queries.behind(self._identified(), after, categories))

    def horizon(self) -> Position:
        """The place before which nothing can appear any more. Who asks for it and then reads has
        seen everything before it.
        """
        return self._ask(queries.horizon())

    def cursor_of(self, position: Position) -> str:
        """The cursor that continues after a position, such as that of an append."""
        return cursors.total(position, self._identified())

    def position_of(self, cursor: str | None) -> Position:
        """Where a cursor of the total order is (None: its start). Raises InvalidCursorError."""
        return cursors.START if cursor is None else read_total(cursor, self._identified())

    def snapshot(
        self, stream: Stream, state_version: str, last: int = LAST_VERSION
    ) -> Snapshot | None:
        """The aggregate's newest snapshot of a state version, not after the version `last`."""
        return self._ask(queries.snapshot(stream, state_version, last))

    def keep_snapshot(
        self, stream: Stream, version: int, state: str, *, state_version: str, keep: int
    ) -> None:
        """Write a snapshot of a state (JSON text) and leave the aggregate's last `keep`. Raises
        InvalidEventError for a version that the aggregate has not.
        """
        self._ask(queries.keep_snapshot(stream, version, state, state_version, keep))

    def identity(self) -> Identity:
        """Which store this is, and its epoch. Raises ConfigurationError after a restore."""
        return self._look()[0]

    def _page(self, query: Callable[[Identity], Query[Page]], after: str | None = None) -> Page:
        """An epoch that ended meanwhile shows as an empty page. `after`: in the total order."""
        while True:
            identity = self._identified()
            page = self._ask(query(identity))
            if page.events:
                return page
            found, next_xid = self._look()
            if after and queries.is_ahead(read_total(after, found), next_xid):
                raise InvalidCursorError(AHEAD)
            if found == identity:
                return page

    def _identified(self) -> Identity:
        return self._identity or self._look()[0]

    def _look(self) -> tuple[Identity, int]:
        found = connecting.identified(self._rows(statement("store_identity"), {}))
        self._identity = found[0]
        return found

    def _ask(self, query: Query[T]) -> T:
        return query.shaped(self._rows(query.sql, query.values))

    def _rows(self, sql: Any, values: Any) -> list[Any]:
        with translated(), store_errors(), self._pool.connection() as connection:
            return connection.execute(sql, values, binary=True).fetchall()


class Transaction:
    """What may be done inside of `EventStore.transaction`."""

    def __init__(self, connection: Connection[Any], checker: Checker) -> None:
        self._connection, self._checker = connection, checker

    def append(
        self, stream: Stream, events: Sequence[Given], expected: int = Expected.ANY
    ) -> Appended:
        """As the store's; raises YoungerTransactionError when this transaction has to run again,
        because one that began later has appended to the aggregate.
        """
        batch = self._checker.batch([Append(stream, events, expected)])
        with translated(), store_errors():
            rows = self._connection.execute(batch.statement, batch.values).fetchall()
        return batch.appended(rows)[0]

    def execute(self, sql: Any, values: Any = None) -> list[Any]:
        """A statement of yours; its rows, none where it gives none."""
        with translated(), store_errors():
            cursor = self._connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []
