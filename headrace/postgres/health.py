"""What a database says of itself: for whoever looks for a fault."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from headrace.postgres.database import KEEPALIVES
from headrace.postgres.errors import translated
from headrace.postgres.migrating import available
from headrace.postgres.sql import statement


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """`address` holds no password; `pending` are the migrations that were not applied, as far as
    this role may know.
    """

    address: str
    version: str
    now: datetime
    connections: int
    most_connections: int
    pending: tuple[str, ...]


def database_state(url: str) -> DatabaseState:
    """Raises OutageError, ConfigurationError."""
    with translated(), psycopg.connect(url, autocommit=True, **KEEPALIVES) as connection:
        connection.execute("SET statement_timeout = '5s'")
        row = connection.execute(statement("database_state")).fetchone()
        assert row is not None  # noqa: S101 - the statement gives one row
        version, now, connections, most, readable = row
        return DatabaseState(
            f"{connection.info.host or 'local'}:{connection.info.port}/{connection.info.dbname}",
            version,
            now,
            connections,
            most,
            _pending(connection, readable),
        )


def _pending(connection: psycopg.Connection[Any], readable: bool | None) -> tuple[str, ...]:
    """`readable`: whether this role may read the notes; None where there are none."""
    if readable is False:
        return ()
    notes = "SELECT name FROM public.headrace_migrations"
    done = {name for (name,) in connection.execute(notes)} if readable else set()
    return tuple(name for name in available() if name not in done)
