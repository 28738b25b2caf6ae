"""Three brokers, three copies, two of which make a record safe."""

import pytest

from tests.crash.attack import Attack
from tests.crash.faults import Away, WorkerJoins
from tests.crash.plan import plan

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]


async def test_one_broker_of_three_may_die_at_any_time(
    numbers_on_three: Attack, seed: int, events: int
) -> None:
    faults = (
        Away("kafka-2", 10.0, "kill"),
        Away("kafka-3", 10.0, "kill", (WorkerJoins(),)),
        Away("kafka", 10.0, "kill"),
        Away("kafka-2", 12.0, "pause"),
    )
    attack = numbers_on_three
    await attack.carry_out(plan(seed, *faults), events, attack.proof.books())
