"""A worker's clock that is wrong: the broker's stamp says when a record was there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from headrace.catalog import Catalog, Topic, load_catalog
from headrace.clock import ManualClock
from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry
from headrace.codec.columnar import ColumnarDecoder
from headrace.envelope import Event
from headrace.runtime import Stage, TopicPartition
from headrace.runtime.columns import RecordColumns
from headrace.runtime.decoding import Decoding
from headrace.runtime.job import Job
from headrace.runtime.record_batches import columns_of, record_batches
from headrace.runtime.work import Work

TRUTH = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
TYPE = "user.created"
JUMPS = [timedelta(hours=1), timedelta(days=1), timedelta(days=365), timedelta(days=20_000)]
BACK = [-jump for jump in JUMPS]


@pytest.fixture(params=[1, 1_000], ids=["many at once", "one by one"])
def few(request: pytest.FixtureRequest) -> int:
    return int(request.param)


class Bench:
    """Events of `TRUTH`, as a broker whose clock is right has stamped them."""

    def __init__(self, clock: ManualClock, few: int, *, stamped: bool = True) -> None:
        self.catalog, self.registry = load_catalog(), MemoryRegistry()
        topic = _topic(self.catalog, stamped=stamped)
        self.tp = TopicPartition(topic.name, 0)
        stage = Stage(
            "clocks",
            "clocks",
            {topic.name: topic},
            EventDecoder(self.catalog, self.registry, clock),
            None,  # type: ignore[arg-type]  # nothing is applied here
            columnar=ColumnarDecoder(self.registry),
        )
        self._decoding = Decoding(stage, clock, few=few)

    def work(self, *ahead: timedelta) -> Work:
        """Decodes one event for each, so far ahead of the truth."""
        records = self._fetched(ahead)
        return self._decoding.work(Job(self.tp, 0, len(records), 1, records))

    def _fetched(self, ahead: tuple[timedelta, ...]) -> RecordColumns:
        builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
        encoder = EventEncoder(self.catalog, self.registry, ManualClock(TRUTH + max(ahead)))
        for offset, each in enumerate(ahead):
            value = encoder.encode(_event(self.catalog, offset, TRUTH + each))
            builder.append(offset, int(TRUTH.timestamp() * 1000), None, value, [])
        return columns_of(list(record_batches(bytes(builder.build()))))


def _topic(catalog: Catalog, *, stamped: bool) -> Topic:
    topic = catalog.topic(catalog.event_type(TYPE).topic)
    kind = "LogAppendTime" if stamped else "CreateTime"
    return replace(topic, config={**topic.config, "message.timestamp.type": kind})


def _event(catalog: Catalog, number: int, at: datetime) -> Event:
    return Event(
        event_id=UUID(int=number),
        event_type=TYPE,
        timestamp=at,
        version="1.0",
        source="test",
        payload=catalog.event_type(TYPE).latest.example,
    )


NONE, SOON, LATE = timedelta(), timedelta(hours=23), timedelta(days=3)


@pytest.mark.parametrize("jump", [NONE, *BACK, *JUMPS], ids=str)
def test_events_of_now_are_events_whatever_the_workers_clock_says(
    jump: timedelta, few: int
) -> None:
    work = Bench(ManualClock(TRUTH + jump), few).work(NONE, SOON, -SOON)
    assert [event.offset for event in work.events] == [0, 1, 2]
    assert not work.letters


@pytest.mark.parametrize("jump", [NONE, *BACK, timedelta(hours=1), timedelta(days=1)], ids=str)
def test_an_event_too_far_ahead_is_poison_by_the_later_of_both_clocks(
    jump: timedelta, few: int
) -> None:
    work = Bench(ManualClock(TRUTH + jump), few).work(NONE, LATE, SOON)
    assert [event.offset for event in work.events] == [0, 2]
    assert [(letter.offset, letter.reason) for letter in work.letters] == [(1, "time_ahead")]


def test_a_stamp_that_producers_choose_is_not_believed(few: int) -> None:
    work = Bench(ManualClock(TRUTH - LATE), few, stamped=False).work(NONE, -LATE)
    assert [letter.offset for letter in work.letters] == [0]
