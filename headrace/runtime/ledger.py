"""The offset ledger: what a stage has durably applied, kept where its effects are.

The port that the engine works against, and the adapter in memory. The one on PostgreSQL (exactly
once) is `headrace.postgres.PostgresLedger`; the one on Kafka's own offsets (at least once) is
`headrace.runtime.kafka_ledger.KafkaLedger`.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from headrace.errors import HeadraceError
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.records import TopicPartition


class TopicRecreatedError(HeadraceError):
    """A topic was deleted and made again: the ledger's offsets mean another log.

    Decide what to do with the new log, then `headrace ledger restart GROUP TOPIC`.
    """


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """A partition that a worker was assigned. `start` serves only where the ledger has no row."""

    tp: TopicPartition
    topic_id: str
    start: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A partition that a worker owns: writes carry `epoch`, reading starts at `next_offset`."""

    tp: TopicPartition
    next_offset: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Move:
    """The compare-and-set of one partition: from `start` to `end`, if `epoch` is still ours."""

    tp: TopicPartition
    start: int
    end: int
    epoch: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How the offsets of a range ended; their sum is the range's length."""

    applied: int = 0
    duplicate: int = 0
    dead: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.applied + other.applied,
            self.duplicate + other.duplicate,
            self.dead + other.dead,
            self.skipped + other.skipped,
        )

    @property
    def total(self) -> int:
        return self.applied + self.duplicate + self.dead + self.skipped


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

    def advance(self, moves: Sequence[Move]) -> None:
        """Move the offsets, counting all as applied. Raises LedgerConflictError."""

    def correct(self, tp: TopicPartition, counts: Counts) -> None:
        """Take what was not applied off `applied` and count it where it belongs."""

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        """Keep dead letters."""

    def savepoint(self) -> AbstractContextManager[None]:
        """An inner scope: an error inside undoes what was done inside, and is raised."""


class Ledger(Protocol):
    """Called from writer threads; every method may block. Raises OutageError when unreachable."""

    group: str

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


@dataclass(slots=True)
class _MemoryState:
    rows: dict[TopicPartition, LedgerRow] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)
    effects: list[Any] = field(default_factory=list)


class MemoryLedger:
    """The ledger in memory: several workers of one process may share it. For tests.

    `effects` given to a handler is a list; what is appended to it is undone on rollback.
    """

    def __init__(self, group: str = "memory", owner: str = "memory") -> None:
        self.group = group
        self.owner = owner
        self._state = _MemoryState()
        self._lock = threading.RLock()

    @property
    def letters(self) -> list[DeadLetter]:
        return list(self._state.letters)

    @property
    def effects(self) -> list[Any]:
        return list(self._state.effects)

    def check(self) -> None:
        return

    def begin(self, requests: Sequence[ClaimRequest]) -> None:
        with self._lock:
            known = {tp.topic for tp in self._state.rows}
            self._state.rows.update(
                {each.tp: _new_row(each, 0) for each in requests if each.tp.topic not in known}
            )

    def claim(self, requests: Sequence[ClaimRequest]) -> dict[TopicPartition, Claim]:
        with self._lock:
            claimed = {request.tp: self._claimed(request) for request in requests}
            self._state.rows.update(claimed)
        return {tp: Claim(tp, row.next_offset, row.epoch) for tp, row in claimed.items()}

    def _claimed(self, request: ClaimRequest) -> LedgerRow:
        row = self._state.rows.get(request.tp)
        if row is None:
            return _new_row(request, 1, self.owner)
        if row.topic_id != request.topic_id:
            raise TopicRecreatedError(recreated_message(self.group, request.tp))
        return replace(row, epoch=row.epoch + 1, owner=self.owner)

    @contextmanager
    def transaction(self) -> Iterator["MemoryTransaction"]:
        with self._lock:
            before = _copy(self._state)
            try:
                yield MemoryTransaction(self._state)
            except BaseException:
                _restore(self._state, before)
                raise

    def rows(self) -> list[LedgerRow]:
        return [row for _, row in sorted(self._state.rows.items())]


class MemoryTransaction:
    """What `MemoryLedger.transaction` yields."""

    def __init__(self, state: _MemoryState) -> None:
        self._state = state

    @property
    def effects(self) -> list[Any]:
        return self._state.effects

    def advance(self, moves: Sequence[Move]) -> None:
        rows = self._state.rows
        short = [
            move.tp
            for move in moves
            if (rows[move.tp].next_offset, rows[move.tp].epoch) != (move.start, move.epoch)
        ]
        if short:
            raise LedgerConflictError(
                {move.tp: _claim_of(rows[move.tp]) for move in moves if move.tp in rows}
            )
        for move in moves:
            row = rows[move.tp]
            counts = row.counts + Counts(applied=move.end - move.start)
            rows[move.tp] = replace(row, next_offset=move.end, counts=counts)

    def correct(self, tp: TopicPartition, counts: Counts) -> None:
        row = self._state.rows[tp]
        corrected = row.counts + replace(counts, applied=-counts.total)
        self._state.rows[tp] = replace(row, counts=corrected)

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        self._state.letters.extend(letters)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        before = _copy(self._state)
        try:
            yield
        except BaseException:
            _restore(self._state, before)
            raise


def recreated_message(group: str, tp: TopicPartition) -> str:
    return (
        f"topic {tp.topic} was deleted and made again since {group} last read it, so its offsets "
        f"mean another log; to read the new log from its start, with the database owner's "
        f"DATABASE_URL: headrace ledger restart {group} {tp.topic}"
    )


def _new_row(request: ClaimRequest, epoch: int, owner: str = "") -> LedgerRow:
    start = request.start
    return LedgerRow(request.tp, request.topic_id, start, start, epoch, owner, Counts())


def _claim_of(row: LedgerRow) -> Claim:
    return Claim(row.tp, row.next_offset, row.epoch)


def _copy(state: _MemoryState) -> _MemoryState:
    return _MemoryState(dict(state.rows), list(state.letters), list(state.effects))


def _restore(state: _MemoryState, before: _MemoryState) -> None:
    state.rows = before.rows
    state.letters = before.letters
    state.effects[:] = before.effects
