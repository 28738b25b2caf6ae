"""What keeps an event store in order: archiving, cleaning, counting, verifying.

All of it goes through the aggregates by id, a page and a short transaction at a time, beside
appends; each may be killed and run again.
"""

from headrace.store.upkeep.analysis import clean_snapshots, frequent_types, largest
from headrace.store.upkeep.archiving import Archiver, Moved
from headrace.store.upkeep.kinds import kinds
from headrace.store.upkeep.verifying import Verifier, Violation

__all__ = [
    "Archiver",
    "Moved",
    "Verifier",
    "Violation",
    "clean_snapshots",
    "frequent_types",
    "kinds",
    "largest",
]
