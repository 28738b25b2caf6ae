"""The offset ledger: what a stage has durably applied, kept where its effects are.

The port that the engine works against. Its adapters: `headrace.postgres.PostgresLedger` (exactly
once), `headrace.runtime.kafka_ledger.KafkaLedger` on Kafka's own offsets (at least once), and
`headrace.runtime.memory_ledger.MemoryLedger` for tests.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from headrace.errors import HeadraceError
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.parking import Parking
from headrace.runtime.records import TopicPartition


class TopicRecreatedError(HeadraceError):
    """A topic was deleted and made again: the ledger's offsets mean another log.

    Decide what to do with the new log, then `headrace ledger restart GROUP TOPIC`.
    """

    def __init__(self, group: str, topic: str) -> None:
        self.topic = topic
        super().__init__(
            f"topic {topic} was deleted and made again since {group} last read it, so its offsets "
            f"mean another log; to read the new log from its start, with the database owner's "
            f"DATABASE_URL: headrace ledger restart {group} {topic}"
        )


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """A partition that a worker was assigned. `start` serves only where the ledger has no row."""

    tp: TopicPartition
    topic_id: str
    start: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A partition that a worker owns: writes carry `epoch`, reading starts at `next_offset`.

    `parked` records before it wait beside the lane.
    """

    tp: TopicPartition
    next_offset: int
    epoch: int
    parked: int = 0


@dataclass(frozen=True, slots=True)
class Move:
    """The compare-and-set of one partition: from `start` to `end`, if `epoch` is still ours."""

    tp: TopicPartition
    start: int
    end: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How the offsets of a range ended; their sum is the range's length. `parked` ones have not
    ended yet: each is counted elsewhere when it does.
    """

    applied: int = 0
    duplicate: int = 0
    dead: int = 0
    skipped: int = 0
    parked: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.applied + other.applied,
            self.duplicate + other.duplicate,
            self.dead + other.dead,
            self.skipped + other.skipped,
            self.parked + other.parked,
        )

    @property
    def total(self) -> int:
        return self.applied + self.duplicate + self.dead + self.skipped + self.parked


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One partition in the ledger, as `headrace ledger show` prints it."""

    tp: TopicPartition
    topic_id: str
    first_offset: int
    next_offset: int
    epoch: int
    owner: str
    counts: Counts


class LedgerConflictError(HeadraceError):
    """The compare-and-set moved fewer rows than asked: somebody else has the partition, or the
    batch does not begin where the ledger stands. `positions` is what the ledger says now; it is
    exact when one partition was asked for (of several, some may show their rolled-back move).
    """

    def __init__(self, positions: Mapping[TopicPartition, Claim]) -> None:
        super().__init__(
            ", ".join(
                f"{tp} is at {claim.next_offset}, epoch {claim.epoch}"
                for tp, claim in positions.items()
            )
            or "the ledger has no such partition"
        )
        self.positions = positions


class LedgerTransaction(Protocol):
    """One transaction over effects and offsets. Called from a writer thread; may block.

    `advance` comes first: its row locks serialise zombies. Any error rolls everything back.
    """

    @property
    def effects(self) -> Any:
        """What the handler writes through: a database connection, or None."""

    def advance(self, moves: Sequence[Move]) -> Mapping[TopicPartition, int]:
        """Move the offsets, counting all as applied; a move from an offset to itself only asks
        whether the partition is still ours. Returns how many records of each are parked, of those
        that have some. Raises LedgerConflictError.
        """

    def correct(self, tp: TopicPartition, counts: Counts) -> None:
        """Take what was not applied off `applied` and count it where it belongs."""

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Keep dead letters."""

    def savepoint(self) -> AbstractContextManager[None]:
        """An inner scope: an error inside undoes what was done inside, and is raised."""


class Ledger(Protocol):
    """Called from writer threads; every method may block. Raises OutageError when unreachable."""

    group: str

    @property
    def parking(self) -> Parking | None:
        """Where records wait for a passing trouble; None: their lane waits instead."""

    def check(self) -> None:
        """Return if the ledger can be reached (cheap; asked before work is done again)."""

    def begin(self, requests: Sequence[ClaimRequest]) -> None:
        """Note where the group begins, on all partitions of each topic that it has no row of yet.

        A partition without a row afterwards is one that the topic got later.
        """

    def claim(self, requests: Sequence[ClaimRequest]) -> dict[TopicPartition, Claim]:
        """Make this worker the owner. Raises TopicRecreatedError; then nothing was claimed."""

    def transaction(self) -> AbstractContextManager[LedgerTransaction]:
        """Commits when the block ends, rolls back when it raises."""

    def rows(self) -> list[LedgerRow]:
        """The whole ledger of this group, in key order."""
