"""For who reads projections: how far they are, and waiting until they have an event."""

import threading
from dataclasses import dataclass

from headrace.clock import Clock, SystemClock
from headrace.errors import ConfigurationError
from headrace.postgres import Database
from headrace.postgres.sql import statement
from headrace.store import cursor as cursors
from headrace.store.cursor import Identity
from headrace.store.model import Behind, Position
from headrace.store.projections.builds import Build, Builds
from headrace.store.projections.errors import ProjectionBehindError
from headrace.store.projections.model import Projection
from headrace.store.store import EventStore

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
        until = self._clock.monotonic() + timeout
        pause = _SHORTEST
        while (at := self._position(name, cursor)) is not None:
            if self._clock.monotonic() >= until:
                raise ProjectionBehindError(
                    f"projection {name} is at {at.xid}:{at.sequence} after {timeout:g} s; "
                    "see `headrace projections list`"
                )
            threading.Event().wait(pause)
            pause = min(pause * 1.5, _LONGEST)

    def rows(self, store: EventStore, known: dict[str, Projection]) -> list[ProjectionRow]:
        """Every build, by name; `known` says which categories a projection takes."""
        identity = store.identity()
        return [_row(store, build, known, identity) for build in Builds(self._database).of()]

    def _position(self, name: str, cursor: str) -> Position | None:
        """Where the projection is, if that is before the cursor."""
        with self._database.transaction() as connection:
            rows = connection.execute(statement("projection_position"), {"name": name}).fetchall()
        if not rows:
            raise ConfigurationError(f"no projection {name} is live yet; is its worker started?")
        _, store_id, epoch, xid, sequence = rows[0]
        wanted = cursors.read_total(cursor, Identity(store_id, epoch))
        at = Position(xid, sequence)
        return at if at < wanted else None


def _row(
    store: EventStore, build: Build, known: dict[str, Projection], identity: Identity
) -> ProjectionRow:
    if build.identity != identity:
        return ProjectionRow(build, None)
    categories = known[build.name].categories if build.name in known else None
    return ProjectionRow(build, store.behind(build.cursor, categories))
