"""Many records in one buffer and a few arrays: a Python object is made for those looked at."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import count, repeat
from typing import overload

import numpy as np
import numpy.typing as npt

from headrace.runtime.records import Record

Ints = npt.NDArray[np.int64]

RECORD_BYTES = 64
"""What a record costs beside its bytes: eight numbers."""


class CorruptRecordsError(ValueError):
    """Bytes that are no records; Kafka's checksum was right, so they were written that way."""


class PlainRecord:
    """One record of many: its offset and its key are at hand, the rest is read when it is asked
    for. `timestamp` is in milliseconds. `headers` raises CorruptRecordsError.
    """

    __slots__ = ("_among", "_number", "key", "offset")

    def __init__(self, among: "RecordColumns", number: int, offset: int, key: bytes | None) -> None:
        self._among, self._number = among, number
        self.offset, self.key = offset, key

    @property
    def timestamp(self) -> int:
        return int(self._among.timestamps[self._number])

    @property
    def value(self) -> bytes | None:
        among, number = self._among, self._number
        return _bytes(among.buffer, int(among.value_at[number]), int(among.value_size[number]))

    @property
    def headers(self) -> Sequence[tuple[str, bytes | None]]:
        among, number = self._among, self._number
        return _headers(among.buffer, int(among.headers_at[number]), int(among.ends[number]))


@dataclass(frozen=True, slots=True, eq=False)
class RecordColumns(Sequence[Record]):
    """Records of one partition, in offset order.

    Arrays of one length: `key_at` and `value_at` are positions in `buffer`, their sizes are -1 for
    null, `headers_at` is where the number of headers stands, and `ends` where the record ends.
    """

    buffer: bytes
    offsets: Ints
    timestamps: Ints
    key_at: Ints
    key_size: Ints
    value_at: Ints
    value_size: Ints
    headers_at: Ints
    ends: Ints

    def __len__(self) -> int:
        return len(self.offsets)

    @overload
    def __getitem__(self, index: int) -> PlainRecord: ...
    @overload
    def __getitem__(self, index: slice) -> "RecordColumns": ...
    def __getitem__(self, index: int | slice) -> "PlainRecord | RecordColumns":
        if isinstance(index, slice):
            return self._each(lambda column: column[index])
        key = _bytes(self.buffer, int(self.key_at[index]), int(self.key_size[index]))
        return PlainRecord(self, index, int(self.offsets[index]), key)

    def __iter__(self) -> Iterator[PlainRecord]:
        return map(PlainRecord, repeat(self), count(), self.offsets.tolist(), self.keys())

    @property
    def size(self) -> int:
        """Bytes held."""
        return len(self.buffer) + RECORD_BYTES * len(self)

    def since(self, offset: int) -> "RecordColumns":
        """Without the records before `offset`."""
        first = int(np.searchsorted(self.offsets, offset))
        return self[first:] if first else self

    def only(self, numbers: Sequence[int]) -> "RecordColumns":
        """The records of these numbers, which rise."""
        wanted = np.array(numbers, np.int64)
        return self._each(lambda column: column[wanted])

    def keys(self) -> list[bytes | None]:
        return self._texts(self.key_at, self.key_size)

    def values(self) -> list[bytes | None]:
        return self._texts(self.value_at, self.value_size)

    def _texts(self, starts: Ints, sizes: Ints) -> list[bytes | None]:
        buffer = self.buffer
        return [
            None if size < 0 else buffer[at : at + size]
            for at, size in zip(starts.tolist(), sizes.tolist(), strict=True)
        ]

    @classmethod
    def joined(cls, parts: Sequence["RecordColumns"]) -> "RecordColumns":
        """One after another."""
        if len(parts) == 1:
            return parts[0]
        shifts = np.cumsum([0, *(len(part.buffer) for part in parts[:-1])])
        columns = {
            name: np.concatenate(
                [
                    getattr(part, name) + (shift if name in _POSITIONS else 0)
                    for part, shift in zip(parts, shifts, strict=True)
                ]
            )
            for name in _COLUMNS
        }
        return cls(b"".join(part.buffer for part in parts), **columns)

    def _each(self, change: Callable[[Ints], Ints]) -> "RecordColumns":
        return RecordColumns(
            self.buffer, **{name: change(getattr(self, name)) for name in _COLUMNS}
        )


_COLUMNS = tuple(field.name for field in fields(RecordColumns) if field.name != "buffer")
_POSITIONS = frozenset(("key_at", "value_at", "headers_at", "ends"))


def _bytes(buffer: bytes, at: int, size: int) -> bytes | None:
    return None if size < 0 else buffer[at : at + size]


def _headers(buffer: bytes, at: int, end: int) -> Sequence[tuple[str, bytes | None]]:
    """A name that is not UTF-8, which Kafka allows, is told with escapes."""
    length, at = _varint(buffer, at)
    headers = []
    for _ in range(length):
        size, at = _varint(buffer, at)
        name = buffer[at : at + size].decode("utf-8", "backslashreplace")
        size, at = _varint(buffer, at + size)
        headers.append((name, _bytes(buffer, at, size)))
        at += max(size, 0)
    if at != end:
        raise CorruptRecordsError("a record's headers do not end where it ends")
    return tuple(headers)


def _varint(buffer: bytes, at: int) -> tuple[int, int]:
    """A zigzag number at `at`, and where it ends."""
    value = shift = 0
    while True:
        byte = buffer[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return (value >> 1) ^ -(value & 1), at
        shift += 7
