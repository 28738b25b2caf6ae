"""Workers die, freeze, come and go, while events are published all the time."""

import pytest

from tests.crash.attack import Attack
from tests.crash.faults import FreezeWorker, KillWorker, WorkerJoins, WorkerLeaves
from tests.crash.plan import plan

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]


async def test_ten_kills_of_the_only_worker_lose_and_double_nothing(
    numbers: Attack, seed: int, events: int
) -> None:
    kills = [KillWorker() for _ in range(10)]
    await numbers.carry_out(plan(seed, *kills), events, numbers.proof.books())


async def test_workers_that_freeze_and_wake_join_and_leave_lose_and_double_nothing(
    numbers: Attack, seed: int, events: int
) -> None:
    faults = (
        FreezeWorker(0, 14.0, leaves=1),
        WorkerJoins(),
        FreezeWorker(1, 12.0, leaves=0),
        WorkerJoins(),
        WorkerLeaves(0),
        WorkerJoins(),
        WorkerLeaves(1),
    )
    await numbers.carry_out(plan(seed, *faults), events, numbers.proof.books())
