"""UUIDv7 (RFC 9562 §5.7): event ids that sort by the time they were made."""

import os
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

from headrace.clock import Clock, SystemClock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MAX_STEP_BACK = 10_000 << 12  # ten seconds of (milliseconds << 12 | fraction)
_VERSION_7 = 7 << 76
_VARIANT = 2 << 62


class _Sequence:
    """The 60 leading bits of the last id; the next id's are greater (RFC 9562 §6.2, method 3).

    A clock that goes back by at most ten seconds keeps the order; further back it starts over.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = -1

    def next(self, prefix: int) -> int:
        with self._lock:
            if self._last - _MAX_STEP_BACK <= prefix <= self._last:
                prefix = self._last + 1
            self._last = prefix
            return prefix


_sequence = _Sequence()
_system_clock = SystemClock()


def uuid7(clock: Clock = _system_clock) -> UUID:
    """A new UUIDv7 of the clock's time; ids of one process rise strictly. Thread-safe."""
    micros = (clock.now() - _EPOCH) // _MICROSECOND
    millis, rest = divmod(micros, 1000)
    prefix = _sequence.next(millis << 12 | (rest << 12) // 1000)
    random = int.from_bytes(os.urandom(8), "big") >> 2
    return UUID(int=(prefix >> 12) << 80 | _VERSION_7 | (prefix & 0xFFF) << 64 | _VARIANT | random)


def uuid7_time(value: UUID) -> datetime:
    """The time inside a UUIDv7: aware, UTC, to the millisecond. Any other version: ValueError."""
    if value.version != 7:
        raise ValueError("only a UUIDv7 carries its time")
    return _EPOCH + timedelta(milliseconds=value.int >> 80)


def uuid_text(value: UUID) -> str:
    """`str(value)`, in a shorter way."""
    if type(value) is not UUID:
        return str(value)
    digits = f"{value.int:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
