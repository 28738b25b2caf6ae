"""NDJSON, CSV and Parquet as sources of events."""

import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headrace.catalog import EventType
from headrace.errors import ConfigurationError
from headrace.files import Candidate, Mapper, open_source
from tests.unit.codec.conftest import event_type as made

DECIMAL = {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}
FIELDS = [
    {"name": "id", "type": "string"},
    {"name": "seats", "type": ["null", "int"], "default": None},
    {"name": "price", "type": "double"},
    {"name": "open", "type": "boolean"},
    {"name": "tags", "type": {"type": "array", "items": "string"}},
    {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
    {"name": "cost", "type": DECIMAL},
]
ROW = {
    "id": "a",
    "seats": 3,
    "price": 1.5,
    "open": True,
    "tags": ["x", "y"],
    "at": "2026-01-01T00:00:00.000000Z",
    "cost": "2.50",
}
HEAD = "id,seats,price,open,tags,at,cost"
LINE = 'a,3,1.5,true,"[""x"",""y""]",2026-01-01T00:00:00.000000Z,2.50'


@pytest.fixture
def event_type() -> EventType:
    return made("trip.rowed", {"type": "record", "name": "TripRowedPayload", "fields": FIELDS})


def read(path: Path | None, mapper: Mapper | None, stdin: bytes = b"") -> list[Candidate]:
    with open_source(path, io.BytesIO(stdin), mapper) as source:
        return list(source.candidates)


def mapper_of(event_type: EventType, renamed: Mapping[str, str] = {}) -> Mapper:
    return Mapper(event_type, "import", renamed)


def payloads(found: list[Candidate]) -> list[Any]:
    return [each.value["payload"] for each in found]


def test_ndjson_lines_keep_their_numbers_and_bad_ones_their_reasons() -> None:
    found = read(None, None, b'{"a":1}\n\n{"a":\n\xff\n{"b":2}')

    assert [(each.number, each.value, each.error is None) for each in found] == [
        (1, {"a": 1}, True),
        (3, None, False),
        (4, None, False),
        (5, {"b": 2}, True),
    ]


def test_an_endless_line_is_refused_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("headrace.files.sources.MAX_LINE_BYTES", 16)

    found = read(None, None, b'"' + b"x" * 100 + b'"\n{}\n')

    assert [(each.number, each.error is None) for each in found] == [(1, False), (2, True)]


def test_csv_cells_take_their_fields_types(tmp_path: Path, event_type: EventType) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEAD}\n{LINE}\n")

    assert payloads(read(file, mapper_of(event_type))) == [ROW]


def test_an_empty_cell_of_a_nullable_field_is_null(tmp_path: Path, event_type: EventType) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEAD}\n{LINE.replace('a,3', 'a,')}\n")

    assert payloads(read(file, mapper_of(event_type))) == [ROW | {"seats": None}]


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        ("a,three,1", "column seats: 'three' is not a whole number"),
        ("a,3_0,1", "column seats"),
        ("a,3,x1", "column price: 'x1.5' is not a number"),
        ("a,3", "another number of cells"),
    ],
)
def test_a_bad_row_is_named_and_its_neighbour_goes_on(
    tmp_path: Path, event_type: EventType, bad: str, problem: str
) -> None:
    row = bad if bad == "a,3" else LINE.replace("a,3,1", bad)
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEAD}\n{row}\n{LINE}\n")

    first, second = read(file, mapper_of(event_type))

    assert first.number == 2
    assert problem in str(first.error)
    assert second.value["payload"] == ROW


def test_columns_are_renamed_and_others_ignored(tmp_path: Path, event_type: EventType) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEAD.replace('id', 'name')},who,colour\n{LINE},acc-1,red\n")
    mapper = mapper_of(event_type, {"name": "id", "who": "@accountId"})

    with open_source(file, io.BytesIO(), mapper) as source:
        (found,) = source.candidates
        assert source.ignored == ["colour"]

    assert found.value == {
        "eventType": "trip.rowed",
        "source": "import",
        "accountId": "acc-1",
        "payload": ROW,
    }


def test_parquet_values_become_json(tmp_path: Path, event_type: EventType) -> None:
    file = tmp_path / "rows.parquet"
    row = ROW | {"at": datetime(2026, 1, 1, tzinfo=UTC), "cost": Decimal("2.50")}
    pq.write_table(pa.Table.from_pylist([row, row | {"seats": None}]), file)

    with open_source(file, io.BytesIO(), mapper_of(event_type)) as source:
        found = list(source.candidates)
        assert (source.done, source.total) == (2, 2)

    assert payloads(found) == [ROW, ROW | {"seats": None}]
    assert json.dumps(found[0].value)


@pytest.mark.parametrize("renamed", [{"id": "nope"}, {"id": "@nope"}])
def test_a_field_that_is_none_is_refused(event_type: EventType, renamed: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="nope"):
        mapper_of(event_type, renamed)


def test_a_mapped_column_must_be_there(tmp_path: Path, event_type: EventType) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEAD}\n{LINE}\n")

    with pytest.raises(ConfigurationError, match="nowhere"):
        read(file, mapper_of(event_type, {"nowhere": "id"}))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.parquet", b"no parquet"),
        ("rows.csv", b"a,a\n1,2\n"),
        ("rows.csv", b""),
        ("rows.csv", b"id\n\xff\n"),
        ("rows.csv", b'id\n"never closed\n'),
    ],
)
def test_a_broken_file_is_an_error_that_names_it(
    tmp_path: Path, event_type: EventType, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)

    with pytest.raises(ConfigurationError, match="rows"):
        read(file, mapper_of(event_type))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"gone\.ndjson cannot be read"):
        read(tmp_path / "gone.ndjson", None)


def test_a_table_needs_a_type_and_ndjson_takes_none(tmp_path: Path, event_type: EventType) -> None:
    with pytest.raises(ConfigurationError, match="--type"):
        read(tmp_path / "rows.csv", None)
    with pytest.raises(ConfigurationError, match="whole events"):
        read(None, mapper_of(event_type))


def test_a_reason_gives_the_place_within_its_line() -> None:
    (found,) = read(None, None, b'{"a":\n')

    assert "(line 1, column 6)" in str(found.error)


def test_a_nullable_field_without_a_column_is_null(tmp_path: Path) -> None:
    fields = [{"name": "id", "type": "string"}, {"name": "note", "type": ["null", "string"]}]
    payload = {"type": "record", "name": "TripNamedPayload", "fields": fields}
    file = tmp_path / "rows.csv"
    file.write_text("id\na\n")

    found = read(file, mapper_of(made("trip.named", payload)))

    assert payloads(found) == [{"id": "a", "note": None}]


def test_a_parquet_cell_beyond_pythons_times_names_its_row_and_column(
    tmp_path: Path, event_type: EventType
) -> None:
    file = tmp_path / "rows.parquet"
    times = pa.array([0, 2**62], pa.timestamp("us"))
    odd = pa.array([1, 1], pa.timestamp("ns"))  # not asked for, so nobody reads it
    rows = {name: [value, value] for name, value in ROW.items()} | {"at": times, "odd": odd}
    pq.write_table(pa.table(rows), file)

    first, second = read(file, mapper_of(event_type))

    assert first.error is None
    assert second.number == 2
    assert "column at: cannot be read" in str(second.error)


def test_a_parquet_file_with_broken_pages_is_named(tmp_path: Path, event_type: EventType) -> None:
    file = tmp_path / "rows.parquet"
    pq.write_table(pa.table({name: [value] for name, value in ROW.items()}), file)
    raw = bytearray(file.read_bytes())
    raw[8:60] = b"\xff" * 52
    file.write_bytes(raw)

    with pytest.raises(ConfigurationError, match=r"rows\.parquet after row 0 is broken"):
        read(file, mapper_of(event_type))
