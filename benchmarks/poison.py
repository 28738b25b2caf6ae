"""What records that do not decode cost among 8,000 that do, and a batch of nothing else."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from benchmarks.options import Options
from benchmarks.progress import say
from benchmarks.report import Result, Table, count, ratio
from benchmarks.shapes import make_shape, samples
from headrace.catalog import Catalog, load_catalog
from headrace.clock import SystemClock
from headrace.codec import EventDecoder, MemoryRegistry
from headrace.codec.columnar import ColumnarDecoder
from headrace.codec.wire import HEADER_SIZE
from headrace.envelope import Event
from headrace.runtime import FailurePolicy, Stage, TopicPartition
from headrace.runtime.columns import RecordColumns
from headrace.runtime.decoding import Decoding
from headrace.runtime.job import Job
from headrace.runtime.record_batches import columns_of, record_batches

RECORDS = 8_000
ROUNDS = 5
PLACES = 8
ONE_WITHIN_MS = 200.0

Spoil = Callable[[bytes], bytes]


def noise(value: bytes) -> bytes:
    """Other bytes behind the right header. None is over 127: a length made of several such bytes
    may claim more than there is memory for, which ends a process (docs/decisions/0008-columnar.md).
    """
    size = len(value) - HEADER_SIZE
    body = random.Random(value).choices(range(128), k=size)  # noqa: S311 - no secret
    return value[:HEADER_SIZE] + bytes(body)


def cut_short(value: bytes) -> bytes:
    return value[:-1]


def trailing_byte(value: bytes) -> bytes:
    return value + b"\0"


def wrong_id(value: bytes) -> bytes:
    """It decodes, but its event id is no UUID."""
    return value[: HEADER_SIZE + 1] + b"z" + value[HEADER_SIZE + 2 :]


SORTS: dict[str, Spoil] = {
    "other bytes": noise,
    "cut short": cut_short,
    "a byte too much": trailing_byte,
    "an id that is none": wrong_id,
}


@dataclass(frozen=True, slots=True)
class Case:
    """A batch: which records are spoilt, and how."""

    title: str
    at: Sequence[int]
    spoil: Spoil = noise


@dataclass(frozen=True, slots=True)
class Taken:
    """Milliseconds, the best of some rounds."""

    wall: float
    cpu: float


def cases(records: int) -> list[Case]:
    """From all sound to nothing but poison."""
    middle, spread = records * 5 // 8 + 3, range(records // 16, records, max(records // PLACES, 1))
    return [
        Case("all sound", ()),
        *(Case(f"one in the middle: {sort}", (middle,), spoil) for sort, spoil in SORTS.items()),
        Case("one in each of 8 places", spread),
        Case("one in every 64", range(0, records, 64)),
        *(Case(f"every one: {sort}", range(records), spoil) for sort, spoil in SORTS.items()),
    ]


def run(options: Options) -> Result:
    """Decode each batch many at once and one by one; nothing but this process takes part."""
    records, rounds = options.events or RECORDS, options.rounds or ROUNDS
    catalog = load_catalog()
    tables = [
        Bench(catalog, given).table(title, records, rounds)
        for title, given in (
            ("Small typed events", samples.small()),
            ("Flights", samples.flights()),
        )
    ]
    notes = [
        f"Milliseconds for {count(records)} records of one schema and partition, dead letters "
        f"included, the best of {rounds} rounds; a run fails if one spoilt record makes it more "
        f"than {ONE_WITHIN_MS:.0f} ms of CPU."
    ]
    return Result(tables, notes)


class Bench:
    """Sound records of one type, and the two ways to decode them."""

    def __init__(self, catalog: Catalog, events: Sequence[Event]) -> None:
        registry, clock = MemoryRegistry(), SystemClock()
        self._shape = make_shape("poison", "", events, catalog, registry)
        decoder = EventDecoder(catalog, registry, clock)
        singly = Stage(
            "poison",
            "poison",
            {name: catalog.topic(name) for name in self._shape.topics},
            decoder,
            None,  # type: ignore[arg-type]  # nothing is applied here
            FailurePolicy(),
        )
        together = replace(singly, columnar=ColumnarDecoder(registry))
        self._singly, self._together = Decoding(singly, clock), Decoding(together, clock)
        self._tp = TopicPartition(self._shape.topics[0], 0)

    def table(self, title: str, records: int, rounds: int) -> Table:
        values = [each.value for each in self._shape.records(records)]
        rows, sound = [], 0.0
        for case in cases(records):
            columns = _fetched(_spoilt(values, case))
            together = self._taken(self._together, columns, len(case.at), rounds)
            singly = self._taken(self._singly, columns, len(case.at), min(rounds, 2))
            sound = sound or together.cpu
            self._check(case, together)
            say(f"{title}, {case.title}: {together.cpu:.0f} ms, one by one {singly.cpu:.0f} ms")
            rows.append(_row(case, together, singly, sound))
        about = f"{title}, {len(values[0])} bytes"
        return Table(about, ("spoilt", "ms", "ms of CPU", "of all sound", "of one by one"), rows)

    def _check(self, case: Case, taken: Taken) -> None:
        if len(case.at) == 1:
            assert taken.cpu < ONE_WITHIN_MS, f"{case.title}: {taken.cpu:.0f} ms of CPU"

    def _taken(self, by: Decoding, columns: RecordColumns, dead: int, rounds: int) -> Taken:
        walls, cpus = [], []
        for _ in range(rounds):
            wall, cpu = time.perf_counter(), time.process_time()
            work = by.work(Job(self._tp, 0, len(columns), 1, columns))
            cpus.append((time.process_time() - cpu) * 1e3)
            walls.append((time.perf_counter() - wall) * 1e3)
            assert (len(work.letters), len(work.events)) == (dead, len(columns) - dead)
        return Taken(min(walls), min(cpus))


def _row(case: Case, together: Taken, singly: Taken, sound: float) -> Sequence[str]:
    ratios = (ratio(together.cpu / sound), ratio(together.cpu / singly.cpu))
    return (case.title, f"{together.wall:.0f}", f"{together.cpu:.0f}", *ratios)


def _spoilt(values: Sequence[bytes], case: Case) -> list[bytes]:
    bad = list(values)
    for number in case.at:
        bad[number] = case.spoil(bad[number])
    return bad


def _fetched(values: Sequence[bytes]) -> RecordColumns:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 30)
    for offset, value in enumerate(values):
        builder.append(offset, 1000, None, value, [])
    return columns_of(list(record_batches(bytes(builder.build()))))
