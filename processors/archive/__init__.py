"""The archive: every event of an authority-`log` topic into `warm.events`, exactly once.

`build` wires the stage; `ArchiveHandler` is what it does with events; `close_days` gives past days
their heavier indexes.
"""

from processors.archive.build import GROUP, build
from processors.archive.handler import ArchiveHandler

__all__ = ["GROUP", "ArchiveHandler", "build"]
