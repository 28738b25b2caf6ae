"""A process that is asked to end does, and a loop that is blocked is said in the log."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from structlog.testing import capture_logs

from headrace import Metadata, Service
from headrace.events import PaymentCompleted
from headrace.service import consuming
from headrace.service.watching import LoopWatch
from headrace.testing import ServiceKit
from tests.unit.service.samples import paid

PROGRAM = """
import asyncio, sys, time
from headrace.clock import SystemClock
from headrace.service.signals import ending

async def main():
    stopped = asyncio.Event()
    loop, limit = asyncio.get_running_loop(), float(sys.argv[2])
    with ending(loop, stopped.set, lambda seconds: seconds > limit, SystemClock()):
        print("ready", flush=True)
        while sys.argv[1] == "blocked":
            time.sleep(0.01)
        await stopped.wait()
    print("ended", flush=True)

asyncio.run(main())
"""


@contextmanager
def program(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = (sys.executable, "-c", PROGRAM, *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_asks_it_to_end(number: signal.Signals) -> None:
    with program("idle", "60") as process:
        process.send_signal(number)
        assert process.communicate(timeout=20)[0] == "ended\n"
        assert process.returncode == 0


def test_the_second_signal_ends_it_though_its_loop_is_blocked() -> None:
    with program("blocked", "60") as process:
        process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.3)
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM


def test_a_blocked_process_ends_when_its_time_is_over() -> None:
    with program("blocked", "0.2") as process:
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM


async def test_the_log_names_the_handler_that_blocks_the_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(consuming, "LoopWatch", partial(LoopWatch, seconds=0.1))
    service = Service("voyage-service")

    @service.on(PaymentCompleted)
    async def confirm(event: PaymentCompleted, metadata: Metadata) -> None:
        time.sleep(0.5)  # noqa: ASYNC251 - what it must not do

    with capture_logs() as logs:
        async with ServiceKit(service) as kit:
            sent = await kit.send(paid())
            await kit.settled()
    blocked = [line for line in logs if line["event"] == "event loop blocked"]
    assert len(blocked) >= 2, "it says so again"
    assert blocked[0]["eventId"] == str(sent.event_id)
    assert "in confirm" in blocked[0]["stack"]
    assert [line for line in logs if line["event"] == "event loop goes on"]
