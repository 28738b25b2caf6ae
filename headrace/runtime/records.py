"""What moves through a stage: records, batches of them, and the bytes they take."""

import asyncio
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from headrace.envelope import Event

RECORD_OVERHEAD = 200
"""Bytes of Python objects that a fetched record costs beside its value (measured, CPython 3.11)."""


class TopicPartition(NamedTuple):
    """A partition; it sorts in the ledger's key order."""

    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}[{self.partition}]"


class Record(Protocol):
    """One record as a client library hands it out. `timestamp` is in milliseconds."""

    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]: ...


class Happened(Protocol):
    """An event, decoded or as good as that, and where it stands in the log."""

    @property
    def tp(self) -> TopicPartition: ...
    @property
    def offset(self) -> int: ...
    @property
    def event_id(self) -> UUID: ...
    @property
    def event_type(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def payload(self) -> Mapping[str, Any]: ...
    @property
    def event(self) -> Event: ...


class ByteBudget:
    """Bounds the bytes that are fetched and not yet applied, over all partitions of a stage.

    `take` and `wait_for_room` belong to the event loop; `give` may come from any thread.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.used = 0
        self.peak = 0
        # Reentrant: a batch may be collected, and give its bytes back, while we take some.
        self._lock = threading.RLock()
        self._room = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None

    def take(self, size: int) -> None:
        with self._lock:
            self.used += size
            self.peak = max(self.peak, self.used)

    def give(self, size: int) -> None:
        with self._lock:
            self.used -= size
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._room.set)

    async def wait_for_room(self) -> None:
        self._loop = asyncio.get_running_loop()
        while self.used >= self.limit:
            self._room.clear()
            if self.used >= self.limit:
                await self._room.wait()


class Batch:
    """Records of one partition that cover the half-open offset range [start, end).

    `start` is the `end` of the batch before it, or the offset last sought: a batch lost on the way
    breaks the chain, and the ledger notices. `token` names the seek that the chain began with. The
    records may be fewer than the range (compaction, transaction markers).
    """

    __slots__ = ("_budget", "end", "records", "size", "start", "token", "tp")

    def __init__(
        self, tp: TopicPartition, start: int, end: int, records: Sequence[Record], token: int
    ) -> None:
        self.tp, self.start, self.end = tp, start, end
        self.records, self.token = records, token
        self.size = _size(records)
        self._budget: ByteBudget | None = None

    def charge(self, budget: ByteBudget) -> None:
        """Take this batch's bytes until `release`, or until nobody holds the batch any more."""
        self._budget = budget
        budget.take(self.size)

    def release(self) -> None:
        """Applied or dropped: the bytes go back now, though Faust still holds its last message."""
        budget, self._budget = self._budget, None
        self.records = ()
        if budget is not None:
            budget.give(self.size)

    @property
    def newest_ms(self) -> int:
        """The timestamp of its last record; it must have one."""
        timestamps = getattr(self.records, "timestamps", None)
        return int(timestamps[-1]) if timestamps is not None else self.records[-1].timestamp

    def first_ms(self, offset: int) -> int | None:
        """The timestamp of its first record at `offset` or behind."""
        since = getattr(self.records, "since", None)
        if since is not None:
            return next(map(int, since(offset).timestamps[:1]), None)
        return next((each.timestamp for each in self.records if each.offset >= offset), None)

    def __del__(self) -> None:
        # Faust drops queued messages silently on a rebalance.
        self.release()


def _size(records: Sequence[Record]) -> int:
    known = getattr(records, "size", None)
    if known is not None:
        return int(known)
    return sum(len(record.value or b"") for record in records) + RECORD_OVERHEAD * len(records)


@dataclass(frozen=True, slots=True)
class Position:
    """Where reading goes on: an offset, and the token that batches from there carry."""

    offset: int
    token: int


@dataclass(frozen=True, slots=True)
class PartitionFacts:
    """What the log says of a partition: the topic's id, its first offset and its end."""

    topic_id: str
    beginning: int
    end: int


@dataclass(frozen=True, slots=True)
class StageEvent:
    """A decoded event and where it stands in the log; `payload_json` is its payload as text."""

    tp: TopicPartition
    offset: int
    schema_id: int
    event: Event
    payload_json: bytes

    @property
    def event_id(self) -> UUID:
        return self.event.event_id

    @property
    def event_type(self) -> str:
        return self.event.event_type

    @property
    def version(self) -> str:
        return self.event.version

    @property
    def payload(self) -> Mapping[str, Any]:
        return self.event.payload
