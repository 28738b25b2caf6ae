"""What the filler patches decodes to the events that were meant."""

import json
import struct
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from fastavro import schemaless_writer

from benchmarks.shapes import Shape, make_shape, samples
from benchmarks.shapes.many import many_topics
from benchmarks.shapes.stamps import EPOCH, stamps, time_text, zigzag
from benchmarks.shapes.template import Template
from headrace.catalog import load_catalog
from headrace.codec import EventDecoder, MemoryRegistry
from headrace.envelope import Event
from headrace.ids import uuid7_time

REGISTRY = MemoryRegistry()
CATALOG = load_catalog()
NOW = datetime.now(UTC)  # noqa: TID251 - the decoder refuses times ahead of the clock


def shape_of(events: list[Event]) -> Shape:
    return make_shape("test", "", events, CATALOG, REGISTRY)


SHAPES = {
    "small": samples.small(),
    "flights": samples.flights(20),
    "mixed": samples.mixed(CATALOG),
    "sized": samples.sized(1_000),
}


def test_a_template_puts_values_at_its_marks_and_keeps_the_rest() -> None:
    template = Template(b"aXXbYYcXXd", {b"XX": 0, b"YY": 1})
    assert template.filled((b"11", b"22")) == b"a11b22c11d"
    assert template.filled((b"33", b"44")) == b"a33b44c33d"
    assert template.slots == {0, 1}


@pytest.mark.parametrize("name", SHAPES)
def test_every_record_decodes_to_a_sound_event_of_its_sample(name: str) -> None:
    decoder = EventDecoder(CATALOG, REGISTRY)
    shape = shape_of(SHAPES[name])
    count = 2 * len(shape.samples)
    events = []
    for record in shape.records(count):
        event = decoder.decode(record.value).event
        assert dict(record.headers)["eventId"] == str(event.event_id).encode()
        assert record.key == (event.aggregate_id or "").encode()
        assert abs(uuid7_time(event.event_id) - event.timestamp) < timedelta(milliseconds=1)
        events.append(event)
    assert [event.event_type for event in events[: len(shape.samples)]] == [
        event.event_type for event in SHAPES[name]
    ]
    assert len({event.event_id for event in events}) == count
    assert len({event.timestamp for event in events}) == count


def test_the_small_event_fills_eleven_fields_and_takes_about_241_bytes() -> None:
    shape = shape_of(samples.small())
    event = EventDecoder(CATALOG, REGISTRY).decode(next(shape.records(1)).value).event
    envelope = ("event_id", "event_type", "timestamp", "version", "source", "correlation_id")
    aggregate = ("aggregate_type", "aggregate_id", "aggregate_version", "account_id", "user_id")
    assert all(getattr(event, name) is not None for name in (*envelope, *aggregate))
    assert 230 <= shape.average_bytes - 5 <= 255


@pytest.mark.parametrize("size", [200, 1_000, 4_000, 10_000])
def test_a_sized_event_takes_that_many_bytes(size: int) -> None:
    assert abs(shape_of(samples.sized(size)).average_bytes - size) <= 5


def test_rows_and_flat_records_carry_the_same_stamps_as_records() -> None:
    shape = shape_of(samples.small()[:1])
    row = next(shape.rows(1))
    flat = json.loads(next(shape.flat_records(1, "flat")).value)
    assert struct.unpack_from("!h", row)[0] == 18
    micros = struct.unpack_from("!q", row, 2 + 20 + 4 + len(samples.SMALL) + 4)[0]
    written = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    assert abs(uuid7_time(UUID(bytes=row[6:22])) - written) < timedelta(milliseconds=1)
    moment = datetime.fromisoformat(flat["timestamp"])
    assert abs(uuid7_time(UUID(flat["event_id"])) - moment) < timedelta(milliseconds=1)
    assert json.loads(flat["payload"])["userId"] == flat["user_id"] == flat["aggregate_id"]


def test_times_encode_as_avro_longs() -> None:
    for stamp in stamps(1_000, NOW):
        expected = BytesIO()
        schemaless_writer(expected, "long", stamp.micros)
        assert zigzag(stamp.micros) == expected.getvalue()
        assert EPOCH + timedelta(microseconds=stamp.micros) == datetime.fromisoformat(
            time_text(stamp.micros).decode()
        )


def test_a_catalog_of_many_topics_loads(tmp_path: Path) -> None:
    catalog = many_topics(tmp_path, 3)
    events = [event for name in catalog.event_types for event in samples.small(name)[:1]]
    shape = make_shape("many", "", events, catalog, MemoryRegistry())
    assert len(shape.topics) == 3
