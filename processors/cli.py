"""`headrace worker`: runs stages."""

import asyncio
import os
import signal
import threading
from typing import Annotated

import typer

from headrace.cli.output import fail
from headrace.errors import ConfigurationError, HeadraceError
from processors import relay_commands

STAGES = ("archive", "relay")


def register(app: typer.Typer) -> None:
    """Add the subcommands to the command line."""
    app.command("worker")(worker)
    relay_commands.register(app)


def worker(
    stages: Annotated[
        list[str], typer.Argument(help=f"What to run: {', '.join(STAGES)}.", metavar="STAGE")
    ],
) -> None:
    """Run a stage until stopped (SIGTERM, Ctrl-C).

    A second worker of the archive shares its partitions with the first; a second relay stands by.
    Killing one at any moment loses nothing and doubles nothing.

    Example: headrace worker archive
    """
    unknown = [stage for stage in stages if stage not in STAGES]
    if unknown:
        raise ConfigurationError(
            f"no stage is named {', '.join(unknown)}; there are: {', '.join(STAGES)}"
        )
    if len(stages) > 1:
        raise ConfigurationError("each stage is a process of its own: give one")
    try:
        if stages[0] == "relay":
            _run_relay()
        else:
            asyncio.run(_run())
    except HeadraceError as error:
        fail(str(error))
        # A consumer that crashed leaves a thread behind that would keep the process.
        os._exit(1)


async def _run() -> None:
    # Each writer thread decodes by itself; threads of Polars' own would only take turns with them.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from headrace.logs import configure
    from headrace.runtime.worker import run_worker
    from headrace.settings import load_settings
    from processors.archive import build

    settings = load_settings()
    configure(settings.log_level, "archive")
    wired = build(settings)
    try:
        await run_worker(wired.engine, wired.source, wired.companions)
    finally:
        wired.database.close()


def _run_relay() -> None:
    from headrace.logs import configure
    from headrace.settings import load_settings
    from processors.relay import build

    settings = load_settings()
    configure(settings.log_level, "relay")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    wired = build(settings, stop=stop)
    try:
        wired.relay.run()
    finally:
        wired.store.close()
