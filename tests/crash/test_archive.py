"""The archive itself under attack: `headrace worker archive`, as it runs anywhere."""

import pytest

from tests.crash.attack import Attack
from tests.crash.faults import (
    AllRestart,
    Away,
    FreezeWorker,
    KillWorker,
    NewSchema,
    WorkerJoins,
    WorkerLeaves,
)
from tests.crash.plan import plan

pytestmark = [pytest.mark.crash, pytest.mark.timeout(900)]


async def test_an_attacked_archive_stores_every_event_once(
    archive: Attack, seed: int, events: int
) -> None:
    faults = (
        KillWorker(),
        WorkerJoins(),
        KillWorker(1),
        FreezeWorker(0, 12.0, leaves=1),
        Away("postgres", 5.0, "kill", (AllRestart(),)),
        Away("kafka", 2.0, "kill"),
        Away("registry", 2.0, "kill", (NewSchema(),)),
        WorkerJoins(),
        WorkerLeaves(),
    )
    await archive.carry_out(plan(seed, *faults, shuffled=True), events, archive.proof.books())
