"""Health checks: side by side, bounded, cached, without secrets."""

import asyncio
from datetime import UTC, datetime

from api.health import HealthChecks
from headrace.clock import ManualClock
from headrace.errors import OutageError


def _clock() -> ManualClock:
    return ManualClock(datetime(2026, 11, 22, tzinfo=UTC))


async def _up() -> str:
    return "answers"


async def test_all_dependencies_up_is_up() -> None:
    state = await HealthChecks({"kafka": _up, "database": _up}, _clock()).state()
    assert state.status == "up"
    assert {name: one.status for name, one in state.dependencies.items()} == {
        "kafka": "up",
        "database": "up",
    }


async def test_one_dependency_down_is_down_and_its_error_stays_in_the_log() -> None:
    async def fails() -> str:
        raise OutageError("cannot reach postgresql://user:secret@host/db")

    state = await HealthChecks({"kafka": _up, "database": fails}, _clock()).state()
    assert state.status == "down"
    assert state.dependencies["kafka"].status == "up"
    assert state.dependencies["database"].status == "down"
    assert "secret" not in state.model_dump_json()


async def test_a_check_that_hangs_is_cut_off() -> None:
    async def hangs() -> str:
        await asyncio.Event().wait()
        return "never"

    checks = HealthChecks({"kafka": hangs}, _clock(), check_seconds=0.01)
    state = await checks.state()
    assert state.dependencies["kafka"].detail == "no answer within 0.01 s"


async def test_the_checks_run_side_by_side() -> None:
    both = asyncio.Barrier(2)

    async def meets() -> str:
        await both.wait()
        return "met"

    state = await HealthChecks({"a": meets, "b": meets}, _clock()).state()
    assert state.status == "up"


async def test_a_state_is_kept_for_a_second_and_askers_at_once_share_one_check() -> None:
    asked = 0

    async def counts() -> str:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        return "answers"

    clock = _clock()
    checks = HealthChecks({"kafka": counts}, clock)
    await asyncio.gather(*(checks.state() for _ in range(10)))
    clock.advance(0.9)
    await checks.state()
    assert asked == 1
    clock.advance(0.2)
    await checks.state()
    assert asked == 2
