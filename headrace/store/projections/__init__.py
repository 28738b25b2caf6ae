"""Projections: tables that follow the event store, exactly once, and are rebuilt beside themselves.

A `Projection` says what its tables are and what an event does to them; a `Projector` keeps them
up to date and builds new versions; `Projections` is for who reads: how far they are, and waiting
for a position. docs/projections.md shows how.
"""

from headrace.store.projections.builds import Build
from headrace.store.projections.errors import ProjectionBehindError, ProjectionStoppedError
from headrace.store.projections.model import Projection, View
from headrace.store.projections.projector import Projector
from headrace.store.projections.reading import ProjectionRow, Projections, wait_for
from headrace.store.projections.rebuilding import Rebuild, rebuild

__all__ = [
    "Build",
    "Projection",
    "ProjectionBehindError",
    "ProjectionRow",
    "ProjectionStoppedError",
    "Projections",
    "Projector",
    "Rebuild",
    "View",
    "rebuild",
    "wait_for",
]
