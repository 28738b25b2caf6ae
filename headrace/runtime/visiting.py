"""Parked records are tried again, each key's in order, in transactions of the ledger."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.decoding import Decoding, HeldError
from headrace.runtime.events import EventList, Events
from headrace.runtime.fates import Fate, Held, Refused, Visited
from headrace.runtime.job import Job
from headrace.runtime.judging import Judge
from headrace.runtime.ledger import Counts, Ledger, LedgerConflictError, LedgerTransaction
from headrace.runtime.parking import Due, Outlook, Parked, Parking, ParkingPolicy
from headrace.runtime.policy import Bury, Wait, decide_parked
from headrace.runtime.records import StageEvent
from headrace.runtime.stage import Handler

VISIT_BYTES = 2 << 20


class Trying(Protocol):
    """How one parked event is tried again. Called from writer threads; may block."""

    def prepare(self, event: StageEvent) -> None:
        """What must exist before the transaction begins."""

    def apply(self, event: StageEvent, record: Parked, effects: Any) -> int:
        """Write its effects; returns 1 for a duplicate, else 0. Raises what the policy judges."""

    def policy(self, event: StageEvent) -> ParkingPolicy:
        """How often it is tried, and how far apart."""

    def begin(self) -> Callable[[], bool]:
        """A visit begins; the answer says when it has taken long enough: the rest stays parked."""


class Plain:
    """`Trying` with a stage's handler and policy."""

    def __init__(self, handler: Handler, policy: ParkingPolicy) -> None:
        self._handler, self._policy = handler, policy

    def prepare(self, event: StageEvent) -> None:
        self._handler.prepare(EventList([event]))

    def apply(self, event: StageEvent, _: Parked, effects: Any) -> int:
        return sum(self._handler.apply(EventList([event]), effects).values())

    def policy(self, _: StageEvent) -> ParkingPolicy:
        return self._policy

    def begin(self) -> Callable[[], bool]:
        return lambda: False


class Visiting:
    """Tries a partition's parked records again. Called from writer threads, never twice at once
    for a partition, and not while one of its jobs runs.
    """

    def __init__(self, trying: Trying, ledger: Ledger, judge: Judge, decoding: Decoding) -> None:
        self._trying, self._ledger = trying, ledger
        self._judge, self._decoding = judge, decoding
        # each has a savepoint of its own, and the transaction has two minutes
        self._most = (judge.policy.parking or ParkingPolicy()).most

    def visit(self, job: Job) -> Fate:
        """What became of the records that were due. Never raises."""
        parking = self._ledger.parking
        if parking is None:
            return Visited(Counts(), Outlook(0))
        try:
            due = parking.due(job.tp, VISIT_BYTES)[: self._most]
            counts = self._tried(replace(job, records=due), due, parking) if due else Counts()
            return Visited(counts, parking.outlook(job.tp))
        except LedgerConflictError as conflict:
            return Refused(conflict.positions.get(job.tp))
        except HeldError as held:
            return Held(held.__cause__ or held)
        except Exception as error:  # noqa: BLE001 - every error ends as a fate, by the policy
            return self._judge.fate(error, job)

    def _tried(self, job: Job, due: Sequence[Parked], parking: Parking) -> Counts:
        work = self._decoding.work(job)
        visit = _Visit(self._trying, {record.offset: record for record in due})
        visit.letters += work.letters
        unprepared = visit.prepare(work.events)
        with self._ledger.transaction() as tx:
            tx.advance([job.move])
            visit.apply(work.events, unprepared, tx)
            return visit.settle(job, parking, tx)


class _Visit:
    """One visit on its way."""

    def __init__(self, trying: Trying, parked: Mapping[int, Parked]) -> None:
        self.letters: list[DeadLetter] = []
        self._trying, self._parked = trying, parked
        self._applied: list[int] = []
        self._later: list[Due] = []
        self._duplicates = 0

    def prepare(self, events: Events) -> dict[int, Exception]:
        """The errors of those events that cannot be prepared, by offset."""
        errors: dict[int, Exception] = {}
        for event in events:
            try:
                self._trying.prepare(event)
            except Exception as error:  # noqa: BLE001 - the policy tells them apart
                errors[event.offset] = error
        return errors

    def apply(
        self, events: Events, unprepared: Mapping[int, Exception], tx: LedgerTransaction
    ) -> None:
        waiting: set[bytes | None] = set()
        is_over = self._trying.begin()
        for event in events:
            if is_over():
                return
            record = self._parked[event.offset]
            if record.key is not None and record.key in waiting:
                continue
            error = unprepared.get(event.offset) or self._error(event, record, tx)
            if error is None:
                self._applied.append(event.offset)
            elif self._waits_on(event, record, error):
                waiting.add(record.key)

    def _error(self, event: StageEvent, record: Parked, tx: LedgerTransaction) -> Exception | None:
        try:
            with tx.savepoint():
                self._duplicates += self._trying.apply(event, record, tx.effects)
        except Exception as error:  # noqa: BLE001 - the policy tells them apart
            return error
        return None

    def _waits_on(self, event: StageEvent, record: Parked, error: Exception) -> bool:
        """Bury the record, or let it wait for its next attempt; raises what is not its fault."""
        name, attempts = type(error).__name__, record.attempts + 1
        text = f"{name}: {error}"
        match decide_parked(error, attempts, self._trying.policy(event)):
            case Bury(error_class, reason):
                self.letters.append(DeadLetter.of(record.tp, record, error_class, reason, text))
                return False
            case Wait(seconds):
                self._later.append(Due(Parked.of(record.tp, record, attempts, name, text), seconds))
                return True
        raise error

    def settle(self, job: Job, parking: Parking, tx: LedgerTransaction) -> Counts:
        dead = [letter.offset for letter in self.letters]
        ended = len(dead) + len(self._applied)
        counts = Counts(
            len(self._applied) - self._duplicates, self._duplicates, len(dead), 0, -ended
        )
        if ended:
            tx.correct(job.tp, replace(counts, applied=0))
            parking.unpark(tx, job.tp, self._applied + dead)
        if self.letters:
            tx.bury(self.letters)
        if self._later:
            parking.park(tx, self._later)
        return counts
