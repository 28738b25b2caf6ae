"""The asynchronous pool of a process that reads: short statements, outages noticed at once."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from psycopg import AsyncConnection, errors
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool

from headrace.errors import HeadraceError
from headrace.postgres.database import KEEPALIVES
from headrace.postgres.errors import translated

Pool: TypeAlias = AsyncConnectionPool[AsyncConnection[TupleRow]]

CHECKOUT_SECONDS = 2.5
STATEMENT_SECONDS = 30
RECONNECT_SECONDS = 2.0


class StatementTimeoutError(HeadraceError):
    """PostgreSQL stopped a statement at its time limit. Ask for less: a shorter time range."""


def async_pool(
    url: str,
    *,
    application_name: str,
    min_size: int = 1,
    max_size: int = 8,
    statement_seconds: float = STATEMENT_SECONDS,
) -> Pool:
    """A closed pool over `url`: `await pool.open()` never waits for the server.

    A lost connection is noticed when it is taken out, and replaced. After `RECONNECT_SECONDS` of
    failing the pool stops trying by itself, and tries again at the next request: it is back as
    soon as the server is, without the long pauses of a growing backoff. Statements are planned
    with their values (never a generic plan), so that partitions are pruned before execution.
    """
    limit = f"-c statement_timeout={round(statement_seconds * 1000)}"
    return AsyncConnectionPool(
        url,
        kwargs={
            "application_name": application_name,
            "autocommit": True,
            "prepare_threshold": None,
            "options": f"-c timezone=UTC -c default_transaction_read_only=on {limit}",
            **KEEPALIVES,
        },
        min_size=min_size,
        max_size=max_size,
        open=False,
        check=AsyncConnectionPool.check_connection,
        name=application_name,
        timeout=CHECKOUT_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
    )


@asynccontextmanager
async def connection(pool: Pool) -> AsyncIterator[AsyncConnection[TupleRow]]:
    """A connection of the pool for the block, in autocommit.

    Raises StatementTimeoutError when a statement ran out of time, OutageError when the server
    cannot be reached or goes away, ConfigurationError when a table or a right is missing.
    """
    with translated():
        try:
            async with pool.connection() as conn:
                yield conn
        except errors.QueryCanceled as error:
            raise StatementTimeoutError("PostgreSQL stopped the query at its time limit") from error
