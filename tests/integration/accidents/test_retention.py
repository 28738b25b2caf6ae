"""Records leave the log before the stage has read them: retention, or an operator."""

import pytest

from headrace.runtime import Counts
from tests.integration.accidents.bench import Bench

pytestmark = pytest.mark.integration

TEN = [f"{number}" for number in range(10)]


async def test_records_lost_while_no_worker_ran_are_named_and_accepted_by_a_command(
    bench: Bench,
) -> None:
    await bench.produce(*TEN)
    async with bench.worker():
        await bench.until_applied(10)
    await bench.produce("lost", "lost too", "kept")
    await bench.delete_records(before=12)
    async with bench.worker() as engine:
        said = await bench.why_it_stops(engine)
    assert "2 records from offset 10 left the log" in said
    assert f"headrace ledger skip {bench.group} {bench.name}" in said
    assert bench.ledger.skip(bench.tp, 12)
    async with bench.worker():
        await bench.until_applied(11)
    assert bench.applied() == [*TEN, "kept"]
    assert bench.row().counts == Counts(applied=11, skipped=2)


async def test_records_lost_under_a_running_worker_are_named_just_so(bench: Bench) -> None:
    """The worker is so far behind that it has not fetched them: here, since its effects wait."""
    await bench.produce("first")
    async with bench.worker(budget_bytes=2_000) as engine:
        await bench.until_applied(1)
        bench.handler.available.clear()
        await bench.produce(*("x" * 1000 for _ in range(2000)))
        await bench.produce("kept")
        await bench.delete_records(before=2001)
        bench.handler.available.set()
        said = await bench.why_it_stops(engine)
    read = bench.row().next_offset
    assert 1 < read < 2001
    assert f"{2001 - read} records from offset {read} left the log" in said
    assert f"headrace ledger skip {bench.group} {bench.name}" in said
    assert bench.row().counts == Counts(applied=read)
