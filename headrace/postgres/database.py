"""Connections to PostgreSQL for writer threads."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg_pool import ConnectionPool

from headrace.postgres.errors import translated

CONNECT_SECONDS = 5

SESSION = {
    # A frozen worker must not hold the ledger's row lock against the new owner for long.
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "20s",
    "transaction_timeout": "120s",
    "timezone": "UTC",
}

KEEPALIVES: dict[str, Any] = {
    "connect_timeout": CONNECT_SECONDS,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}


class Database:
    """A pool of connections for threads. `url` holds a password: it is never logged.

    Raises OutageError where PostgreSQL cannot be reached, ConfigurationError where it lacks what
    the migrations make, PoisonError where it refuses a value.
    """

    def __init__(self, url: str, *, application: str, connections: int = 4) -> None:
        self._url = url
        self._application = application
        self._pool: ConnectionPool[psycopg.Connection[Any]] = ConnectionPool(
            url,
            min_size=0,
            max_size=connections,
            open=True,
            timeout=CONNECT_SECONDS,
            reconnect_timeout=CONNECT_SECONDS,
            check=ConnectionPool.check_connection,
            kwargs=self._arguments(),
            name=application,
        )

    def _arguments(self) -> dict[str, Any]:
        options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
        return {"application_name": self._application, "options": options, **KEEPALIVES}

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection in a transaction that commits when the block ends."""
        with translated(), self._pool.connection() as connection, connection.transaction():
            yield connection

    @contextmanager
    def session(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection of its own in autocommit, with no time-out for statements: maintenance."""
        arguments = {**self._arguments(), "options": "-c timezone=UTC"}
        with (
            translated(),
            psycopg.connect(self._url, autocommit=True, **arguments) as connection,
        ):
            yield connection

    def check(self) -> None:
        """Return if PostgreSQL answers; raises OutageError."""
        with self.transaction() as connection:
            connection.execute("SELECT 1")

    def close(self) -> None:
        self._pool.close()
