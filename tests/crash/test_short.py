"""The quick look: a worker and every server are killed once, in half a minute."""

import pytest

from tests.crash.attack import Attack
from tests.crash.faults import Away, KillWorker, NewSchema, WorkerJoins
from tests.crash.plan import plan

pytestmark = [pytest.mark.crash, pytest.mark.timeout(300)]


@pytest.fixture
def session() -> float:
    """The shortest that a broker allows."""
    return 6.0


@pytest.mark.covers("X-7")  # how much faster than stock Faust, `python -m benchmarks peers` tells
async def test_short_kills_of_worker_registry_database_and_broker_lose_and_double_nothing(
    numbers: Attack, seed: int
) -> None:
    faults = (
        Away("registry", 0.0, "kill", (NewSchema(), KillWorker())),
        Away("postgres", 1.0, "kill", (WorkerJoins(),)),
        Away("kafka", 0.0, "kill"),
    )
    await numbers.carry_out(plan(seed, *faults), 20_000, numbers.proof.books())
