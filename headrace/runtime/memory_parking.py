"""Parked records in memory."""

import threading
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from headrace.clock import Clock
from headrace.runtime.parking import Due, Outlook, Parked
from headrace.runtime.records import TopicPartition

Waiting = dict[tuple[TopicPartition, int], tuple[float, Parked]]
"""Partition and offset: the monotonic second of the next attempt, and the record."""


class MemoryParking:
    """The `Parking` of a `MemoryLedger`; what a transaction does to `waiting` is undone with it."""

    def __init__(self, waiting: Waiting, lock: threading.RLock, clock: Clock) -> None:
        self._waiting = waiting
        self._lock = lock
        self._clock = clock

    def keys(self, _: Any, tp: TopicPartition) -> frozenset[bytes]:
        found = (record.key for _, record in self._of(tp))
        return frozenset(key for key in found if key is not None)

    def park(self, _: Any, records: Sequence[Due]) -> None:
        now = self._clock.monotonic()
        for due in records:
            at = (due.record.tp, due.record.offset)
            self._waiting[at] = (now + due.seconds, due.record)

    def unpark(self, _: Any, tp: TopicPartition, offsets: Sequence[int]) -> None:
        for offset in offsets:
            del self._waiting[tp, offset]

    def due(self, tp: TopicPartition, size: int) -> Sequence[Parked]:
        now, held = self._clock.monotonic(), set[bytes | None]()
        found: list[Parked] = []
        for due_at, record in self._of(tp):
            if due_at > now:
                held.add(record.key)
            elif record.key is None or record.key not in held:
                found.append(record)
        sizes = accumulate(len(record.value or b"") for record in found)
        return [record for record, so_far in zip(found, sizes, strict=True) if so_far <= size] or (
            found[:1]
        )

    def outlook(self, tp: TopicPartition) -> Outlook:
        waiting, seen, firsts = self._of(tp), set[bytes](), []
        for due_at, record in waiting:
            if record.key is None or record.key not in seen:
                firsts.append(due_at)
            if record.key is not None:
                seen.add(record.key)
        return Outlook(len(waiting), max(0.0, min(firsts, default=0.0) - self._clock.monotonic()))

    def _of(self, tp: TopicPartition) -> list[tuple[float, Parked]]:
        with self._lock:
            return [self._waiting[at] for at in sorted(self._waiting) if at[0] == tp]
