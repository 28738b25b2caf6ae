"""Builds of projections in the database: each a schema of its own and a row that says how far."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from psycopg import Connection, sql

from headrace.errors import TransientError
from headrace.postgres import Database
from headrace.postgres.sql import statement
from headrace.store import cursor as cursors
from headrace.store.cursor import Identity
from headrace.store.model import Position
from headrace.store.projections.model import Projection

READERS = ("headrace_reader", "headrace_store_reader")
_ROLE = sql.SQL("SET LOCAL ROLE headrace_projections")


class MovedError(TransientError):
    """Somebody else has moved or replaced this build meanwhile. Look again where it is."""


class Build(NamedTuple):
    """One build of a projection; everything before (xid, sequence) is in its tables."""

    name: str
    build: int
    version: int
    state: str
    store_id: UUID
    epoch: int
    xid: int
    sequence: int
    applied: int
    begun_at: datetime
    live_at: datetime | None
    moved_at: datetime

    @property
    def position(self) -> Position:
        return Position(self.xid, self.sequence)

    @property
    def identity(self) -> Identity:
        return Identity(self.store_id, self.epoch)

    @property
    def cursor(self) -> str:
        return cursors.total(self.position, self.identity)

    @property
    def schema(self) -> str:
        return f"projection_{self.name}_{self.build}"


class Builds:
    """The table of builds and their schemas. Methods with a connection are parts of a transaction.

    Raises OutageError, ConfigurationError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def transaction(self) -> Iterator[Connection[Any]]:
        """With the rights of the projections' owner."""
        with self._database.transaction() as connection:
            connection.execute(_ROLE)
            yield connection

    def of(self, name: str | None = None) -> list[Build]:
        """A projection's builds, oldest first; of all projections by name."""
        with self._database.transaction() as connection:
            return _builds(connection.execute(_sql("projection_builds"), {"name": name}))

    def begin(self, projection: Projection, identity: Identity) -> Build | None:
        """A new build with empty tables; None where somebody else has begun the same one."""
        values = {
            "name": projection.name,
            "version": projection.version,
            "store_id": identity.store_id,
            "epoch": identity.epoch,
        }
        with self.transaction() as connection:
            begun = _builds(connection.execute(_sql("projection_begin"), values))
            for build in begun:
                schema = sql.Identifier(build.schema)
                connection.execute(sql.SQL("CREATE SCHEMA {}").format(schema))
                enter(connection, build)
                connection.execute(projection.tables.encode())
        return begun[0] if begun else None

    def lock(self, connection: Connection[Any], name: str) -> list[Build]:
        """The projection's builds; none of them moves until the transaction ends."""
        return _builds(connection.execute(_sql("projection_lock"), {"name": name}))

    def move(self, connection: Connection[Any], build: Build, to: Position, events: int) -> Build:
        """The build at its new position. Raises MovedError unless it is still where it was."""
        values = {
            "name": build.name,
            "build": build.build,
            "state": build.state,
            "from_xid": build.xid,
            "from_sequence": build.sequence,
            "xid": to.xid,
            "sequence": to.sequence,
            "events": events,
        }
        moved = _builds(connection.execute(_sql("projection_move"), values))
        if not moved:
            raise MovedError(f"projection {build.name} was moved by another process")
        return moved[0]

    def go_live(self, connection: Connection[Any], build: Build, views: Sequence[str]) -> None:
        """Show this build, retire every other one of its version or below."""
        values = {"name": build.name, "build": build.build, "version": build.version}
        connection.execute(statement("projection_retire"), values)
        connection.execute(statement("projection_go_live"), values)
        readers = sql.SQL(", ").join(map(sql.Identifier, READERS))
        for name in views:
            view, table = sql.Identifier("projections", name), sql.Identifier(build.schema, name)
            connection.execute(sql.SQL("DROP VIEW IF EXISTS {}").format(view))
            connection.execute(sql.SQL("CREATE VIEW {} AS SELECT * FROM {}").format(view, table))
            connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(view, readers))

    def drop(self, build: Build) -> None:
        """Remove a retired build."""
        with self.transaction() as connection:
            connection.execute("SET LOCAL lock_timeout = '5s'")
            values = {"name": build.name, "build": build.build}
            connection.execute(statement("projection_forget"), values)
            schema = sql.Identifier(build.schema)
            connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schema))


def enter(connection: Connection[Any], build: Build) -> None:
    """From here to the transaction's end plain table names are the build's."""
    connection.execute(
        sql.SQL("SET LOCAL search_path TO {}, pg_catalog").format(sql.Identifier(build.schema))
    )


def _builds(rows: Any) -> list[Build]:
    return [Build._make(row) for row in rows.fetchall()]


def _sql(name: LiteralString) -> LiteralString:
    return statement(name).replace("{columns}", statement("projection_columns").strip())
