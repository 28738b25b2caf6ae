"""PostgreSQL, Kafka and the registry go away, at the worst moments, and come back."""

import pytest

from tests.crash.attack import Attack
from tests.crash.faults import AllRestart, Away, KillWorker, NewSchema, WorkerJoins, WorkerLeaves
from tests.crash.plan import plan

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]


async def test_postgres_away_for_thirty_seconds_delays_and_loses_nothing(
    numbers: Attack, seed: int, events: int
) -> None:
    faults = (
        Away("postgres", 30.0),
        Away("postgres", 15.0, "kill", (WorkerJoins(),)),  # during a rebalance
        Away("postgres", 15.0, "stop", (AllRestart(),)),  # before a worker starts
    )
    await numbers.carry_out(plan(seed, *faults), events, numbers.proof.books())


async def test_a_broker_that_stops_dies_or_freezes_delays_and_loses_nothing(
    numbers: Attack, seed: int, events: int
) -> None:
    faults = (
        Away("kafka", 2.0),
        Away("kafka", 5.0, "kill", (WorkerJoins(),)),
        Away("kafka", 12.0, "pause"),
        Away("kafka", 1.0, "stop", (AllRestart(),)),
    )
    await numbers.carry_out(plan(seed, *faults), events, numbers.proof.books())


async def test_a_registry_that_is_away_delays_and_sends_nothing_to_the_dead_letters(
    numbers: Attack, seed: int, events: int
) -> None:
    faults = (
        Away("registry", 5.0, "kill", (NewSchema(),)),  # nobody can say what the new id means
        Away("registry", 5.0, "stop", (KillWorker(),)),  # the next worker knows no id at all
        Away("registry", 12.0, "pause", (NewSchema(), WorkerJoins())),
        WorkerLeaves(),
    )
    await numbers.carry_out(plan(seed, *faults), events, numbers.proof.books())
