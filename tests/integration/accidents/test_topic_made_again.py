"""A topic is deleted and made again: its offsets begin anew and mean other records."""

import pytest

from headrace.runtime import Counts
from tests.integration.accidents.bench import Bench
from tests.runtime.stages import until

pytestmark = pytest.mark.integration

TEN = [f"{number}" for number in range(10)]


async def test_a_topic_made_again_while_no_worker_ran_stops_the_stage_until_somebody_decides(
    bench: Bench,
) -> None:
    await bench.produce(*TEN)
    async with bench.worker():
        await bench.until_applied(10)
    await bench.delete_topic()
    await bench.make_topic()
    await bench.produce(*(f"new {number}" for number in range(20)))
    async with bench.worker() as engine:
        said = await bench.why_it_stops(engine)
    assert "was deleted and made again" in said
    assert f"headrace ledger restart {bench.group} {bench.name}" in said
    assert bench.applied() == TEN
    assert bench.ledger.restart(bench.name) == 1
    async with bench.worker():
        await bench.until_applied(30)
    assert bench.applied() == [*TEN, *(f"new {number}" for number in range(20))]
    assert bench.row().counts == Counts(applied=20)


@pytest.mark.parametrize("new", [3, 10, 40])
async def test_a_topic_made_again_under_a_running_worker_stops_the_stage(
    bench: Bench, new: int
) -> None:
    """At once, with fewer, as many and more records than the worker had read of the old one."""
    await bench.produce(*TEN)
    async with bench.worker() as engine:
        await bench.until_applied(10)
        await bench.make_topic_again()
        await bench.produce(*(f"new {number}" for number in range(new)))
        said = await bench.why_it_stops(engine)
    assert "was deleted and made again" in said
    assert f"headrace ledger restart {bench.group} {bench.name}" in said
    assert bench.applied() == TEN


async def test_a_topic_that_is_gone_for_a_while_stops_the_stage_when_it_is_made_again(
    bench: Bench,
) -> None:
    await bench.produce(*TEN)
    async with bench.worker() as engine:
        await bench.until_applied(10)
        await bench.delete_topic()
        await until(lambda: not engine.owned)  # the group noticed
        await bench.make_topic()
        await bench.produce(*TEN)
        said = await bench.why_it_stops(engine)
    assert "was deleted and made again" in said
    assert bench.applied() == TEN
