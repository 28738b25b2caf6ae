"""A decoded job, and how it is settled in the ledger's transaction."""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace

from headrace.errors import OutageError
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.events import Events
from headrace.runtime.fates import Done
from headrace.runtime.job import Job
from headrace.runtime.ledger import Counts, Ledger, LedgerTransaction
from headrace.runtime.parking import Due, Parked
from headrace.runtime.policy import FailurePolicy
from headrace.runtime.records import Record, TopicPartition


@dataclass(slots=True)
class Work:
    """A job, decoded: what is to be applied, what is dead already, and what is to be parked."""

    job: Job
    events: Events
    letters: list[DeadLetter] = field(default_factory=list)
    parked: list[Due] = field(default_factory=list)

    def counts(self, duplicates: int) -> Counts:
        length = self.job.end - self.job.start
        skipped = length - len(self.job.records)
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


def waiting_behind(tp: TopicPartition, record: Record) -> Due:
    """A record that has failed at nothing, but whose key has."""
    return Due(Parked.of(tp, record, 0, "behind_its_key", "an earlier record of its key is parked"))


class Settling:
    """The ledger's part of a transaction: what waits behind parked keys, counts, letters."""

    def __init__(self, ledger: Ledger, policy: FailurePolicy) -> None:
        self._parking = ledger.parking
        self._policy = policy.parking if ledger.parking else None

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
            self._park(work, tx, parked.get(work.job.tp, 0))
        return Done(counts)

    def _park(self, work: Work, tx: LedgerTransaction, before: int) -> None:
        policy, parking = self._policy, self._parking
        assert policy is not None and parking is not None  # noqa: S101, PT018 - else nothing parks
        if before + len(work.parked) > policy.most_parked:
            raise OutageError(
                f"{before} records of {work.job.tp} are parked and {len(work.parked)} more would "
                f"be, above {policy.most_parked}: the lane waits until some are through"
            )
        parking.park(tx, work.parked)
