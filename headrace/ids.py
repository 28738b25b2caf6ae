"""UUIDv7 (RFC 9562 §5.7): event ids that sort by the time they were made."""

import os
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, SafeUUID

from headrace.clock import Clock, SystemClock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MAX_STEP_BACK = 10_000 << 12  # ten seconds of (milliseconds << 12 | fraction)
_VERSION_7 = 7 << 76
_VARIANT = 2 << 62
_VARIANT_DIGIT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}
_AT_ONCE = 64
_RANDOM = struct.Struct(f">{_AT_ONCE}Q")
_new, _set = object.__new__, object.__setattr__


class _Sequence:
    """The 60 leading bits of the last id; the next id's are greater (RFC 9562 §6.2, method 3).

    A clock that goes back by at most ten seconds keeps the order; further back it starts over.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = -1
        self._random: list[int] = []
        os.register_at_fork(after_in_child=self._random.clear)

    def next(self, prefix: int, count: int = 1) -> int:
        """The first of `count` prefixes, each one more than the one before it."""
        with self._lock:
            if self._last - _MAX_STEP_BACK <= prefix <= self._last:
                prefix = self._last + 1
            self._last = prefix + count - 1
            return prefix

    def draw(self, prefix: int) -> tuple[int, int]:
        """The next prefix, and 62 random bits; those are fetched from the system many at once."""
        with self._lock:
            if self._last - _MAX_STEP_BACK <= prefix <= self._last:
                prefix = self._last + 1
            self._last = prefix
            if not self._random:
                self._random += _RANDOM.unpack(os.urandom(_RANDOM.size))
            return prefix, self._random.pop() >> 2


_sequence = _Sequence()
_system_clock = SystemClock()


def uuid7(clock: Clock = _system_clock) -> UUID:
    """A new UUIDv7 of the clock's time; ids of one process rise strictly. Thread-safe."""
    prefix, random = _sequence.draw(_prefix(clock))
    return _made((prefix >> 12) << 80 | _VERSION_7 | (prefix & 0xFFF) << 64 | _VARIANT | random)


def uuid7_texts(clock: Clock, most: int) -> Iterator[str]:
    """New UUIDv7s as text, without end; cheaper than one by one when about `most` are wanted.

    They rise strictly. Several are drawn at once, so those of another caller may lie between.
    """
    at_once = min(most, _AT_ONCE)
    while True:
        prefix = _sequence.next(_prefix(clock), at_once)
        random = os.urandom(8 * at_once).hex()
        for number in range(at_once):
            digits, rest = f"{prefix + number:015x}", random[16 * number : 16 * number + 16]
            high = f"{digits[:8]}-{digits[8:12]}-7{digits[12:]}"
            yield f"{high}-{_VARIANT_DIGIT[rest[0]]}{rest[1:4]}-{rest[4:]}"


def _prefix(clock: Clock) -> int:
    """60 bits: milliseconds, then 4096ths of one."""
    millis, rest = divmod((clock.now() - _EPOCH) // _MICROSECOND, 1000)
    return millis << 12 | (rest << 12) // 1000


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


def uuid_of(value: bytes) -> UUID:
    """`UUID(bytes=value)` of 16 bytes, in a shorter way."""
    return _made(int.from_bytes(value, "big"))


def _made(number: int) -> UUID:
    """`UUID(int=number)` of 128 bits, unchecked: half the time."""
    made = _new(UUID)
    _set(made, "int", number)
    _set(made, "is_safe", SafeUUID.unknown)
    return made
