"""The ledger in memory, with its parking, for tests: several workers of a process may share it."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from headrace.clock import Clock, SystemClock
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.ledger import (
    Claim,
    ClaimRequest,
    Counts,
    LedgerConflictError,
    LedgerRow,
    Move,
    TopicRecreatedError,
)
from headrace.runtime.memory_parking import MemoryParking, Waiting
from headrace.runtime.parking import Parked
from headrace.runtime.records import TopicPartition


@dataclass(slots=True)
class _MemoryState:
    rows: dict[TopicPartition, LedgerRow] = field(default_factory=dict)
    letters: list[DeadLetter] = field(default_factory=list)
    effects: list[Any] = field(default_factory=list)
    waiting: Waiting = field(default_factory=dict)


class MemoryLedger:
    """The ledger in memory: several workers of one process may share it. For tests.

    `effects` given to a handler is a list; what is appended to it is undone on rollback.
    """

    def __init__(
        self, group: str = "memory", owner: str = "memory", clock: Clock | None = None
    ) -> None:
        self.group = group
        self.owner = owner
        self._state = _MemoryState()
        self._lock = threading.RLock()
        self.parking = MemoryParking(self._state.waiting, self._lock, clock or SystemClock())

    @property
    def parked(self) -> list[Parked]:
        return [record for _, (_, record) in sorted(self._state.waiting.items())]

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
        return {tp: _claim_of(row) for tp, row in claimed.items()}

    def _claimed(self, request: ClaimRequest) -> LedgerRow:
        row = self._state.rows.get(request.tp)
        if row is None:
            return _new_row(request, 1, self.owner)
        if row.topic_id != request.topic_id:
            raise TopicRecreatedError(self.group, request.tp.topic)
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

    def restart(self, topic: str) -> int:
        """Forget the offsets of a topic that was made again; how many partitions that were."""
        with self._lock:
            gone = [tp for tp in self._state.rows if tp.topic == topic]
            for tp in gone:
                del self._state.rows[tp]
        return len(gone)

    def rows(self) -> list[LedgerRow]:
        return [row for _, row in sorted(self._state.rows.items())]


class MemoryTransaction:
    """What `MemoryLedger.transaction` yields."""

    def __init__(self, state: _MemoryState) -> None:
        self._state = state

    @property
    def effects(self) -> list[Any]:
        return self._state.effects

    def advance(self, moves: Sequence[Move]) -> Mapping[TopicPartition, int]:
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
        return {move.tp: n for move in moves if (n := rows[move.tp].counts.parked)}

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


def _new_row(request: ClaimRequest, epoch: int, owner: str = "") -> LedgerRow:
    start = request.start
    return LedgerRow(request.tp, request.topic_id, start, start, epoch, owner, Counts())


def _claim_of(row: LedgerRow) -> Claim:
    return Claim(row.tp, row.next_offset, row.epoch, row.counts.parked)


def _copy(state: _MemoryState) -> _MemoryState:
    return _MemoryState(
        dict(state.rows), list(state.letters), list(state.effects), dict(state.waiting)
    )


def _restore(state: _MemoryState, before: _MemoryState) -> None:
    state.rows = before.rows
    state.letters = before.letters
    state.effects[:] = before.effects
    state.waiting.clear()
    state.waiting.update(before.waiting)
