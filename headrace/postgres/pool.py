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
NEVER = 1 << 40
"""Prepare what asks for it, not every statement: None would mean nothing at all."""
READING = "-c timezone=UTC -c default_transaction_read_only=on"
LOOKUPS = "-c enable_seqscan=off -c max_parallel_workers_per_gather=0"
"""Every query has its index. A plan kept from the first minute of a day, when reading all of it was
cheapest, would go on reading all of it until the day is analyzed. Workers take longer to start than
a page takes, and the cores are the archive's."""
PLANS = 16
"""Prepared statements a connection keeps."""


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
    soon as the server is, without the long pauses of a growing backoff.

    `query_events` prepares its statements. Over a year of days planning takes ten times as long as
    execution, so PostgreSQL keeps a plan after five runs, where one that fits all values is no
    dearer; a query of a few days is planned with its values. A kept plan takes about 2 MB.
    """
    limit = f"-c statement_timeout={round(statement_seconds * 1000)}"
    return AsyncConnectionPool(
        url,
        kwargs={
            "application_name": application_name,
            "autocommit": True,
            "prepare_threshold": NEVER,
            "options": f"{READING} {LOOKUPS} {limit}",
            **KEEPALIVES,
        },
        min_size=min_size,
        max_size=max_size,
        open=False,
        configure=_few_plans,
        check=AsyncConnectionPool.check_connection,
        name=application_name,
        timeout=CHECKOUT_SECONDS,
        reconnect_timeout=RECONNECT_SECONDS,
    )


async def _few_plans(conn: AsyncConnection[TupleRow]) -> None:
    conn.prepared_max = PLANS


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
