"""Keeps projections up to date: events, tables and cursor in one transaction."""

from typing import Any

import structlog
from psycopg import Connection

from headrace.errors import OutageError, TransientError
from headrace.postgres import Database
from headrace.store.errors import InvalidCursorError
from headrace.store.model import Behind, Page, Position
from headrace.store.projections.builds import Build, Builds, MovedError, enter
from headrace.store.projections.errors import ProjectionStoppedError
from headrace.store.projections.model import Projection, View
from headrace.store.store import EventStore

log = structlog.get_logger(__name__)

PAGE = 500
"""Events in a transaction. While it is open, readers of the total order wait for it."""


class Projector:
    """One projection's progress. Blocking, for one thread; as many as like may work at once, in
    other processes too: one moves a build, the others notice.

    Raises OutageError; ProjectionStoppedError, after which nothing goes on by itself.
    """

    def __init__(
        self, store: EventStore, database: Database, projection: Projection, page: int = PAGE
    ) -> None:
        self.projection = projection
        self._store, self._builds, self._page = store, Builds(database), page
        self._build: Build | None = None

    def step(self) -> bool:
        """Bring the live build, or the one that is to be live, a page further; whether there was
        anything to do.
        """
        build = self._build or self._chosen()
        try:
            self._build, busy = self.advance(build)
            if self._build.state == "building" and not busy:
                self._build = self.switch(self._build)
        except (MovedError, InvalidCursorError) as error:
            log.info("projection looks anew", projection=build.name, reason=str(error))
            self._build, busy = None, True
        except BaseException:
            self._build = None  # whether the transaction was committed, the database knows
            raise
        return busy

    def behind(self) -> Behind | None:
        """What the store holds beyond the build that is followed; None where none is."""
        build = self._build
        if build is None:
            return None
        return self._store.behind(build.cursor, self.projection.categories)

    def advance(self, build: Build) -> tuple[Build, bool]:
        """The build a page further, and whether there may be more to do at once."""
        page, end = self._read(build)
        if page.events or (end > build.position and self._is_beyond(build, end)):
            with self._builds.transaction() as connection:
                build = self._apply(connection, build, page, end)
            return build, bool(page.events)
        return build, False

    def switch(self, build: Build) -> Build:
        """Show a build that has caught up in place of the one that is live."""
        with self._builds.transaction() as connection:
            found = self._builds.lock(connection, build.name)
            if build not in found:
                raise MovedError(f"projection {build.name} was moved by another process")
            more = True
            while more:  # up to where the live one is, which stands still now
                page, end = self._read(build)
                build, more = self._apply(connection, build, page, end), page.more
            self._builds.go_live(connection, build, self.projection.views)
        log.info("projection is live", projection=build.name, build=build.build)
        self._drop_retired()
        return build._replace(state="live")

    def begin(self) -> Build:
        """The build of this version that is under way, or a new one."""
        identity = self._store.identity()
        while True:
            for build in self._builds.of(self.projection.name):
                same = build.version == self.projection.version and build.identity == identity
                if same and build.state == "building":
                    return build
            if begun := self._builds.begin(self.projection, identity):
                log.info("projection is built", projection=begun.name, build=begun.build)
                return begun

    def _chosen(self) -> Build:
        """The live build where it is of this version and of the store as it is, else a new one."""
        self._drop_retired()
        identity, mine = self._store.identity(), self.projection
        for build in self._builds.of(mine.name):
            if build.state == "live" and build.version > mine.version:
                raise ProjectionStoppedError(
                    f"projection {mine.name} is live in version {build.version} and this program "
                    f"has {mine.version}: start the newer program, or raise the version"
                )
            if build.state == "live" and (build.version, build.identity) == (
                mine.version,
                identity,
            ):
                return build
        return self.begin()

    def _read(self, build: Build) -> tuple[Page, Position]:
        """Events after the build, and the position that it has once they are applied."""
        horizon = self._store.horizon()
        page = self._store.read_all(
            build.cursor, categories=self.projection.categories, limit=self._page
        )
        last = page.events[-1].position if page.events else build.position
        return page, last if page.more else max(last, horizon)

    def _is_beyond(self, build: Build, end: Position) -> bool:
        """Whether a further position says anything new; it would be written each time."""
        following = self._store.read_all(build.cursor, limit=1).events
        return bool(following) and following[0].position < end

    def _apply(self, connection: Connection[Any], build: Build, page: Page, end: Position) -> Build:
        moved = self._builds.move(connection, build, end, len(page.events))
        if page.events:
            enter(connection, build)
            self._handle(View(connection), page)
        return moved

    def _handle(self, view: View, page: Page) -> None:
        """A batch that fails is tried event by event, so that the one at fault is named."""
        try:
            self.projection.handle(view, page.events)
        except (OutageError, TransientError):
            raise
        except Exception as error:
            first = page.events[0]
            if len(page.events) > 1:
                self._page = 1
                raise MovedError(f"its handler failed, now event by event: {error}") from error
            raise ProjectionStoppedError(
                f"projection {self.projection.name} fails at the {first.event_type} "
                f"{first.event_id_text} (version {first.aggregate_version} of {first.stream}): "
                f"{type(error).__name__}: {error}; mend its handler, then start it again"
            ) from error

    def _drop_retired(self) -> None:
        for build in self._builds.of(self.projection.name):
            if build.state == "retired":
                try:
                    self._builds.drop(build)
                except OutageError as error:  # somebody still reads it
                    log.info("old build stays for now", projection=build.name, error=str(error))
