"""Kafka's record batches, as a broker sends them, read into arrays.

aiokafka makes an object of every record and of every header, in the thread that fetches: 2.5 us a
record and more. Here a record costs one step of a loop (its length says where the next one begins);
everything else is done by NumPy for all at once.

Source: https://kafka.apache.org/documentation/#recordbatch (magic 2; the only one since Kafka 4).
"""

import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from aiokafka.codec import gzip_decode, lz4_decode, snappy_decode, zstd_decode
from aiokafka.record.util import calc_crc32c

from headrace.runtime.columns import CorruptRecordsError, Ints, RecordColumns

_HEADER = struct.Struct(">qiibIhiqqqhii")
_BEFORE_LENGTH = 12
_CHECKED_FROM = 21
_CODECS: dict[int, Callable[[bytes], bytes]] = {
    1: gzip_decode,
    2: snappy_decode,
    3: lz4_decode,
    4: zstd_decode,
}
_CODEC, _LOG_APPEND_TIME, _TRANSACTIONAL, _CONTROL = 0x07, 0x08, 0x10, 0x20
_LONGEST_VARINT = 10


@dataclass(frozen=True, slots=True)
class RecordBatch:
    """One record batch. Its records are compressed still, if they are."""

    base_offset: int
    next_offset: int
    attributes: int
    first_timestamp: int
    max_timestamp: int
    producer_id: int
    count: int
    body: bytes

    @property
    def transactional(self) -> bool:
        return bool(self.attributes & _TRANSACTIONAL)

    @property
    def control(self) -> bool:
        return bool(self.attributes & _CONTROL)

    def opened(self) -> "RecordBatch":
        """The same, its records not compressed."""
        codec = self.attributes & _CODEC
        if not codec:
            return self
        if codec not in _CODECS:
            raise CorruptRecordsError(f"compression {codec} is not known")
        plain = bytes(_CODECS[codec](self.body))
        return replace(self, attributes=self.attributes & ~_CODEC, body=plain)

    @property
    def aborts(self) -> bool:
        """For a control batch: whether it ends a transaction by taking it back."""
        key = columns_of([self.opened()])[0].key
        return key is not None and struct.unpack_from(">hh", key)[1] == 0


def record_batches(data: bytes) -> Iterator[RecordBatch]:
    """The whole batches in a fetch response; a broker cuts the last one off where it likes.

    Raises CorruptRecordsError for a wrong checksum or an old format.
    """
    at = 0
    while at + _HEADER.size <= len(data):
        base, length, _, magic, checksum, attributes, last, first, latest, producer, _, _, count = (
            _HEADER.unpack_from(data, at)
        )
        end = at + _BEFORE_LENGTH + length
        if end > len(data):
            return
        if magic != 2:
            raise CorruptRecordsError(
                f"the record batch at offset {base} has format {magic}; only 2 can be read"
            )
        if calc_crc32c(data[at + _CHECKED_FROM : end]) != checksum:
            raise CorruptRecordsError(f"the record batch at offset {base} has a wrong checksum")
        body = data[at + _HEADER.size : end]
        yield RecordBatch(base, base + last + 1, attributes, first, latest, producer, count, body)
        at = end


def columns_of(batches: Sequence[RecordBatch]) -> RecordColumns:
    """The records of some batches that are `opened`. Raises CorruptRecordsError."""
    sections = [batch.body for batch in batches]
    buffer = b"".join(sections)
    try:
        starts, ends = _boundaries(batches, sections)
        return _columns(buffer, starts, ends, batches)
    except IndexError as error:
        raise CorruptRecordsError("a record ends beyond its batch") from error


def _boundaries(
    batches: Sequence[RecordBatch], sections: Sequence[bytes]
) -> tuple[list[int], list[int]]:
    """Where each record begins, behind its length, and ends, in the joined sections."""
    starts: list[int] = []
    ends: list[int] = []
    base = 0
    for batch, section in zip(batches, sections, strict=True):
        _walk(section, batch.count, base, starts, ends)
        base += len(section)
    return starts, ends


def _walk(section: bytes, count: int, base: int, starts: list[int], ends: list[int]) -> None:
    at = 0
    for _ in range(count):
        length = section[at]
        at += 1
        if length >= 0x80:
            length &= 0x7F
            shift = 7
            while True:
                byte = section[at]
                at += 1
                length |= (byte & 0x7F) << shift
                if byte < 0x80:
                    break
                shift += 7
        starts.append(base + at)
        at += length >> 1  # zigzag of a number that is never negative
        ends.append(base + at)
    if at != len(section):
        raise CorruptRecordsError("a batch's records do not end where it ends")


def _columns(
    buffer: bytes, starts: Sequence[int], ends: Sequence[int], batches: Sequence[RecordBatch]
) -> RecordColumns:
    data = np.frombuffer(buffer, np.uint8)
    counts = [batch.count for batch in batches]
    at = np.array(starts, np.int64) + 1  # attributes: one byte, unused
    elapsed, at = varints(data, at)
    delta, at = varints(data, at)
    key_size, key_at = varints(data, at)
    value_size, value_at = varints(data, key_at + np.maximum(key_size, 0))
    headers_at = value_at + np.maximum(value_size, 0)
    return RecordColumns(
        buffer,
        _repeated([batch.base_offset for batch in batches], counts) + delta,
        _timestamps(batches, counts, elapsed),
        key_at,
        key_size,
        value_at,
        value_size,
        headers_at,
        np.array(ends, np.int64),
    )


def _timestamps(batches: Sequence[RecordBatch], counts: Sequence[int], elapsed: Ints) -> Ints:
    appended = np.repeat([bool(batch.attributes & _LOG_APPEND_TIME) for batch in batches], counts)
    created = _repeated([batch.first_timestamp for batch in batches], counts) + elapsed
    latest = _repeated([batch.max_timestamp for batch in batches], counts)
    return np.where(appended, latest, created)


def _repeated(numbers: Sequence[int], counts: Sequence[int]) -> Ints:
    return np.repeat(np.array(numbers, np.int64), counts)


def varints(data: npt.NDArray[np.uint8], at: Ints) -> tuple[Ints, Ints]:
    """The zigzag numbers at these positions, and where each ends."""
    byte = data[at].astype(np.uint64)
    value = byte & np.uint64(0x7F)
    at = at + 1
    longer = np.flatnonzero(byte >= 0x80)
    for place in range(1, _LONGEST_VARINT + 1):
        if not len(longer):
            break
        if place == _LONGEST_VARINT:
            raise CorruptRecordsError("a number is longer than ten bytes")
        more = data[at[longer]].astype(np.uint64)
        value[longer] |= (more & np.uint64(0x7F)) << np.uint64(7 * place)
        at[longer] += 1
        longer = longer[more >= 0x80]
    signed = (value >> np.uint64(1)).astype(np.int64) ^ -(value & np.uint64(1)).astype(np.int64)
    return signed, at
