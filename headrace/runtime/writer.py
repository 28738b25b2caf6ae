"""A stage's work off the event loop: decode, apply, and move the ledger, in one transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from headrace.clock import Clock
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.decoding import Decoding, HeldError, Work
from headrace.runtime.events import EventList, Events, MixedEvents
from headrace.runtime.job import Job
from headrace.runtime.ledger import Claim, Counts, Ledger, LedgerConflictError, LedgerTransaction
from headrace.runtime.policy import Bury, Stop, Wait, decide
from headrace.runtime.records import Record, StageEvent, TopicPartition
from headrace.runtime.stage import Stage


@dataclass(frozen=True, slots=True)
class Done:
    """The range is durable."""

    counts: Counts


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


Fate = Done | Held | Refused | Failed


class Writer:
    """Applies jobs. `process` is called from several threads at once, never twice for a partition.

    Several jobs commit together; when the ledger refuses one, or an event is refused, they go one
    by one, so that a lane's trouble stays its own.
    """

    def __init__(self, stage: Stage, ledger: Ledger, clock: Clock) -> None:
        self._stage = stage
        self._ledger = ledger
        self._decoding = Decoding(stage, clock)

    def process(self, jobs: Sequence[Job]) -> dict[TopicPartition, Fate]:
        """What became of each job's partition. Never raises."""
        try:
            if any(job.attempt for job in jobs):
                self._ledger.check()
            return self._decode_and_commit(jobs)
        except Exception as error:  # noqa: BLE001 - every error ends as a fate, by the policy
            return {job.tp: self._fate(error, job) for job in jobs}

    def _decode_and_commit(self, jobs: Sequence[Job]) -> dict[TopicPartition, Fate]:
        fates: dict[TopicPartition, Fate] = {}
        ready = []
        for job in jobs:
            try:
                ready.append(self._decoding.work(job))
            except HeldError as held:
                fates[job.tp] = Held(held.__cause__ or held)
        if ready:
            fates |= self._commit(ready)
        return fates

    def _fate(self, error: BaseException, job: Job) -> Fate:
        decision = decide(error, job.unforeseen, self._stage.policy)
        return Failed(error) if isinstance(decision, Stop) else Held(error)

    # applying

    def _commit(self, works: Sequence[Work]) -> dict[TopicPartition, Fate]:
        try:
            return self._together(works)
        except LedgerConflictError as conflict:
            if len(works) == 1:
                tp = works[0].job.tp
                return {tp: Refused(conflict.positions.get(tp))}
        except Exception as error:  # noqa: BLE001 - every error ends as a fate, by the policy
            job = works[0].job
            if not isinstance(decide(error, job.unforeseen, self._stage.policy), Bury):
                return {work.job.tp: self._fate(error, work.job) for work in works}
            if len(works) == 1:
                return self._alone(works[0])
        return self._one_by_one(works)

    def _one_by_one(self, works: Iterable[Work]) -> dict[TopicPartition, Fate]:
        fates: dict[TopicPartition, Fate] = {}
        for work in works:
            fates |= self._commit([work])
        return fates

    def _together(self, works: Sequence[Work]) -> dict[TopicPartition, Fate]:
        events = MixedEvents(work.events for work in works)
        handler = self._stage.handler
        handler.prepare(events)
        with self._ledger.transaction() as tx:
            tx.advance([work.job.move for work in sorted(works, key=lambda work: work.job.tp)])
            duplicates = handler.apply(events, tx.effects) if events else {}
            return {work.job.tp: self._settle(work, duplicates, tx) for work in works}

    def _settle(
        self, work: Work, duplicates: Mapping[TopicPartition, int], tx: LedgerTransaction
    ) -> Fate:
        counts = work.counts(duplicates.get(work.job.tp, 0))
        if counts.applied != counts.total:
            tx.correct(work.job.tp, Counts(0, counts.duplicate, counts.dead, counts.skipped))
        if work.letters:
            tx.bury(work.letters)
        return Done(counts)

    # isolating

    def _alone(self, work: Work) -> dict[TopicPartition, Fate]:
        """Apply a job of which some event is refused: halve until the refused ones stand alone."""
        records = {record.offset: record for record in work.job.records}
        isolated = Work(work.job, EventList(()), list(work.letters))
        try:
            events = self._preparable(work.events, records, isolated)
            with self._ledger.transaction() as tx:
                tx.advance([work.job.move])
                duplicates = self._isolate(events, records, isolated, tx)
                return {work.job.tp: self._settle(isolated, duplicates, tx)}
        except LedgerConflictError as conflict:
            return {work.job.tp: Refused(conflict.positions.get(work.job.tp))}
        except Exception as error:  # noqa: BLE001 - every error ends as a fate, by the policy
            # No event is to blame here: what would be buried must not wait for ever either.
            waits = isinstance(decide(error, work.job.unforeseen, self._stage.policy), Wait)
            return {work.job.tp: Held(error) if waits else Failed(error)}

    def _preparable(self, events: Events, records: Mapping[int, Record], into: Work) -> EventList:
        fit = []
        for event in events:
            try:
                self._stage.handler.prepare(EventList([event]))
                fit.append(event)
            except Exception as error:  # noqa: BLE001 - the policy tells them apart
                into.letters.append(self._refused(event, records, into.job, error))
        return EventList(fit)

    def _isolate(
        self,
        events: EventList,
        records: Mapping[int, Record],
        into: Work,
        tx: LedgerTransaction,
    ) -> Counter[TopicPartition]:
        if not events:
            return Counter()
        try:
            with tx.savepoint():
                return Counter(self._stage.handler.apply(events, tx.effects))
        except Exception as error:
            if len(events) == 1:
                into.letters.append(self._refused(events[0], records, into.job, error))
                return Counter()
            if not isinstance(decide(error, into.job.unforeseen, self._stage.policy), Bury):
                raise
        middle = len(events) // 2
        first = self._isolate(events[:middle], records, into, tx)
        return first + self._isolate(events[middle:], records, into, tx)

    def _refused(
        self, event: StageEvent, records: Mapping[int, Record], job: Job, error: Exception
    ) -> DeadLetter:
        """The letter of the one event that the error is about; raises the error if it is not."""
        decision = decide(error, job.unforeseen, self._stage.policy)
        if not isinstance(decision, Bury):
            raise error
        text = f"{type(error).__name__}: {error}"
        record = records[event.offset]
        return DeadLetter.of(event.tp, record, decision.error_class, decision.reason, text)
