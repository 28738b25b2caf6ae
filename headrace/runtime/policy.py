"""What a stage does about an error: a pure function of the error, the attempt and the policy."""

import random
import sys
from dataclasses import dataclass, field

from headrace.errors import (
    BusinessError,
    ConfigurationError,
    HeadraceError,
    InvalidEventError,
    OutageError,
    PoisonError,
    TransientError,
    UnknownSchemaError,
)
from headrace.runtime.dead_letters import DeadLetterLimit
from headrace.runtime.ledger import TopicRecreatedError
from headrace.runtime.parking import ParkingPolicy


class StageStoppedError(HeadraceError):
    """The stage stopped because going on would lose or guess. The message names the remedy."""


@dataclass(frozen=True, slots=True)
class FailurePolicy:
    """Seconds, and how many. A wait grows from `first_wait` by doubling up to `longest_wait`.

    Without `parking` a lane waits for a passing trouble of one event as long as it takes.
    """

    first_wait: float = 0.1
    longest_wait: float = 2.0
    unexpected_attempts: int = 3
    unknown_schema_grace: float = 30.0
    dead_letter_limit: DeadLetterLimit = field(default_factory=DeadLetterLimit)
    parking: ParkingPolicy | None = field(default_factory=ParkingPolicy)


@dataclass(frozen=True, slots=True)
class Wait:
    """Try again after `seconds`; the lane waits, the others go on."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Bury:
    """The record goes to the dead letters; its neighbours land."""

    error_class: str
    reason: str


@dataclass(frozen=True, slots=True)
class Park:
    """The record waits beside its lane, and its key behind it; the lane goes on."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The stage ends with this error."""


Decision = Wait | Bury | Park | Stop


def decide(  # noqa: PLR0911 - one table, a line an outcome
    error: BaseException, attempt: int, policy: FailurePolicy, waited: float = 0.0
) -> Decision:
    """What to do about `error`. `attempt` counts the failures before it that nobody foresaw: an
    outage, however long, spends none of theirs. `waited` is for how many seconds the lane has been
    waiting for passing troubles.
    """
    match error:
        case ConfigurationError() | StageStoppedError() | TopicRecreatedError():
            return Stop()
        case TransientError() if policy.parking and waited >= policy.parking.after:
            return Park(type(error).__name__)
        case _ if is_foreseen(error):
            return Wait(backoff(attempt, policy))
        case PoisonError():
            return Bury("poison", error.reason)
        case InvalidEventError():
            return Bury("poison", "invalid_event")
        case BusinessError():
            return Bury("business", type(error).__name__)
        case _ if attempt + 1 < policy.unexpected_attempts:
            return Wait(backoff(attempt, policy))
        case _:
            return Bury("unexpected", type(error).__name__)


def decide_parked(error: BaseException, attempts: int, policy: ParkingPolicy) -> Decision:
    """What to do about failure number `attempts` of a parked record. Stop means: raise it, for the
    record is not to blame; an outage spends none of its attempts.
    """
    decision = decide(error, sys.maxsize, FailurePolicy(parking=None))
    match error:
        case TransientError() if attempts >= policy.attempts:
            return Bury("transient", "attempts_exhausted")
        case TransientError():
            return Wait(policy.wait(attempts))
        case _ if isinstance(decision, Wait):
            return Stop()
    unexpected = isinstance(decision, Bury) and decision.error_class == "unexpected"
    return Wait(policy.wait(attempts)) if unexpected and attempts < policy.attempts else decision


def is_foreseen(error: BaseException) -> bool:
    """Whether waiting for this error to pass spends no attempt."""
    return isinstance(error, OutageError | TransientError | UnknownSchemaError)


def backoff(attempt: int, policy: FailurePolicy) -> float:
    """Exponential with half of it jittered, so that lanes do not come back in step."""
    full: float = min(policy.longest_wait, policy.first_wait * 2 ** min(attempt, 20))
    return full * (0.5 + random.random() / 2)  # noqa: S311 - jitter, not a secret
