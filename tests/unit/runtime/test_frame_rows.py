"""Rows of a frame, made when asked for: they are the events that the row path makes."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from headrace.codec.columnar import ColumnarDecoder
from headrace.envelope import Event
from headrace.runtime.events import EventFrame
from headrace.runtime.frame_rows import FrameRow
from headrace.runtime.records import StageEvent
from tests.unit.runtime.test_framing import NOW, USERS, Bench, ids

WHEN = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)


def events(bench: Bench) -> list[Event]:
    payload = bench.catalog.event_type(USERS).latest.example
    plain = Event(
        event_id=UUID(int=1),
        event_type=USERS,
        timestamp=NOW,
        version="1.0",
        source="test",
        payload=payload,
    )
    whole = Event(
        event_id=UUID(int=2**127 + 5),
        event_type=USERS,
        timestamp=WHEN,
        version="1.0",
        source="übung",
        payload=payload,
        correlation_id="corr",
        causation_id="cause",
        aggregate_type="user",
        aggregate_id="u-1",
        aggregate_version=2**40,
        account_id="acc",
        user_id="usr",
        metadata_json='{"a":[1,2.5,null],"b":"é"}',
    )
    return [plain, whole]


@pytest.fixture(scope="module")
def bench() -> Bench:
    return Bench(few=1)


@pytest.fixture(scope="module")
def rows(bench: Bench) -> list[FrameRow]:
    job = bench.job(USERS, 3, [bench.encoder.encode(event) for event in events(bench)])
    [frame] = bench.decoding.work(job).events.parts
    assert isinstance(frame, EventFrame)
    return list(frame.rows())


@pytest.fixture(scope="module")
def singly() -> list[StageEvent]:
    """The same, through the row path."""
    bench = Bench(few=1_000)
    job = bench.job(USERS, 3, [bench.encoder.encode(event) for event in events(bench)])
    work = bench.decoding.work(job)
    assert ids(work) == [1, 2**127 + 5]
    return list(work.events)


def test_a_row_is_the_event_of_the_row_path(rows: list[FrameRow], singly: list[StageEvent]) -> None:
    assert [row.whole.event for row in rows] == [each.event for each in singly]
    assert [(row.tp, row.offset, row.whole.schema_id) for row in rows] == [
        (each.tp, each.offset, each.schema_id) for each in singly
    ]


def test_what_is_asked_for_alone_is_what_the_event_has(
    rows: list[FrameRow], singly: list[StageEvent]
) -> None:
    for row, each in zip(rows, singly, strict=True):
        assert row.payload == each.event.payload
        assert (row.event_id, row.event_type, row.version) == (
            each.event.event_id,
            each.event.event_type,
            each.event.version,
        )


def test_the_event_is_made_once_and_then_answers_for_its_payload(rows: list[FrameRow]) -> None:
    row = rows[1]
    assert row.event is row.event
    assert row.payload is row.event.payload


def test_the_decoder_took_them_together(bench: Bench) -> None:
    assert isinstance(bench.columnar, ColumnarDecoder)
    assert bench.columnar.calls == [2]
