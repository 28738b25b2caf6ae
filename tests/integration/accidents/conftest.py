"""A topic and a stage of its own for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Servers
from tests.integration.accidents.bench import Bench


@pytest.fixture
async def bench(stack: Servers) -> AsyncIterator[Bench]:
    bench = Bench(stack)
    await bench.prepare()
    yield bench
    bench.database.close()
