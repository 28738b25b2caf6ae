"""For who reads projections: how far they are, and waiting until they have an event."""

import asyncio
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from headrace.clock import Clock, SystemClock
from headrace.errors import ConfigurationError
from headrace.postgres import Database, Pool, connection
from headrace.postgres.sql import statement
from headrace.store import cursor as cursors
from headrace.store.cursor import Identity
from headrace.store.model import Behind, Position
from headrace.store.projections.builds import Build, Builds
from headrace.store.projections.errors import ProjectionBehindError
from headrace.store.projections.model import Projection
from headrace.store.store import EventStore

_POSITION = statement("projection_position")
_SHORTEST, _LONGEST = 0.005, 0.05


@dataclass(frozen=True, slots=True)
class ProjectionRow:
    """A build, and what the store holds beyond it; None where it is of an earlier epoch."""

    build: Build
    behind: Behind | None


class Projections:
    """Thread-safe, blocking. Raises OutageError, ConfigurationError."""

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self._database, self._clock = database, clock or SystemClock()

    def wait_for(self, name: str, cursor: str, timeout: float = 5.0) -> None:
        """Return once what readers see of a projection has everything up to a cursor of the store.

        `store.cursor_of(appended.positions[-1])` is that of an append. Raises ProjectionBehindError
        after `timeout` seconds, InvalidCursorError for a cursor of another store or epoch.
        """
        wait = _Wait(name, cursor, timeout, self._clock)
        while not wait.is_over(self._found(name)):
            threading.Event().wait(wait.pause())

    def rows(self, store: EventStore, known: dict[str, Projection]) -> list[ProjectionRow]:
        """Every build, by name; `known` says which categories a projection takes."""
        identity = store.identity()
        return [_row(store, build, known, identity) for build in Builds(self._database).of()]

    def _found(self, name: str) -> list[Any]:
        with self._database.transaction() as connection:
            return connection.execute(_POSITION, {"name": name}).fetchall()


async def wait_for(
    pool: Pool,
    name: str,
    cursor: str,
    timeout: float = 5.0,  # noqa: ASYNC109 - who waited in vain hears where the projection is
    clock: Clock | None = None,
) -> None:
    """`Projections.wait_for` for an event loop."""
    wait = _Wait(name, cursor, timeout, clock or SystemClock())
    while True:
        async with connection(pool) as connected:
            found = await (await connected.execute(_POSITION, {"name": name})).fetchall()
        if wait.is_over(found):
            return
        await asyncio.sleep(wait.pause())


class _Wait:
    """One wait: whether it is over, and how long until the next look."""

    def __init__(self, name: str, cursor: str, timeout: float, clock: Clock) -> None:
        self._name, self._cursor, self._timeout = name, cursor, timeout
        self._clock, self._until = clock, clock.monotonic() + timeout
        self._pause = _SHORTEST

    def is_over(self, rows: Sequence[Sequence[Any]]) -> bool:
        """`rows` is the answer to `projection_position`."""
        if not rows:
            raise ConfigurationError(
                f"no projection {self._name} is live yet; is its worker started?"
            )
        store_id, epoch, xid, sequence = rows[0]
        wanted = cursors.read_total(self._cursor, Identity(store_id, epoch))
        if Position(xid, sequence) >= wanted:
            return True
        if self._clock.monotonic() >= self._until:
            raise ProjectionBehindError(
                f"projection {self._name} is at {xid}:{sequence} after {self._timeout:g} s; "
                "see `headrace projections list`"
            )
        return False

    def pause(self) -> float:
        pause, self._pause = self._pause, min(self._pause * 1.5, _LONGEST)
        return pause


def _row(
    store: EventStore, build: Build, known: dict[str, Projection], identity: Identity
) -> ProjectionRow:
    if build.identity != identity:
        return ProjectionRow(build, None)
    categories = known[build.name].categories if build.name in known else None
    return ProjectionRow(build, store.behind(build.cursor, categories))
