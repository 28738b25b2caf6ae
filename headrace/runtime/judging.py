"""What is to be done about an error of a job: the policy, with what the job has behind it."""

from dataclasses import replace

from headrace.clock import Clock
from headrace.runtime.fates import Failed, Fate, Held
from headrace.runtime.job import Job
from headrace.runtime.ledger import Ledger
from headrace.runtime.policy import Decision, FailurePolicy, Stop, decide


class Judge:
    """Applies a stage's failure policy. Stateless; called from writer threads."""

    def __init__(self, policy: FailurePolicy, ledger: Ledger, clock: Clock) -> None:
        self.policy = policy if ledger.parking else replace(policy, parking=None)
        self._clock = clock

    def decide(self, error: BaseException, job: Job) -> Decision:
        since = job.transient_since
        waited = 0.0 if since is None else self._clock.monotonic() - since
        return decide(error, job.unforeseen, self.policy, waited)

    def fate(self, error: BaseException, job: Job) -> Fate:
        """Of a job as a whole: it waits, or the stage stops."""
        return Failed(error) if isinstance(self.decide(error, job), Stop) else Held(error)
