"""What became of a job."""

from dataclasses import dataclass

from headrace.runtime.ledger import Claim, Counts
from headrace.runtime.parking import Outlook


@dataclass(frozen=True, slots=True)
class Done:
    """The range is durable up to `end`, which may lie before the job's."""

    counts: Counts
    end: int


@dataclass(frozen=True, slots=True)
class Visited:
    """Parked records were tried again; `outlook` is what remains."""

    counts: Counts
    outlook: Outlook


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing was applied; try again later."""

    error: BaseException


@dataclass(frozen=True, slots=True)
class Refused:
    """The ledger stands elsewhere, or belongs to somebody else (None: it has no such row)."""

    position: Claim | None


@dataclass(frozen=True, slots=True)
class Failed:
    """The stage must stop."""

    error: BaseException


Fate = Done | Visited | Held | Refused | Failed
