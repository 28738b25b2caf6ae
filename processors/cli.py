"""`headrace worker`: runs stages."""

import asyncio
import os
import signal
import threading
from typing import Annotated

import typer

from headrace.cli.metrics_options import MetricsHost, MetricsPort
from headrace.cli.output import fail
from headrace.errors import ConfigurationError, HeadraceError
from processors import projection_commands, relay_commands

STAGES = ("archive", "relay", "projections")


def register(app: typer.Typer) -> None:
    """Add the subcommands to the command line."""
    app.command("worker")(worker)
    relay_commands.register(app)
    projection_commands.register(app)


def worker(
    stages: Annotated[
        list[str], typer.Argument(help=f"What to run: {', '.join(STAGES)}.", metavar="STAGE")
    ],
    *,
    metrics_host: MetricsHost = "127.0.0.1",
    metrics_port: MetricsPort = None,
) -> None:
    """Run a stage until stopped (SIGTERM, Ctrl-C).

    A second worker of the archive shares its partitions with the first; a second relay stands by,
    and so does a second worker of the projections.
    Killing one at any moment loses nothing and doubles nothing.

    Example: headrace worker archive --metrics-port 9102
    """
    unknown = [stage for stage in stages if stage not in STAGES]
    if unknown:
        raise ConfigurationError(
            f"no stage is named {', '.join(unknown)}; there are: {', '.join(STAGES)}"
        )
    if len(stages) > 1:
        raise ConfigurationError("each stage is a process of its own: give one")
    try:
        _RUN[stages[0]](metrics_host, metrics_port)
    except HeadraceError as error:
        fail(str(error))
        # A consumer that crashed leaves a thread behind that would keep the process.
        os._exit(1)


def _run_archive(metrics_host: str, metrics_port: int | None) -> None:
    asyncio.run(_archive(metrics_host, metrics_port))


async def _archive(metrics_host: str, metrics_port: int | None) -> None:
    # Each writer thread decodes by itself; threads of Polars' own would only take turns with them.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from headrace.clock import SystemClock
    from headrace.logs import configure
    from headrace.metrics import serving
    from headrace.runtime.log_facts import LogFacts
    from headrace.runtime.watching import StageWatch
    from headrace.runtime.worker import run_worker
    from headrace.settings import load_settings
    from processors.archive import build

    settings = load_settings()
    configure(settings.log_level, "archive")
    wired = build(settings)
    companions = list(wired.companions)
    if metrics_port is not None:
        facts = LogFacts(settings.kafka).facts
        companions.append(StageWatch(wired.engine, facts, SystemClock()).run)
    try:
        with serving(metrics_host, metrics_port):
            await run_worker(wired.engine, wired.source, companions)
    finally:
        wired.database.close()


def _run_relay(metrics_host: str, metrics_port: int | None) -> None:
    from headrace.logs import configure
    from headrace.metrics import LIVE, serving
    from headrace.settings import load_settings
    from processors.relay import build

    settings = load_settings()
    configure(settings.log_level, "relay")
    wired = build(settings, stop=_stopped_by_signals())
    LIVE.add(wired.relay.metrics)
    try:
        with serving(metrics_host, metrics_port):
            wired.relay.run()
    finally:
        wired.store.close()


def _run_projections(metrics_host: str, metrics_port: int | None) -> None:
    from headrace.logs import configure
    from headrace.metrics import LIVE, serving
    from headrace.settings import load_settings
    from processors.projections import PROJECTIONS, build

    settings = load_settings()
    configure(settings.log_level, "projections")
    wired = build(settings, PROJECTIONS.values(), stop=_stopped_by_signals())
    LIVE.add(wired.worker.metrics)
    try:
        with serving(metrics_host, metrics_port):
            wired.worker.run()
    finally:
        wired.close()


def _stopped_by_signals() -> threading.Event:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


_RUN = {"archive": _run_archive, "relay": _run_relay, "projections": _run_projections}
