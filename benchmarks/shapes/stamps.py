"""What differs from event to event: ids, times, correlations, aggregates; in several encodings."""

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_POSTGRES_EPOCH_MICROS = 946_684_800_000_000  # 2000-01-01
_INT8 = struct.Struct(">q").pack
_LOW_BITS = 14
_LOW = [bytes((n & 127 | 128, n >> 7 | 128)) for n in range(1 << _LOW_BITS)]
STEP_MICROS = 10
EVENTS_A_CORRELATION = 4
AGGREGATES = 100_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """One event's own values. `micros` counts from 1970; `number` is its place in the run."""

    id: bytes
    micros: int
    correlation: bytes
    aggregate: bytes
    number: int


MARK = Stamp(
    id=UUID("0badc0de-dead-7bee-8fee-123456789abc").bytes,
    micros=(datetime(2001, 2, 3, 4, 5, 6, 789_012, tzinfo=UTC) - EPOCH)
    // timedelta(microseconds=1),
    correlation=b"c0ffee00-aaaa-7bbb-8ccc-ddddeeeeffff",
    aggregate=b"9876543",
    number=0x0123456789ABCDEF,
)
"""The values that a sample event carries where a stamp's shall stand."""


def stamps(
    count: int, now: datetime, first: int = 0, step_micros: int = STEP_MICROS
) -> Iterator[Stamp]:
    """`count` fresh stamps whose times lead up to `now`, `step_micros` apart.

    Ids are UUIDv7 of those times; four neighbours share a correlation id.
    """
    start = (now - EPOCH) // timedelta(microseconds=1) - count * step_micros
    chance = os.urandom(8 * count)
    correlation = b""
    for number in range(count):
        micros = start + number * step_micros
        id_ = _uuid7(micros, chance[8 * number : 8 * number + 8])
        if number % EVENTS_A_CORRELATION == 0:
            correlation = uuid_text(id_)
        aggregate = b"%07d" % ((first + number) * 7919 % AGGREGATES)
        yield Stamp(id_, micros, correlation, aggregate, first + number)


def _uuid7(micros: int, chance: bytes) -> bytes:
    """RFC 9562 §5.7, with the fraction of the millisecond in rand_a (§6.2, method 3)."""
    millis, rest = divmod(micros, 1000)
    fraction = 0x7000 | (rest << 12) // 1000
    return (
        (millis << 16 | fraction).to_bytes(8, "big") + bytes((chance[0] & 63 | 128,)) + chance[1:]
    )


def uuid_text(id_: bytes) -> bytes:
    text = id_.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}".encode()


def zigzag(micros: int) -> bytes:
    """An Avro long. Neighbouring times share all but their first two bytes, which are kept."""
    value = micros << 1
    return _LOW[value & 16383] + _varint(value >> _LOW_BITS)


@lru_cache(maxsize=1024)
def _varint(value: int) -> bytes:
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)


@lru_cache(maxsize=1024)
def _second(seconds: int) -> str:
    return (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def time_text(micros: int) -> bytes:
    """RFC 3339 with microseconds and Z."""
    seconds, rest = divmod(micros, 1_000_000)
    return f"{_second(seconds)}.{rest:06d}Z".encode()


def text_values(stamp: Stamp) -> tuple[bytes, ...]:
    """For JSON and keys: everything as text."""
    return uuid_text(stamp.id), time_text(stamp.micros), stamp.correlation, stamp.aggregate


def avro_values(stamp: Stamp) -> tuple[bytes, ...]:
    """For Avro, keys and headers: the time is a long, the rest text."""
    return uuid_text(stamp.id), zigzag(stamp.micros), stamp.correlation, stamp.aggregate


def copy_values(stamp: Stamp) -> tuple[bytes, ...]:
    """For COPY BINARY: raw id, time since 2000; the number is the record's offset."""
    time = _INT8(stamp.micros - _POSTGRES_EPOCH_MICROS)
    return stamp.id, time, stamp.correlation, stamp.aggregate, _INT8(stamp.number)


def marks_of(values: Callable[[Stamp], tuple[bytes, ...]]) -> dict[bytes, int]:
    """The marks that `values` writes for MARK, and their places."""
    return {mark: place for place, mark in enumerate(values(MARK))}
