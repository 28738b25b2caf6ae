"""Event types read off the headers' bytes, in the short way and in the long one."""

from typing import Any

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from headrace.runtime.columns import RecordColumns
from headrace.runtime.record_batches import columns_of, record_batches
from headrace.service.naming import event_type_of, event_types

ID = ("eventId", b"01a21382-3253-7bca-8cf7-7496d8c5a02a")
Headers = list[tuple[str, Any]]
HEADERS: dict[str, tuple[Headers, str | None]] = {
    "as written": ([ID, ("eventType", b"user.created")], "user.created"),
    "more behind": (
        [ID, ("eventType", b"user.created"), ("accountId", b"a"), ("correlationId", b"c")],
        "user.created",
    ),
    "none": ([], None),
    "the id alone": ([ID], None),
    "the type alone": ([("eventType", b"user.created")], "user.created"),
    "in another order": ([("eventType", b"user.created"), ID], "user.created"),
    "something between": ([ID, ("x", b"1"), ("eventType", b"user.created")], "user.created"),
    "a null": ([ID, ("eventType", None)], None),
    "a null, then a type": ([ID, ("eventType", None), ("eventType", b"b.c")], "b.c"),
    "empty": ([ID, ("eventType", b"")], ""),
    "63 bytes": ([ID, ("eventType", b"t" * 63)], "t" * 63),
    "64 bytes, whose size takes two": ([ID, ("eventType", b"t" * 64)], "t" * 64),
    "200 bytes": ([ID, ("eventType", b"t" * 200)], "t" * 200),
    "not UTF-8": ([ID, ("eventType", b"\xff.created")], "�.created"),
    "a short id": ([("eventId", b"1"), ("eventType", b"user.created")], "user.created"),
    "a longer name": ([ID, ("eventTypeOfOld", b"user.created")], None),
    "70 headers": ([ID, ("eventType", b"a.b"), *[("x", b"")] * 68], "a.b"),
}


def fetched(*headers: Headers) -> RecordColumns:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
    for offset, each in enumerate(headers):
        builder.append(offset, 0, None, b"value", each)
    return columns_of(list(record_batches(bytes(builder.build()))))


@pytest.mark.parametrize("case", HEADERS)
def test_a_type_is_what_its_header_says_however_it_is_written(case: str) -> None:
    headers, expected = HEADERS[case]
    records = fetched(headers)
    assert event_types(records) == [expected]
    assert event_type_of(records[0]) == expected


def test_records_of_all_kinds_beside_each_other_keep_their_own() -> None:
    records = fetched(*(headers for headers, _ in HEADERS.values()))
    expected = [name for _, name in HEADERS.values()]
    assert event_types(records) == expected
    assert event_types(list(records)) == expected
