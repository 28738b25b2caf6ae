"""`headrace worker`: runs stages."""

import asyncio
import os
from typing import Annotated

import typer

from headrace.cli.metrics_options import MetricsHost, MetricsPort
from headrace.cli.output import fail
from headrace.errors import ConfigurationError, HeadraceError

STAGES = ("archive",)


def register(app: typer.Typer) -> None:
    """Add the subcommands to the command line."""
    app.command("worker")(worker)


def worker(
    stages: Annotated[
        list[str], typer.Argument(help=f"What to run: {', '.join(STAGES)}.", metavar="STAGE…")
    ],
    *,
    metrics_host: MetricsHost = "127.0.0.1",
    metrics_port: MetricsPort = None,
) -> None:
    """Run stages until stopped (SIGTERM, Ctrl-C).

    A second worker of a stage shares its partitions with the first. Killing one at any moment
    loses nothing and doubles nothing.

    Example: headrace worker archive --metrics-port 9102
    """
    unknown = [stage for stage in stages if stage not in STAGES]
    if unknown:
        raise ConfigurationError(
            f"no stage is named {', '.join(unknown)}; there are: {', '.join(STAGES)}"
        )
    try:
        asyncio.run(_run(metrics_host, metrics_port))
    except HeadraceError as error:
        fail(str(error))
        # A consumer that crashed leaves a thread behind that would keep the process.
        os._exit(1)


async def _run(metrics_host: str, metrics_port: int | None) -> None:
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
