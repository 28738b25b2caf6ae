"""A topic gets more partitions while a worker runs."""

import pytest

from tests.integration.accidents.bench import Bench
from tests.runtime.stages import until

pytestmark = pytest.mark.integration


@pytest.mark.parametrize("start", ["earliest", "latest"])
async def test_new_partitions_are_read_from_their_first_record(bench: Bench, start: str) -> None:
    bench.start_at(start)
    async with bench.worker() as engine:
        await until(lambda: len(engine.owned) == 1)
        await bench.produce("old")
        await bench.grow(3)
        await bench.produce("new 1", partition=1)
        await bench.produce("new 2", partition=2)
        await bench.until_applied(3, within=100)
        assert len(engine.owned) == 3
    assert sorted(bench.applied()) == ["new 1", "new 2", "old"]
