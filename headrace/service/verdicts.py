"""What becomes of an event whose handler raised: a pure function of error, attempt and policy."""

from dataclasses import dataclass

from headrace.runtime import FailurePolicy, ParkingPolicy
from headrace.runtime.policy import Decision, Park, Stop, Wait, decide, decide_parked


@dataclass(frozen=True, slots=True)
class Handled:
    """Its effects are there; `duplicate`: they were before."""

    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """Its handler raised `error` at attempt number `attempt`, and so much is to be done about it.

    Bury: the dead letters. Park: it waits in the ledger. Wait: it stays where it is. Either is
    tried again after `seconds`. Stop: the service ends.
    """

    error: Exception
    decision: Decision
    attempt: int
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Behind:
    """An earlier event of its key is parked: it parks behind it, tried at nothing."""


Verdict = Handled | Failed | Behind

HANDLED = Handled()

OUTAGE = Wait(0.0)
"""As long as it takes: the lane waits, and the runtime's backoff says when to look again."""


def judged(
    error: Exception, attempt: int, policy: FailurePolicy, *, parks: bool, waited: float
) -> Failed:
    """`attempt` is the number of the attempt that failed, `waited` the seconds since the first.

    `parks`: whether the ledger has room for records that wait.
    """
    parking = policy.parking
    retries = parking or ParkingPolicy()
    decision = decide_parked(error, attempt, retries)
    if isinstance(decision, Stop):
        foreseen = isinstance(decide(error, 0, policy), Wait)
        return Failed(error, OUTAGE if foreseen else decision, attempt)
    if isinstance(decision, Wait) and parks and parking and waited >= parking.after:
        decision = Park(type(error).__name__)
    return Failed(error, decision, attempt, retries.wait(attempt))
