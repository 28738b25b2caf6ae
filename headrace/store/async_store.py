"""The event store for an event loop: what `store` has for threads."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Self, TypeVar
from uuid import UUID

from psycopg import AsyncConnection
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
from headrace.store.store import AHEAD, FAILED

T = TypeVar("T")


class AsyncEventStore:
    """Appends and reads. `url` holds a password and is never logged.

    Open it inside of the event loop, by `async with` or `open`. Every method raises OutageError
    where PostgreSQL cannot be reached, ConfigurationError where the store's tables
    or rights are missing.
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
        self._pool = connecting.async_pool(url, source, connections)
        self._identity: Identity | None = None
        self.event = self._checker.event

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        await self._pool.open()

    async def close(self) -> None:
        await self._pool.close()

    async def append(
        self, stream: Stream, events: Sequence[Given], expected: int = Expected.ANY
    ) -> Appended:
        """Append to one aggregate, all or nothing, in one round trip.

        Events that are there already, with the same ids and content, are left alone, whatever is
        expected: a retry is safe. Raises ConcurrencyConflictError, DuplicateEventError,
        WrongAggregateTypeError, InvalidEventError naming the fields, UnknownEventTypeError.
        """
        return (await self.append_all([Append(stream, events, expected)]))[0]

    async def append_all(self, appends: Sequence[Append]) -> list[Appended]:
        """The same for several aggregates: all of them or none."""
        batch = self._checker.batch(appends)
        await self._identified()
        attempt = 0
        while True:
            try:
                return batch.appended(await self._rows(batch.statement, batch.values))
            except (TransientError, OutageError) as error:
                attempt += 1
                if not heals(error, attempt):
                    raise

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator["AsyncTransaction"]:
        """Appends, and statements of your own, that are committed together when the block ends.

        Nothing is tried again: on a TransientError run the block anew. Keep it short, readers of
        the total order wait for it.
        """
        await self._identified()
        with translated():
            async with self._pool.connection() as connection, connection.transaction():
                yield AsyncTransaction(connection, self._checker)
                if connection.info.transaction_status == TransactionStatus.INERROR:
                    raise ConfigurationError(FAILED)

    async def read_all(
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
        return await self._page(
            lambda identity: queries.in_order(identity, after, categories, backwards, limit), after
        )

    async def stream_all(
        self, after: str | None = None, *, categories: Sequence[str] | None = None
    ) -> AsyncIterator[Recorded]:
        """The total order up to the present, page by page."""
        more = True
        while more:
            page = await self.read_all(after, categories=categories)
            for each in page.events:
                yield each
            after, more = page.cursor, page.more

    async def read_time(
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
        return await self._page(
            lambda identity: queries.in_time(
                identity, since=since, until=until, after=after, backwards=backwards, limit=limit
            )
        )

    async def read_stream(
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
            return await self._ask(queries.of_stream(aggregate_id, first, last, backwards, limit))
        found: list[Recorded] = []
        full = True
        while full:
            page = await self._ask(
                queries.of_stream(aggregate_id, first, last, backwards, MAX_PAGE)
            )
            found += page
            full = len(page) == MAX_PAGE
            if full and backwards:
                last = page[-1].aggregate_version - 1
            elif full:
                first = page[-1].aggregate_version + 1
        return found

    async def version_at(self, aggregate_id: UUID, at: datetime) -> int:
        """The version that the aggregate had at a time: `read_stream(…, last=…)` is its state."""
        return await self._ask(queries.version_at(aggregate_id, at))

    async def archived_version(self, aggregate_id: UUID) -> int:
        """Versions 1 to this one are in the archive, where every read finds them; 0: none is."""
        return await self._ask(queries.archived_version(aggregate_id))

    async def find(self, event_id: UUID) -> Recorded | None:
        """The event of this id, wherever it is."""
        return await self._ask(queries.find(event_id))

    async def causes(self, event_id: UUID, *, depth: int = 100, limit: int = PAGE) -> Chain:
        """The event, its cause, that one's cause, …: at most `depth` steps and `limit` events."""
        return await self._ask(queries.chain(event_id, True, depth, limit))

    async def effects(self, event_id: UUID, *, depth: int = 100, limit: int = PAGE) -> Chain:
        """The event, what it caused, what that did, …: at most `depth` steps and `limit` events."""
        return await self._ask(queries.chain(event_id, False, depth, limit))

    async def behind(self, after: str | None, categories: Sequence[str] | None = None) -> Behind:
        """What a reader of the total order at this cursor has yet to read."""
        return await self._ask(queries.behind(await self._identified(), after, categories))

    async def horizon(self) -> Position:
        """The place before which nothing can appear any more. Who asks for it and then reads has
        seen everything before it.
        """
        return await self._ask(queries.horizon())

    async def cursor_of(self, position: Position) -> str:
        """The cursor that continues after a position, such as that of an append."""
        return cursors.total(position, await self._identified())

    async def position_of(self, cursor: str | None) -> Position:
        """Where a cursor of the total order is (None: its start). Raises InvalidCursorError."""
        return cursors.START if cursor is None else read_total(cursor, await self._identified())

    async def snapshot(
        self, stream: Stream, state_version: str, last: int = LAST_VERSION
    ) -> Snapshot | None:
        """The aggregate's newest snapshot of a state version, not after the version `last`."""
        return await self._ask(queries.snapshot(stream, state_version, last))

    async def keep_snapshot(
        self, stream: Stream, version: int, state: str, *, state_version: str, keep: int
    ) -> None:
        """Write a snapshot of a state (JSON text) and leave the aggregate's last `keep`. Raises
        InvalidEventError for a version that the aggregate has not.
        """
        await self._ask(queries.keep_snapshot(stream, version, state, state_version, keep))

    async def identity(self) -> Identity:
        """Which store this is, and its epoch. Raises ConfigurationError after a restore."""
        return (await self._look())[0]

    async def _page(
        self, query: Callable[[Identity], Query[Page]], after: str | None = None
    ) -> Page:
        """An epoch that ended meanwhile shows as an empty page. `after`: in the total order."""
        while True:
            identity = await self._identified()
            page = await self._ask(query(identity))
            if page.events:
                return page
            found, next_xid = await self._look()
            if after and queries.is_ahead(read_total(after, found), next_xid):
                raise InvalidCursorError(AHEAD)
            if found == identity:
                return page

    async def _identified(self) -> Identity:
        return self._identity or (await self._look())[0]

    async def _look(self) -> tuple[Identity, int]:
        found = connecting.identified(await self._rows(statement("store_identity"), {}))
        self._identity = found[0]
        return found

    async def _ask(self, query: Query[T]) -> T:
        return query.shaped(await self._rows(query.sql, query.values))

    async def _rows(self, sql: Any, values: Any) -> list[Any]:
        with translated(), store_errors():
            async with self._pool.connection() as connection:
                return await (await connection.execute(sql, values, binary=True)).fetchall()


class AsyncTransaction:
    """What may be done inside of `AsyncEventStore.transaction`."""

    def __init__(self, connection: AsyncConnection[Any], checker: Checker) -> None:
        self._connection, self._checker = connection, checker

    async def append(
        self, stream: Stream, events: Sequence[Given], expected: int = Expected.ANY
    ) -> Appended:
        """As the store's; raises YoungerTransactionError when this transaction has to run again,
        because one that began later has appended to the aggregate.
        """
        batch = self._checker.batch([Append(stream, events, expected)])
        with translated(), store_errors():
            cursor = await self._connection.execute(batch.statement, batch.values)
            rows = await cursor.fetchall()
        return batch.appended(rows)[0]

    async def execute(self, sql: Any, values: Any = None) -> list[Any]:
        """A statement of yours; its rows, none where it gives none."""
        with translated(), store_errors():
            cursor = await self._connection.execute(sql, values)
            return await cursor.fetchall() if cursor.description else []
