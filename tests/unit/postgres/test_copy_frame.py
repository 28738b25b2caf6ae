"""A frame is packed to the very bytes that its events are packed to one by one."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import polars as pl
import pytest

from headrace.envelope import Event
from headrace.postgres.copy_frame import packed_frame
from headrace.postgres.warm import packed
from headrace.runtime import EventFrame, StageEvent, TopicPartition

TP = TopicPartition("topic", 3)
FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def _event(number: int) -> StageEvent:
    event = Event(
        event_id=UUID(int=number),
        event_type="user.créé",
        timestamp=FIRST + timedelta(microseconds=number),
        version="1.0",
        source="test",
        payload={"number": number},
        correlation_id="c" if number % 2 else None,
        aggregate_version=number if number % 3 else None,
        metadata_json='{"a":"é"}' if number % 5 else "{}",
    )
    return StageEvent(TP, number, 7, event, b'{"number":%d}' % number)


def _frame(events: list[StageEvent]) -> pl.DataFrame:
    names = (
        *("event_type", "timestamp", "version", "source", "correlation_id", "causation_id"),
        *("aggregate_type", "aggregate_id", "aggregate_version", "account_id", "user_id"),
    )
    columns = {name: [getattr(each.event, name) for each in events] for name in names}
    types = {name: pl.String() for name in names} | {
        "timestamp": pl.Datetime("us", "UTC"),
        "aggregate_version": pl.Int64(),
    }
    return pl.DataFrame(columns, schema=types).with_columns(
        pl.Series("event_id", [each.event.event_id.bytes for each in events], pl.Binary),
        pl.Series("metadata", [each.event.metadata_json for each in events]),
        pl.Series("payload", [each.payload_json.decode() for each in events]),
        pl.lit(TP.topic).alias("topic"),
        pl.lit(TP.partition, pl.Int32).alias("partition"),
        pl.Series("record_offset", [each.offset for each in events]),
        pl.lit(7, pl.Int32).alias("schema_id"),
    )


@pytest.mark.parametrize("count", [1, 2, 99, 700, 5000, 20_000])
def test_a_frame_of_any_size_is_packed_whole(count: int) -> None:
    events = [_event(number) for number in range(count)]
    assert b"".join(packed_frame(_frame(events))) == b"".join(map(packed, events))


def test_a_frame_gives_back_its_events() -> None:
    events = [_event(number) for number in range(10)]
    assert list(EventFrame(TP, _frame(events))) == events
