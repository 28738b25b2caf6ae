"""Building a projection anew beside the one that is live, with progress."""

from collections.abc import Iterator
from dataclasses import dataclass

from headrace.store.errors import InvalidCursorError
from headrace.store.projections.builds import Build, MovedError
from headrace.store.projections.projector import Projector
from headrace.store.store import EventStore


@dataclass(frozen=True, slots=True)
class Rebuild:
    """How far it is: events applied, and how many of the store lie before it (counted up to
    `Behind.MOST`). `live`: it is done, and readers see it.
    """

    build: int
    applied: int
    behind: int
    live: bool


def rebuild(store: EventStore, projector: Projector) -> Iterator[Rebuild]:
    """Build and switch. Whoever stops it half way (a kill too) goes on by calling it again.

    Raises what the projector raises.
    """
    build = projector.begin()
    yield _progress(store, projector, build)
    busy = True
    while busy:
        try:
            build, busy = projector.advance(build)
        except (MovedError, InvalidCursorError):
            build = projector.begin()
        yield _progress(store, projector, build)
    live = projector.switch(build)
    yield Rebuild(live.build, live.applied, 0, True)


def _progress(store: EventStore, projector: Projector, build: Build) -> Rebuild:
    behind = store.behind(build.cursor, projector.projection.categories)
    return Rebuild(build.build, build.applied, behind.events, False)
