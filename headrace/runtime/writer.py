"""A stage's work off the event loop: decode, apply, and move the ledger, in one transaction."""

from collections.abc import Iterable, Sequence

from headrace.clock import Clock
from headrace.errors import OutageError
from headrace.runtime.decoding import Decoding, HeldError
from headrace.runtime.events import MixedEvents
from headrace.runtime.fates import Fate, Held, Refused
from headrace.runtime.isolating import Isolating
from headrace.runtime.job import Job
from headrace.runtime.judging import Judge
from headrace.runtime.ledger import Ledger, LedgerConflictError
from headrace.runtime.parking import ParkingFullError, ParkingPolicy
from headrace.runtime.policy import Bury, Decision, Park, Stop
from headrace.runtime.records import TopicPartition
from headrace.runtime.stage import Stage
from headrace.runtime.visiting import Plain, Visiting
from headrace.runtime.work import Settling, Work


class Writer:
    """Applies jobs. `process` and `visit` are called from several threads at once, never twice for
    a partition.

    Several jobs commit together; when the ledger refuses one, or an event is refused, they go one
    by one, so that a lane's trouble stays its own.
    """

    def __init__(self, stage: Stage, ledger: Ledger, clock: Clock) -> None:
        self._stage, self._ledger = stage, ledger
        self._decoding = Decoding(stage, clock)
        self._judge = Judge(stage.policy, ledger, clock)
        self._settling = Settling(ledger, stage.policy)
        self._isolating = Isolating(stage.handler, ledger, self._judge)
        trying = Plain(stage.handler, self._judge.policy.parking or ParkingPolicy())
        self._visiting = Visiting(trying, ledger, self._judge, self._decoding)

    def process(self, jobs: Sequence[Job]) -> dict[TopicPartition, Fate]:
        """What became of each job's partition. Never raises."""
        try:
            if any(job.attempt for job in jobs):
                self._ledger.check()
            return self._decode_and_commit(jobs)
        except Exception as error:  # noqa: BLE001 - every error ends as a fate, by the policy
            return {job.tp: self._judge.fate(error, job) for job in jobs}

    def visit(self, job: Job) -> Fate:
        """Try the parked records of a job's partition again. Never raises."""
        return self._visiting.visit(job)

    def _decode_and_commit(self, jobs: Sequence[Job]) -> dict[TopicPartition, Fate]:
        fates: dict[TopicPartition, Fate] = {}
        ready = []
        for job, decoded in zip(jobs, self._decoding.works(jobs), strict=True):
            if isinstance(decoded, HeldError):
                fates[job.tp] = Held(decoded.__cause__ or decoded)
            else:
                ready.append(decoded)
        if ready:
            fates |= self._commit(ready)
        return fates

    def _commit(self, works: Sequence[Work]) -> dict[TopicPartition, Fate]:
        try:
            return self._together(works)
        except LedgerConflictError as conflict:
            if len(works) == 1:
                tp = works[0].job.tp
                return {tp: Refused(conflict.positions.get(tp))}
        except Exception as error:  # noqa: BLE001 - every error ends as a fate, by the policy
            decision = self._judge.decide(error, works[0].job)
            if isinstance(error, OutageError) or isinstance(decision, Stop):
                return {work.job.tp: self._judge.fate(error, work.job) for work in works}
            if len(works) == 1:
                return {works[0].job.tp: self._alone(works[0], error, decision)}
        return self._one_by_one(works)

    def _alone(self, work: Work, error: Exception, decision: Decision) -> Fate:
        refused = isinstance(decision, Bury | Park) or isinstance(error, ParkingFullError)
        return self._isolating.apply(work) if refused else self._judge.fate(error, work.job)

    def _one_by_one(self, works: Iterable[Work]) -> dict[TopicPartition, Fate]:
        fates: dict[TopicPartition, Fate] = {}
        for work in works:
            fates |= self._commit([work])
        return fates

    def _together(self, works: Sequence[Work]) -> dict[TopicPartition, Fate]:
        handler = self._stage.handler
        handler.prepare(MixedEvents(work.events for work in works))
        with self._ledger.transaction() as tx:
            parked = tx.advance([work.job.move for work in sorted(works, key=lambda it: it.job.tp)])
            if parked:
                waiting = self._settling.waiting_keys
                works = [work.behind(waiting(tx, work.job.tp, parked)) for work in works]
            events = MixedEvents(work.events for work in works)
            duplicates = handler.apply(events, tx.effects) if events else {}
            return {
                work.job.tp: self._settling.settle(
                    work, tx, duplicates=duplicates.get(work.job.tp, 0), parked=parked
                )
                for work in works
            }
