"""The workers' wall clocks jump by an hour, a day, a year, there and back, while they work."""

import pytest

from tests.crash.attack import Attack
from tests.crash.faults import ClockJumps, KillWorker, NewSchema, WorkerJoins, WorkerLeaves
from tests.crash.plan import plan

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]

HOUR = 3600.0
DAY = 24 * HOUR
YEAR = 365 * DAY


async def test_clocks_that_jump_lose_double_and_bury_nothing(
    numbers: Attack, seed: int, events: int
) -> None:
    jumps = [ClockJumps(side * far) for far in (HOUR, 3 * DAY, YEAR) for side in (1, -1)]
    others = (KillWorker(), WorkerJoins(), NewSchema(), WorkerLeaves(), WorkerJoins())
    attack = plan(seed, *jumps, ClockJumps(0), *others, shuffled=True)
    await numbers.carry_out(attack, events, numbers.proof.books())
