"""The log loses its end: a disk that lied about its writes, an unclean leader election."""

import asyncio
from pathlib import Path

import pytest

from deploy.local.kafka import kafka_data
from headrace.runtime import Counts
from tests.conftest import Servers
from tests.integration.accidents.bench import Bench

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

BATCH_HEADER = 12
"""Bytes of a record batch before what its length counts: base offset (8), length (4)."""

TEN = [f"{number}" for number in range(10)]
SIX = TEN[:6]


async def test_a_log_that_lost_what_was_applied_stops_the_stage_and_is_accepted_by_a_command(
    bench: Bench, stack: Servers
) -> None:
    for text in TEN:
        await bench.produce(text)  # each a batch of its own
    async with bench.worker():
        await bench.until_applied(10)
    await lose_the_end(stack, bench, after=6)
    async with bench.worker() as engine:
        said = await bench.why_it_stops(engine)
    assert "has applied up to offset 10, but the log ends at 6" in said
    assert f"headrace ledger rewind {bench.group} {bench.name}" in said
    assert bench.row().next_offset == 10
    assert bench.ledger.rewind(bench.tp, 6)
    await bench.produce("after the accident")
    async with bench.worker():
        await bench.until_applied(11)
    assert bench.applied() == [*TEN, "after the accident"]
    assert bench.row().counts == Counts(applied=1)


async def test_a_log_that_loses_its_end_under_a_running_worker_stops_it_just_so(
    bench: Bench, stack: Servers
) -> None:
    for text in TEN:
        await bench.produce(text)
    async with bench.worker() as engine:
        await bench.until_applied(10)
        await lose_the_end(stack, bench, after=6)
        said = await bench.why_it_stops(engine)
    assert "has applied up to offset 10, but the log ends at 6" in said
    assert bench.applied() == TEN


async def lose_the_end(stack: Servers, bench: Bench, after: int) -> None:
    """The broker dies, and its disk has forgotten the batches from offset `after` on."""
    await asyncio.to_thread(stack.kill, "kafka")
    description = stack.description
    folder = kafka_data(description.layout, description.brokers[0]) / f"{bench.name}-0"
    for segment in folder.glob("*.log"):
        _cut(segment, after)
    for built_anew in (*folder.glob("*.index"), *folder.glob("*.timeindex")):
        built_anew.unlink()
    await asyncio.to_thread(stack.start, "kafka")


def _cut(segment: Path, after: int) -> None:
    held, at = segment.read_bytes(), 0
    while at < len(held) and int.from_bytes(held[at : at + 8]) < after:
        at += BATCH_HEADER + int.from_bytes(held[at + 8 : at + BATCH_HEADER])
    segment.write_bytes(held[:at])
