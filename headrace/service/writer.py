"""What a service's writer threads do: a chunk of a partition, its handlers, and the ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from headrace.clock import Clock
from headrace.errors import OutageError
from headrace.runtime import Counts, Ledger, LedgerConflictError, Stage, TopicPartition
from headrace.runtime.decoding import HeldError
from headrace.runtime.fates import Done, Failed, Fate, Held, Refused
from headrace.runtime.job import Job
from headrace.runtime.judging import Judge
from headrace.runtime.ledger import LedgerTransaction, Move
from headrace.runtime.policy import Park, Stop
from headrace.runtime.visiting import Visiting
from headrace.runtime.work import Settling
from headrace.service import verdicts
from headrace.service.calling import Item
from headrace.service.chunk import Chunk, Settled, head
from headrace.service.effects import Effects
from headrace.service.picking import Picking
from headrace.service.progress import Failure, Progress, ProgressOfAll
from headrace.service.running import Running


@dataclass(frozen=True, slots=True)
class Pace:
    """How much at once: `records` of a partition in one transaction (or between two commits), for
    `seconds` at most before no further event begins; `concurrency` handlers a partition at once.
    """

    records: int = 1000
    seconds: float = 1.0
    concurrency: int = 16


class ServiceWriter:
    """The `Applying` of a service. Called from several writer threads at once."""

    def __init__(
        self,
        stage: Stage,
        ledger: Ledger,
        *,
        clock: Clock,
        picking: Picking,
        running: Running,
        effects: Effects | None,
        pace: Pace,
    ) -> None:
        self._ledger, self._effects, self._clock, self._pace = ledger, effects, clock, pace
        self._picking, self._running = picking, running
        self._judge = Judge(stage.policy, ledger, clock)
        self._settling = Settling(ledger, stage.policy)
        self._progress = ProgressOfAll()
        self._visiting = Visiting(running, ledger, self._judge, picking.decoding)

    def process(self, jobs: Sequence[Job]) -> Mapping[TopicPartition, Fate]:
        """What became of each job's partition. Never raises."""
        return {job.tp: self._fate(job) for job in jobs}

    def visit(self, job: Job) -> Fate:
        """Try the parked records of a job's partition again. Never raises."""
        return self._visiting.visit(job)

    def _fate(self, job: Job) -> Fate:
        try:
            if job.attempt:
                self._ledger.check()
            return self._processed(job)
        except LedgerConflictError as conflict:
            return Refused(conflict.positions.get(job.tp))
        except HeldError as held:
            return Held(held.__cause__ or held)
        except Exception as error:  # noqa: BLE001 - every error ends as a fate, by the policy
            return self._judge.fate(error, job)

    def _processed(self, whole: Job) -> Fate:
        progress = self._progress.of(whole)
        chunk = self._picking.chunk(head(whole, self._pace.records), progress)
        job = chunk.job
        with self._ledger.transaction() as tx:
            parked = tx.advance([Move(job.tp, job.start, job.start, job.epoch)])
            chunk.behind(self._settling.waiting_keys(tx, job.tp, parked))
            self._handle(chunk, progress, tx)
            settled = chunk.settled(self._settling.room(job.tp, parked))
            fate = self._settle(settled, tx, parked)
        self._remember(chunk, settled.job.end, progress)
        self._running.committed()
        return fate if settled.job.end > job.start else self._stuck(chunk, progress)

    def _handle(self, chunk: Chunk, progress: Progress, tx: LedgerTransaction) -> None:
        items = self._picking.items(chunk, progress)
        if items:
            waited = self._waited(progress)
            self._running.run(items, chunk.verdicts, tx.effects, waited)
            chunk.park_behind({item.offset: _by_key(item, chunk) for item in items})
        if self._effects is None:  # what handlers did stays done, whatever becomes of the commit
            _note_handled(chunk, progress)

    def _waited(self, progress: Progress) -> Callable[[Item], float]:
        now = self._clock.monotonic()

        def waited(item: Item) -> float:
            failure = progress.failing.get(item.offset)
            return now - failure.since if failure else 0.0

        return waited

    def _settle(
        self, settled: Settled, tx: LedgerTransaction, parked: Mapping[TopicPartition, int]
    ) -> Fate:
        job = settled.job
        if job.end == job.start:
            return Done(settled.work.counts(0), job.start)
        tx.advance([job.move])
        return self._settling.settle(settled.work, tx, duplicates=settled.duplicates, parked=parked)

    def _remember(self, chunk: Chunk, end: int, progress: Progress) -> None:
        now = self._clock.monotonic()
        _note_handled(chunk, progress)
        for offset, verdict in chunk.verdicts.items():
            if isinstance(verdict, verdicts.Failed) and verdict.decision is not verdicts.OUTAGE:
                before = progress.failing.get(offset)
                since = before.since if before else now
                progress.failing[offset] = Failure(
                    verdict.attempt, verdict.error, since, now + verdict.seconds
                )
        progress.forget_before(end)

    def _stuck(self, chunk: Chunk, progress: Progress) -> Fate:
        """Nothing before the first event that did not end: its lane waits, or the service stops."""
        failed = [each for each in chunk.verdicts.values() if isinstance(each, verdicts.Failed)]
        for each in failed:
            if isinstance(each.decision, Stop):
                return Failed(each.error)
        errors = [each.error for each in failed]
        errors += [each.error for each in progress.failing.values()]
        if errors:
            return Held(errors[0])
        if any(isinstance(each, verdicts.Behind) for each in chunk.verdicts.values()):
            return Held(OutageError("no more can be parked: the lane waits until some are through"))
        return Done(Counts(), chunk.job.start)  # called off before any event began


def _note_handled(chunk: Chunk, progress: Progress) -> None:
    for offset, verdict in chunk.verdicts.items():
        if isinstance(verdict, verdicts.Handled):
            progress.ahead[offset] = verdict.duplicate


def _by_key(item: Item, chunk: Chunk) -> bool:
    """Whether later events of its key wait behind it."""
    verdict = chunk.verdicts.get(item.offset)
    parked = isinstance(verdict, verdicts.Failed) and isinstance(verdict.decision, Park)
    return parked and item.subscription.retries.by_key
