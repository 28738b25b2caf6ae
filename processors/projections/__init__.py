"""The projections of this installation, and the process that keeps them up to date.

`PROJECTIONS` has them by name; a new one is a module beside `leaderboard` and an entry there.
"""

from collections.abc import Mapping
from types import MappingProxyType

from headrace.store.projections import Projection
from processors.projections.build import build
from processors.projections.leaderboard import LEADERBOARD
from processors.projections.worker import ProjectionWorker

PROJECTIONS: Mapping[str, Projection] = MappingProxyType(
    {each.name: each for each in (LEADERBOARD,)}
)

__all__ = ["PROJECTIONS", "ProjectionWorker", "build"]
