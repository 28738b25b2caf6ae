"""A worker: one stage on Kafka in one process, from its start to a signal or a loud stop."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import structlog

from headrace.runtime.engine import Engine
from headrace.runtime.source import Source

log = structlog.get_logger(__name__)

PROGRESS_SECONDS = 10.0

Companion = Callable[[], Awaitable[None]]
"""Something that runs beside a stage until it is cancelled (the dead letters' publisher, …)."""


async def run_worker(engine: Engine, source: Source, companions: Sequence[Companion] = ()) -> None:
    """Run until SIGTERM or SIGINT; raises what stopped the stage otherwise."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    beside: list[asyncio.Future[None]] = []
    try:
        await first_of(stopped.wait(), _serve(engine, source, companions, beside))
    finally:
        await _end(engine, beside)
    log.info("stage ended", stage=engine.stage.name, applied=engine.counts.applied)


@contextlib.asynccontextmanager
async def running(
    engine: Engine, source: Source, companions: Sequence[Companion] = ()
) -> AsyncIterator[None]:
    """The engine and its companions, running inside the block."""
    beside: list[asyncio.Future[None]] = []
    try:
        await engine.start(source)
        beside += _beside(engine, companions)
        yield
    finally:
        await _end(engine, beside)


async def _serve(
    engine: Engine,
    source: Source,
    companions: Sequence[Companion],
    beside: list[asyncio.Future[None]],
) -> None:
    """Starting may wait for servers, and a signal must end that too."""
    await engine.start(source)
    beside += _beside(engine, companions)
    await engine.failure()


def _beside(engine: Engine, companions: Sequence[Companion]) -> list[asyncio.Future[None]]:
    beside: list[asyncio.Future[None]]
    beside = [asyncio.ensure_future(companion()) for companion in companions]
    beside.append(asyncio.ensure_future(_report(engine)))
    for each in beside:
        each.add_done_callback(lambda ended: _loudly(engine, ended))
    return beside


def _loudly(engine: Engine, ended: asyncio.Future[None]) -> None:
    """A companion that broke must not leave the stage without it."""
    if not ended.cancelled() and (error := ended.exception()) is not None:
        engine.fail(error)


async def _end(engine: Engine, beside: Sequence[asyncio.Future[None]]) -> None:
    for task in beside:
        task.cancel()
    await asyncio.gather(*beside, return_exceptions=True)
    await engine.stop()


async def first_of(*waits: Awaitable[object]) -> None:
    """Wait for the first to end; raises its error."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _report(engine: Engine) -> None:
    """A line of progress while there is some."""
    told = engine.counts
    while True:
        await asyncio.sleep(PROGRESS_SECONDS)
        counts = engine.counts
        if counts != told:
            log.info(
                "progress",
                stage=engine.stage.name,
                records=counts.total,
                per_second=round((counts.total - told.total) / PROGRESS_SECONDS),
                duplicate=counts.duplicate,
                dead=counts.dead,
                bytes_held=engine.budget.used,
            )
            told = counts
