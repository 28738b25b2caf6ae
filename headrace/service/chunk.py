"""A part of a job: which of its records are handled now, in which chains, and how they ended."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from headrace.runtime import EventList
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.job import Job
from headrace.runtime.parking import Due, Parked
from headrace.runtime.policy import Bury, Park
from headrace.runtime.records import Happened, Record
from headrace.runtime.work import Work, waiting_behind
from headrace.service.calling import Item
from headrace.service.verdicts import Behind, Failed, Handled, Verdict


def head(job: Job, most: int) -> Job:
    """The job's first records, so many at most, and the range that they end."""
    if len(job.records) <= most:
        return job
    records = job.records[:most]
    return replace(job, records=records, end=records[-1].offset + 1)


def chains(items: Iterable[Item]) -> list[list[Item]]:
    """A key's events in order; those without a key each by itself."""
    found: dict[object, list[Item]] = {}
    for item in items:
        key = item.record.key
        found.setdefault(item.offset if key is None else key, []).append(item)
    return list(found.values())


@dataclass(slots=True)
class Chunk:
    """`job` is what the chunk covers. `verdicts` of its events, by offset, come in as they end;
    what has none has not begun. `letters` are of records that do not decode.
    """

    job: Job
    ignored: Set[int]
    letters: Mapping[int, DeadLetter]
    events: Mapping[int, Happened]
    verdicts: dict[int, Verdict] = field(default_factory=dict)

    def behind(self, keys: Set[bytes]) -> None:
        """The events of these keys wait behind what is parked."""
        if keys:
            for record in self.job.records:
                if record.key in keys and record.offset in self.events:
                    self.verdicts.setdefault(record.offset, Behind())

    def park_behind(self, by_key: Mapping[int, bool]) -> None:
        """After the turn: what has a parked event of its key before it parks too. `by_key` says of
        each parked offset whether its key waits.
        """
        waiting: set[bytes] = set()
        for record in self.job.records:
            if record.key is None or record.offset not in self.events:
                continue
            verdict = self.verdicts.get(record.offset)
            if verdict is None and record.key in waiting:
                self.verdicts[record.offset] = Behind()
            elif isinstance(verdict, Failed) and by_key.get(record.offset):
                waiting.add(record.key)

    def settled(self, room: int) -> "Settled":
        """The range that ended, up to the first event that did not; `room` is for parked ones."""
        found = Settled(self.job)
        for record in self.job.records:
            if not self._settle(record, found, room):
                return found.before(record.offset)
        return found

    def _settle(self, record: Record, into: "Settled", room: int) -> bool:
        """Whether the record has ended."""
        at = record.offset
        letter = self.letters.get(at)
        if at in self.ignored:
            into.ignored += 1
        elif letter is not None:
            into.letters.append(letter)
        else:
            return self._settle_event(record, into, room)
        return True

    def _settle_event(self, record: Record, into: "Settled", room: int) -> bool:
        match self.verdicts.get(record.offset):
            case Handled(duplicate):
                into.duplicates += duplicate
                return True
            case Behind() if len(into.parked) < room:
                into.parked.append(waiting_behind(self.job.tp, record))
                return True
            case Failed(error, Bury(error_class, reason)):
                letter = DeadLetter.of(self.job.tp, record, error_class, reason, _text(error))
                into.letters.append(letter)
                return True
            case Failed(error, Park(reason), attempt, seconds) if len(into.parked) < room:
                parked = Parked.of(self.job.tp, record, attempt, reason, _text(error))
                into.parked.append(Due(parked, seconds))
                return True
        return False


@dataclass(slots=True)
class Settled:
    """How the records of a range ended."""

    job: Job
    letters: list[DeadLetter] = field(default_factory=list)
    parked: list[Due] = field(default_factory=list)
    ignored: int = 0
    duplicates: int = 0

    def before(self, offset: int) -> "Settled":
        """The range ends there: what was found so far lies before it."""
        records: Sequence[Record] = [each for each in self.job.records if each.offset < offset]
        return replace(self, job=replace(self.job, end=offset, records=records))

    @property
    def work(self) -> Work:
        """As the ledger settles it."""
        return Work(self.job, EventList(()), self.letters, self.parked, self.ignored)


def _text(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
