"""Record batches read into arrays, against aiokafka's own reader."""

from typing import Any

import numpy as np
import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.runtime.columns import CorruptRecordsError, RecordColumns
from headrace.runtime.record_batches import columns_of, record_batches, varints

MAYBE = st.none() | st.binary(max_size=300)
RECORDS = st.lists(
    st.tuples(
        st.integers(0, 2**42),
        MAYBE,
        MAYBE,
        st.lists(st.tuples(st.text(max_size=8), st.none() | st.binary(max_size=9)), max_size=3),
    ),
    min_size=1,
    max_size=20,
)
CODECS = st.sampled_from((0, 1, 2, 3, 4))


def _batch(records: list[Any], codec: int) -> bytes:
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, -1, 1 << 30)
    for offset, (timestamp, key, value, headers) in enumerate(records):
        builder.append(offset, timestamp, key, value, headers)
    return bytes(builder.build())


def _by_aiokafka(data: bytes) -> list[tuple[Any, ...]]:
    memory, records = MemoryRecords(data), []
    while memory.has_next():
        records += [
            (record.offset, record.timestamp, record.key, record.value, tuple(record.headers))
            for record in memory.next_batch()
        ]
    return records


def _plain(columns: RecordColumns) -> list[tuple[Any, ...]]:
    return [(r.offset, r.timestamp, r.key, r.value, r.headers) for r in columns]


@given(RECORDS, CODECS, RECORDS, CODECS, st.integers(0, 60))
@settings(deadline=None)
def test_arrays_hold_what_aiokafka_reads(
    first: list[Any], codec: int, second: list[Any], other: int, cut: int
) -> None:
    """Two batches and the beginning of a third, which the broker cut off."""
    data = _batch(first, codec) + _batch(second, other) + _batch(first, 0)[:cut]
    columns = columns_of([batch.opened() for batch in record_batches(data)])
    assert _plain(columns) == _by_aiokafka(data)
    assert columns.values() == [record.value for record in columns]
    halves = [columns[: len(columns) // 2], columns[len(columns) // 2 :]]
    assert _plain(RecordColumns.joined(halves)) == _plain(columns)


def test_records_before_an_offset_are_left_out() -> None:
    columns = columns_of(list(record_batches(_batch([(0, None, b"v", [])] * 10, 0))))
    assert columns.since(7).offsets.tolist() == [7, 8, 9]
    assert len(columns.since(99)) == 0


def test_a_wrong_checksum_is_named() -> None:
    data = bytearray(_batch([(0, None, b"value", [])], 0))
    data[-2] ^= 1
    with pytest.raises(CorruptRecordsError, match="offset 0 has a wrong checksum"):
        list(record_batches(bytes(data)))


def test_an_old_format_is_named() -> None:
    data = bytearray(_batch([(0, None, b"value", [])], 0))
    data[16] = 1
    with pytest.raises(CorruptRecordsError, match="format 1; only 2"):
        list(record_batches(bytes(data)))


def test_a_header_name_that_is_not_utf8_is_told_with_escapes() -> None:
    data = _batch([(0, None, b"v", [("odd", b"x")])], 0)
    [batch] = record_batches(data)
    odd = RecordColumns(
        columns_of([batch]).buffer.replace(b"odd", b"\xffdd"),
        *(getattr(columns_of([batch]), name) for name in COLUMNS),
    )
    assert odd[0].headers == (("\\xffdd", b"x"),)


COLUMNS = (
    *("offsets", "timestamps", "key_at", "key_size", "value_at", "value_size", "headers_at"),
    "ends",
)


@given(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=30))
def test_varints_of_any_length_are_read(numbers: list[int]) -> None:
    data, starts = bytearray(), []
    for number in numbers:
        starts.append(len(data))
        rest = (number << 1) ^ (number >> 63)
        while rest > 0x7F:
            data.append(rest & 0x7F | 0x80)
            rest >>= 7
        data.append(rest)
    values, ends = varints(np.frombuffer(bytes(data), np.uint8), np.array(starts))
    assert values.tolist() == numbers
    assert ends.tolist() == [*starts[1:], len(data)]
