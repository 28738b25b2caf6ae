"""What a record that does not decode costs its neighbours: counted, not timed."""

from collections.abc import Callable
from typing import Any

import jetliner
import pytest

from headrace.codec import EventEncoder, MemoryRegistry
from headrace.codec.columnar import ColumnarDecoder, container
from headrace.codec.columnar.decoder import BAD_BLOCKS
from headrace.codec.wire import HEADER_SIZE, split
from headrace.envelope import Event
from tests.unit.codec.conftest import NOW

RECORDS = 8_000
BLOCK = 64
HALVINGS = 7
"""From 8,000 records, which are 125 blocks, to one."""

Spoil = Callable[[bytes], bytes]

SORTS: dict[str, Spoil] = {
    "cut short": lambda body: body[:-1],
    "a byte too much": lambda body: body + b"\0",
    "other bytes": lambda body: bytes(each ^ 0x55 & 0x7F for each in body),
    "nothing": lambda _: b"",
}


@pytest.fixture(autouse=True)
def blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        container, "BLOCK", BLOCK
    )  # the fuzz, which others import, has smaller ones


class Native:
    """Counts the reads of the native reader."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reads = 0
        self._read = jetliner.read_avro
        monkeypatch.setattr(jetliner, "read_avro", self._counted)

    def _counted(self, *arguments: Any, **options: Any) -> Any:
        self.reads += 1
        return self._read(*arguments, **options)


@pytest.fixture
def native(monkeypatch: pytest.MonkeyPatch) -> Native:
    return Native(monkeypatch)


@pytest.fixture
def body(encoder: EventEncoder, trip: Event) -> bytes:
    return encoder.encode(trip)[HEADER_SIZE:]


@pytest.fixture
def left_over(
    encoder: EventEncoder, registry: MemoryRegistry, trip: Event
) -> Callable[[list[bytes]], set[int]]:
    """Decodes many at once; the numbers of those that are left to one by one."""
    decoder, schema_id = ColumnarDecoder(registry), split(encoder.encode(trip))[0]

    def decode(bodies: list[bytes]) -> set[int]:
        done = decoder.decode(schema_id, bodies, event_types=["trip.booked"], now=NOW)
        assert done.frame.height == len(done.numbers)
        return set(range(len(bodies))) - set(done.numbers.tolist())

    return decode


LeftOver = Callable[[list[bytes]], set[int]]


def test_sound_records_are_read_once(native: Native, body: bytes, left_over: LeftOver) -> None:
    assert left_over([body] * RECORDS) == set()
    assert native.reads == 1


@pytest.mark.parametrize("sort", SORTS)
@pytest.mark.parametrize("at", [0, 63, 64, 4_000, 5_003, 7_999])
def test_one_bad_record_takes_its_block_along_and_a_few_reads(
    native: Native, body: bytes, left_over: LeftOver, at: int, sort: str
) -> None:
    bodies = [body] * RECORDS
    bodies[at] = SORTS[sort](body)
    first = at - at % BLOCK
    assert left_over(bodies) == set(range(first, min(first + BLOCK, RECORDS)))
    assert native.reads <= 1 + 2 * HALVINGS


def test_bad_records_in_as_many_blocks_as_are_borne_take_nothing_but_those_along(
    native: Native, body: bytes, left_over: LeftOver
) -> None:
    bodies = [body] * RECORDS
    for place in range(BAD_BLOCKS):
        bodies[500 + place * 1_000] = body[:-1]
    assert len(left_over(bodies)) == BAD_BLOCKS * BLOCK
    assert native.reads <= 1 + 2 * HALVINGS * BAD_BLOCKS


@pytest.mark.parametrize("sort", SORTS)
def test_nothing_but_bad_records_is_given_up_soon(
    native: Native, body: bytes, left_over: LeftOver, sort: str
) -> None:
    assert left_over([SORTS[sort](body)] * RECORDS) == set(range(RECORDS))
    assert native.reads <= HALVINGS + 2 * (BAD_BLOCKS + 1)


def test_a_bad_record_in_every_block_is_given_up_soon(
    native: Native, body: bytes, left_over: LeftOver
) -> None:
    bodies = [body, *[body] * (BLOCK - 2), body[:-1]] * (RECORDS // BLOCK)
    assert left_over(bodies) == set(range(RECORDS))
    assert native.reads <= HALVINGS + 2 * (BAD_BLOCKS + 1)


def test_a_value_that_only_the_row_path_may_judge_goes_there_alone(
    native: Native, encoder: EventEncoder, trip: Event, left_over: LeftOver
) -> None:
    sound = encoder.encode(trip)[HEADER_SIZE:]
    bodies = [sound] * RECORDS
    bodies[4_321] = sound[:1] + b"z" + sound[2:]  # its event id is no UUID
    assert left_over(bodies) == {4_321}
    assert native.reads == 1
