"""Records of several partitions, decoded at once: each partition gets its own, and in order."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from headrace.catalog import load_catalog
from headrace.clock import ManualClock
from headrace.codec import EventDecoder, EventEncoder, MemoryRegistry
from headrace.codec.columnar import ColumnarDecoder
from headrace.envelope import Event
from headrace.errors import OutageError
from headrace.runtime import Stage, TopicPartition
from headrace.runtime.columns import RecordColumns
from headrace.runtime.decoding import Decoding, HeldError
from headrace.runtime.events import EventFrame
from headrace.runtime.job import Job
from headrace.runtime.record_batches import columns_of, record_batches
from headrace.runtime.work import Work

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
USERS, LEAVING = "user.created", "user.deleted"


class Counted(ColumnarDecoder):
    """Remembers how many bodies it was given at a time."""

    def __init__(self, registry: MemoryRegistry) -> None:
        super().__init__(registry)
        self.calls: list[int] = []

    def decode(self, schema_id, bodies, **others):  # type: ignore[no-untyped-def]  # as above it
        self.calls.append(len(bodies))
        return super().decode(schema_id, bodies, **others)


class Bench:
    def __init__(self, few: int = 5) -> None:
        self.catalog, self.registry, clock = load_catalog(), MemoryRegistry(), ManualClock(NOW)
        self.encoder = EventEncoder(self.catalog, self.registry, clock)
        self.columnar = Counted(self.registry)
        topics = {name: self.catalog.topic(name) for name in map(self.topic, (USERS, LEAVING))}
        decoder = EventDecoder(self.catalog, self.registry, clock)
        handler = None
        stage = Stage("s", "s", topics, decoder, handler, columnar=self.columnar)  # type: ignore[arg-type]  # nothing is applied here
        self.decoding = Decoding(stage, clock, few=few)

    def topic(self, event_type: str) -> str:
        return self.catalog.event_type(event_type).topic

    def value(self, event_type: str, number: int) -> bytes:
        payload = self.catalog.event_type(event_type).latest.example
        return self.encoder.encode(
            Event(
                event_id=UUID(int=number),
                event_type=event_type,
                timestamp=NOW,
                version="1.0",
                source="test",
                payload=payload,
            )
        )

    def job(self, event_type: str, partition: int, values: list[bytes | None]) -> Job:
        tp = TopicPartition(self.topic(event_type), partition)
        return Job(tp, 0, len(values), 1, _fetched(values))


def _fetched(values: list[bytes | None]) -> RecordColumns:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
    for offset, value in enumerate(values):
        builder.append(offset, int(NOW.timestamp() * 1000), None, value, [])
    return columns_of(list(record_batches(bytes(builder.build()))))


def ids(work: Work | HeldError) -> list[int]:
    assert isinstance(work, Work)
    assert {event.tp for event in work.events} <= {work.job.tp}
    return [event.event.event_id.int for event in work.events]


def test_partitions_of_a_topic_are_decoded_at_once_and_come_apart_again() -> None:
    bench = Bench()
    jobs = [
        bench.job(USERS, at, [bench.value(USERS, at * 10 + n) for n in range(3)]) for at in range(4)
    ]
    works = bench.decoding.works(jobs)
    assert bench.columnar.calls == [12]
    assert [ids(work) for work in works] == [[at * 10 + n for n in range(3)] for at in range(4)]


def test_two_topics_are_decoded_apart_and_the_few_of_one_go_singly() -> None:
    bench = Bench()
    many = bench.job(USERS, 0, [bench.value(USERS, n) for n in range(9)])
    few = bench.job(LEAVING, 0, [bench.value(LEAVING, n) for n in range(4)])
    works = bench.decoding.works([few, many])
    assert bench.columnar.calls == [9]
    assert [ids(work) for work in works] == [[0, 1, 2, 3], [*range(9)]]


@pytest.mark.parametrize("bad", [b"\x00\x00\x00\x00\x01junk", b"\x00", b"", None])
@pytest.mark.parametrize("place", [0, 70, 149])
def test_a_bad_record_is_the_dead_letter_of_its_own_partition(
    bad: bytes | None, place: int
) -> None:
    bench = Bench()
    jobs = []
    for at in range(3):
        values: list[bytes | None] = [bench.value(USERS, at * 1000 + n) for n in range(150)]
        if at == 1:
            values[place] = bad
        jobs.append(bench.job(USERS, at, values))
    first, second, third = bench.decoding.works(jobs)
    assert ids(first) == [*range(150)]
    assert ids(third) == [*range(2000, 2150)]
    assert ids(second) == [1000 + n for n in range(150) if n != place]
    assert isinstance(second, Work)
    assert [letter.offset for letter in second.letters] == [place]
    assert any(isinstance(part, EventFrame) for part in second.events.parts)


def test_a_partition_that_must_wait_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    sound = bench.job(USERS, 0, [bench.value(USERS, n) for n in range(9)])
    unknown = (99_999).to_bytes(4, "big")
    waiting = bench.job(USERS, 1, [b"\x00" + unknown + b"x"])

    def away(schema_id: int) -> None:
        raise OutageError("the registry is away")

    [known] = {value[1:5] for value in sound.records.values()}  # type: ignore[attr-defined]  # columns
    schema = bench.registry.schema
    monkeypatch.setattr(
        bench.registry,
        "schema",
        lambda given: schema(given) if given.to_bytes(4, "big") == known else away(given),
    )
    landed, held = bench.decoding.works([sound, waiting])
    assert ids(landed) == [*range(9)]
    assert isinstance(held, HeldError)
    assert isinstance(held.__cause__, OutageError)
