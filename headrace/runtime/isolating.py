"""A job of which some event is refused: halved until the refused events stand alone."""

from collections import Counter
from dataclasses import replace

from headrace.errors import OutageError
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.events import EventList, Events
from headrace.runtime.fates import Failed, Fate, Held, Refused
from headrace.runtime.judging import Judge
from headrace.runtime.ledger import Ledger, LedgerConflictError, LedgerTransaction
from headrace.runtime.parking import Due, Parked, ParkingFullError, ParkingPolicy
from headrace.runtime.policy import Bury, Park, Wait, is_foreseen
from headrace.runtime.records import StageEvent, TopicPartition
from headrace.runtime.stage import Handler
from headrace.runtime.work import Settling, Work, check_room, waiting_behind

MOST_REFUSED = 500
"""In one transaction: each takes savepoints, and PostgreSQL ends it after two minutes."""


class Isolating:
    """Applies one work whose events are not all to be applied. Called from writer threads."""

    def __init__(self, handler: Handler, ledger: Ledger, judge: Judge) -> None:
        self._handler, self._ledger, self._judge = handler, ledger, judge
        self._settling = Settling(ledger, judge.policy)

    def apply(self, work: Work) -> Fate:
        """The neighbours of what is refused land; what is refused is buried or parked. Where no
        more can be parked, or refused at once, the range ends; the lane goes on from there later.
        """
        job = work.job
        try:
            return self._applied(work)
        except ParkingFullError as full:
            if full.offset > job.start:
                return self.apply(work.before(full.offset))
            return Held(OutageError(f"{full}: the lane waits until some are through"))
        except LedgerConflictError as conflict:
            return Refused(conflict.positions.get(job.tp))
        except Exception as error:  # noqa: BLE001 - every error ends as a fate, by the policy
            # No event is to blame here: what would be buried must not wait for ever either.
            waits = isinstance(self._judge.decide(error, job), Wait)
            return Held(error) if waits else Failed(error)

    def _applied(self, work: Work) -> Fate:
        tp, isolation = work.job.tp, _Isolation(self._handler, self._judge, work)
        events = isolation.preparable(work.events)
        with self._ledger.transaction() as tx:
            parked = tx.advance([work.job.move])
            isolation.room = min(isolation.room, self._settling.room(tp, parked))
            isolation.waiting |= self._settling.waiting_keys(tx, tp, parked)
            duplicates = isolation.isolate(events, tx)[tp]
            return self._settling.settle(isolation.work, tx, duplicates=duplicates, parked=parked)


class _Isolation:
    """One job on its way: `work` gathers its dead letters and what is parked, as far as there is
    `room`, `waiting` the keys that later events must wait behind.
    """

    def __init__(self, handler: Handler, judge: Judge, work: Work) -> None:
        self.work = Work(work.job, EventList(()), list(work.letters))
        self.waiting: set[bytes] = set()
        self._policy = judge.policy.parking or ParkingPolicy()
        self.room = self._policy.most
        self._handler, self._judge = handler, judge
        self._records = {record.offset: record for record in work.job.records}
        self._refused = 0

    def preparable(self, events: Events) -> EventList:
        """The events whose preparations succeed, each by itself."""
        fit = []
        for event in events:
            try:
                self._handler.prepare(EventList([event]))
                fit.append(event)
            except Exception as error:  # noqa: BLE001 - the policy tells them apart
                self._refuse(event, error)
        return EventList(fit)

    def isolate(self, events: EventList, tx: LedgerTransaction) -> Counter[TopicPartition]:
        """Apply what can be; returns the duplicates. The first half is through before the second
        begins, so that a key's events find out whether they have to wait.
        """
        events = self._not_waiting(events)
        if not events:
            return Counter()
        try:
            return self._applied(events, tx)
        except Exception as error:
            if len(events) == 1:
                return self._alone(events, error, tx)
            if not isinstance(self._judge.decide(error, self.work.job), Bury | Park):
                raise
        middle = len(events) // 2
        first = self.isolate(events[:middle], tx)
        return first + self.isolate(events[middle:], tx)

    def _applied(self, events: EventList, tx: LedgerTransaction) -> Counter[TopicPartition]:
        with tx.savepoint():
            return Counter(self._handler.apply(events, tx.effects))

    def _alone(
        self, events: EventList, error: Exception, tx: LedgerTransaction
    ) -> Counter[TopicPartition]:
        """One event that failed: what nobody foresaw gets attempts of its own, since those of its
        job were spent on another event, perhaps.
        """
        for _ in range(0 if is_foreseen(error) else self._judge.policy.unexpected_attempts - 1):
            if isinstance(self._judge.decide(error, self.work.job), Wait):
                break
            try:
                return self._applied(events, tx)
            except Exception as again:  # noqa: BLE001 - judged below
                error = again
        self._refused += 1
        if self._refused > MOST_REFUSED:  # they come in order, so all before it are through
            raise ParkingFullError(events[0].tp, events[0].offset)
        self._refuse(events[0], error)
        return Counter()

    def _not_waiting(self, events: EventList) -> EventList:
        if not self.waiting:
            return events
        fit: list[StageEvent] = []
        for event in events:
            record = self._records[event.offset]
            if record.key in self.waiting:
                self._park(waiting_behind(event.tp, record))
            else:
                fit.append(event)
        return EventList(fit)

    def _refuse(self, event: StageEvent, error: Exception) -> None:
        """Bury or park the one event that the error is about; raises the error if it is not."""
        record, text = self._records[event.offset], f"{type(error).__name__}: {error}"
        match self._judge.decide(error, self.work.job):
            case Bury(error_class, reason):
                letter = DeadLetter.of(event.tp, record, error_class, reason, text)
                self.work.letters.append(letter)
            case Park(reason):
                self._park(Due(Parked.of(event.tp, record, 1, reason, text)))
            case _:
                raise error

    def _park(self, due: Due) -> None:
        policy, record = self._policy, due.record
        wait = policy.wait(record.attempts) if record.attempts else 0.0
        self.work.parked.append(replace(due, seconds=wait))
        if policy.by_key and record.key is not None:
            self.waiting.add(record.key)
        check_room(self.work, self.room)
