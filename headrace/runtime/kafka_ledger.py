"""The ledger on Kafka's own committed offsets: at least once, for services without a database.

What it commits is always the contiguous prefix that is applied. A handler's effects are not in one
transaction with it, so after a crash between the two an event may be handled again. Kafka fences
commits by group generation; the epoch here only tells this worker's own claims apart.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from headrace.errors import OutageError
from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.ledger import (
    Claim,
    ClaimRequest,
    Counts,
    LedgerConflictError,
    LedgerRow,
    Move,
)
from headrace.runtime.records import TopicPartition

T = TypeVar("T")
CALL_SECONDS = 30.0

Committed = Callable[[Sequence[TopicPartition]], Awaitable[Mapping[TopicPartition, int | None]]]
Commit = Callable[[Mapping[TopicPartition, int]], Awaitable[None]]
Publish = Callable[[Sequence[DeadLetter]], Awaitable[None]]


class KafkaLedger:
    """The `Ledger` on consumer offsets.

    `committed` and `commit` are the group member's, `publish` sends dead letters to `<group>.dlq`
    and returns when Kafka has them. All three run on `loop`.
    """

    def __init__(
        self,
        group: str,
        loop: asyncio.AbstractEventLoop,
        *,
        committed: Committed,
        commit: Commit,
        publish: Publish,
    ) -> None:
        self.group = group
        self._loop = loop
        self._committed, self._commit, self._publish = committed, commit, publish
        self._rows: dict[TopicPartition, LedgerRow] = {}
        self._lock = threading.Lock()

    parking = None  # Kafka's offsets have no room for it: the lane waits

    def check(self) -> None:
        return

    def begin(self, requests: Sequence[ClaimRequest]) -> None:
        offsets = self._call(self._committed([request.tp for request in requests]))
        known = {tp.topic for tp, offset in offsets.items() if offset is not None}
        starts = {each.tp: each.start for each in requests if each.tp.topic not in known}
        if starts:
            self._call(self._commit(starts))

    def claim(self, requests: Sequence[ClaimRequest]) -> dict[TopicPartition, Claim]:
        offsets = self._call(self._committed([request.tp for request in requests]))
        with self._lock:
            for request in requests:
                self._rows[request.tp] = self._claimed(request, offsets.get(request.tp))
            return {request.tp: _claim_of(self._rows[request.tp]) for request in requests}

    def _claimed(self, request: ClaimRequest, offset: int | None) -> LedgerRow:
        start = request.start if offset is None else offset
        before = self._rows.get(request.tp)
        epoch = before.epoch + 1 if before else 1
        return LedgerRow(request.tp, request.topic_id, start, start, epoch, self.group, Counts())

    @contextmanager
    def transaction(self) -> Iterator["KafkaTransaction"]:
        transaction = KafkaTransaction(self._row)
        yield transaction
        self._refuse_if_claimed_since(transaction.rows)
        if transaction.letters:
            self._call(self._publish(transaction.letters))
        if transaction.rows:
            self._call(self._commit({tp: row.next_offset for tp, row in transaction.rows.items()}))
            self._refuse_if_claimed_since(transaction.rows)
            with self._lock:
                self._rows.update(transaction.rows)

    def _refuse_if_claimed_since(self, moved: Mapping[TopicPartition, LedgerRow]) -> None:
        """A claim that came meanwhile read Kafka's offset: ours must not take it back."""
        with self._lock:
            current = {tp: self._rows[tp] for tp in moved if tp in self._rows}
        if any(row.epoch != moved[tp].epoch for tp, row in current.items()):
            raise LedgerConflictError({tp: _claim_of(row) for tp, row in current.items()})

    def rows(self) -> list[LedgerRow]:
        return [row for _, row in sorted(self._rows.items())]

    def _row(self, tp: TopicPartition) -> LedgerRow | None:
        with self._lock:
            return self._rows.get(tp)

    def _call(self, work: Awaitable[T]) -> T:
        async def run() -> T:
            return await asyncio.wait_for(work, CALL_SECONDS)

        try:
            return asyncio.run_coroutine_threadsafe(run(), self._loop).result()
        except TimeoutError as error:
            raise OutageError(f"Kafka did not answer within {CALL_SECONDS:.0f} s") from error


class KafkaTransaction:
    """What `KafkaLedger.transaction` yields: moves are kept until the block ends."""

    effects = None

    def __init__(self, row: Callable[[TopicPartition], LedgerRow | None]) -> None:
        self._row = row
        self.rows: dict[TopicPartition, LedgerRow] = {}
        self.letters: list[DeadLetter] = []

    def advance(self, moves: Sequence[Move]) -> Mapping[TopicPartition, int]:
        current = {move.tp: self._row(move.tp) for move in moves}
        for move in moves:
            row = current[move.tp]
            if row is None or (row.next_offset, row.epoch) != (move.start, move.epoch):
                raise LedgerConflictError(
                    {tp: _claim_of(held) for tp, held in current.items() if held}
                )
            counts = row.counts + Counts(applied=move.end - move.start)
            self.rows[move.tp] = replace(row, next_offset=move.end, counts=counts)
        return {}

    def correct(self, tp: TopicPartition, counts: Counts) -> None:
        row = self.rows[tp]
        corrected = row.counts + replace(counts, applied=-counts.total)
        self.rows[tp] = replace(row, counts=corrected)

    def bury(self, letters: Sequence[DeadLetter]) -> None:
        self.letters.extend(letters)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Nothing to undo: a handler's effects are elsewhere, at least once."""
        yield


def _claim_of(row: LedgerRow) -> Claim:
    return Claim(row.tp, row.next_offset, row.epoch)
