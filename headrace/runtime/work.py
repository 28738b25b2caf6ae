"""A decoded job, and how it is settled in the ledger's transaction."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace

from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.events import EventList, Events
from headrace.runtime.fates import Done
from headrace.runtime.job import Job
from headrace.runtime.ledger import Counts, Ledger, LedgerTransaction
from headrace.runtime.parking import Due, Parked, ParkingFullError, ParkingPolicy
from headrace.runtime.policy import FailurePolicy
from headrace.runtime.records import Record, TopicPartition


@dataclass(slots=True)
class Work:
    """A job, decoded: what is to be applied, what is dead already, and what is to be parked.

    `ignored` records are of types that the stage does not take: they count as skipped.
    """

    job: Job
    events: Events
    letters: list[DeadLetter] = field(default_factory=list)
    parked: list[Due] = field(default_factory=list)
    ignored: int = 0

    def counts(self, duplicates: int) -> Counts:
        length = self.job.end - self.job.start
        skipped = length - len(self.job.records) + self.ignored
        dead, parked = len(self.letters), len(self.parked)
        applied = length - duplicates - dead - skipped - parked
        return Counts(applied, duplicates, dead, skipped, parked)

    def behind(self, keys: Set[bytes]) -> "Work":
        """The same without the events of these keys: they are parked behind what waits there."""
        dead = {letter.offset for letter in self.letters}
        records = [
            each for each in self.job.records if each.key in keys and each.offset not in dead
        ]
        if not records:
            return self
        tp = self.job.tp
        events = self.events.without({tp: frozenset(record.offset for record in records)})
        waiting = [waiting_behind(tp, record) for record in records]
        return replace(self, events=events, parked=[*self.parked, *waiting])

    def before(self, offset: int) -> "Work":
        """The part of it that comes before an offset, with nothing parked yet."""
        records = [record for record in self.job.records if record.offset < offset]
        return Work(
            replace(self.job, end=offset, records=records),
            EventList([event for event in self.events if event.offset < offset]),
            [letter for letter in self.letters if letter.offset < offset],
        )


def waiting_behind(tp: TopicPartition, record: Record) -> Due:
    """A record that has failed at nothing, but whose key has."""
    return Due(Parked.of(tp, record, 0, "behind_its_key", "an earlier record of its key is parked"))


class Settling:
    """The ledger's part of a transaction: what waits behind parked keys, counts, letters."""

    def __init__(self, ledger: Ledger, policy: FailurePolicy) -> None:
        self._parking = ledger.parking
        # Switched off with records parked, it still keeps the order of their keys until they end.
        self._policy = (policy.parking or ParkingPolicy()) if ledger.parking else None

    def waiting_keys(
        self, tx: LedgerTransaction, tp: TopicPartition, parked: Mapping[TopicPartition, int]
    ) -> frozenset[bytes]:
        """The keys that a partition's records must wait behind; `parked` is what `advance` said."""
        if not parked.get(tp) or not self._policy or not self._parking or not self._policy.by_key:
            return frozenset()
        return self._parking.keys(tx, tp)

    def settle(
        self,
        work: Work,
        tx: LedgerTransaction,
        *,
        duplicates: int,
        parked: Mapping[TopicPartition, int],
    ) -> Done:
        counts = work.counts(duplicates)
        if counts.applied != counts.total:
            tx.correct(work.job.tp, replace(counts, applied=0))
        if work.letters:
            tx.bury(work.letters)
        if work.parked:
            self._park(work, tx, self.room(work.job.tp, parked))
        return Done(counts, work.job.end)

    def room(self, tp: TopicPartition, parked: Mapping[TopicPartition, int]) -> int:
        """How many more records of a partition may be parked."""
        return self._policy.most_parked - parked.get(tp, 0) if self._policy else 0

    def _park(self, work: Work, tx: LedgerTransaction, room: int) -> None:
        assert self._parking is not None  # noqa: S101 - else nothing decides to park
        check_room(work, room)
        self._parking.park(tx, work.parked)


def check_room(work: Work, room: int) -> None:
    """Raises ParkingFullError where more is to be parked than there is room for."""
    if len(work.parked) > room:
        offsets = sorted(due.record.offset for due in work.parked)
        raise ParkingFullError(work.job.tp, offsets[max(room, 0)])
