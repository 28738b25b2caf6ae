"""Parking: a record with a passing trouble waits beside its lane, and its key behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from headrace.errors import HeadraceError
from headrace.runtime.records import Record, TopicPartition


@dataclass(frozen=True, slots=True)
class ParkingPolicy:
    """What happens to an event that a handler refuses with TransientError.

    Its lane waits `after` seconds; then the event is parked, and tried again after `first_wait`
    seconds, doubling up to `longest_wait`; its attempt number `attempts` is its last, then it is a
    dead letter. While it is parked, later records of its key park behind it (`by_key`). One
    transaction parks `most` at most, or tries so many again, and a partition has `most_parked`:
    beyond that its lane waits until some are through, since it is what they all need that has the
    trouble.
    """

    after: float = 5.0
    first_wait: float = 1.0
    longest_wait: float = 60.0
    attempts: int = 5
    by_key: bool = True
    most: int = 100
    most_parked: int = 10_000

    def wait(self, attempts: int) -> float:
        """Seconds until the next attempt after this many."""
        doubled: float = self.first_wait * 2 ** min(max(attempts - 1, 0), 20)
        return min(self.longest_wait, doubled)


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked record, itself a `Record`; one with no `attempts` only waits behind its key."""

    tp: TopicPartition
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    attempts: int
    reason: str
    message: str

    @classmethod
    def of(
        cls, tp: TopicPartition, record: Record, attempts: int, reason: str, message: str
    ) -> "Parked":
        headers = tuple(record.headers)
        return cls(
            *(tp, record.offset, record.timestamp, record.key, record.value, headers),
            *(attempts, reason, message[:4000]),
        )


@dataclass(frozen=True, slots=True)
class Due:
    """A parked record, and the seconds until it may be tried (again)."""

    record: Parked
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """How many records of a partition are parked, and the seconds until the first may be tried:
    what waits behind its key is not due before the first of that key.
    """

    parked: int
    seconds: float = 0.0


class ParkingFullError(HeadraceError):
    """More would be parked than the policy allows, or refused than one transaction takes; `offset`
    is the first that finds no room.
    """

    def __init__(self, tp: TopicPartition, offset: int) -> None:
        super().__init__(f"{tp}: no more records can be parked, the first of them {offset}")
        self.offset = offset


class Parking(Protocol):
    """A ledger's parked records. Called from writer threads; may block; raises OutageError.

    Only a partition's owner calls it, and never twice at once. `tx` is a transaction of the same
    ledger, whose `advance` said that the partition is still ours.
    """

    def keys(self, tx: Any, tp: TopicPartition, /) -> frozenset[bytes]:
        """The keys that records of this partition wait behind."""

    def park(self, tx: Any, records: Sequence[Due], /) -> None:
        """Keep records, or keep them on with other attempts and another wait."""

    def unpark(self, tx: Any, tp: TopicPartition, offsets: Sequence[int], /) -> None:
        """Forget records that are applied, or dead."""

    def due(self, tp: TopicPartition, size: int) -> Sequence[Parked]:
        """Records that may be tried now, in the order of their offsets: of each key those before
        which none has to wait. About `size` bytes, one record at least.
        """

    def outlook(self, tp: TopicPartition) -> Outlook:
        """What remains, for the partition's next visit."""
