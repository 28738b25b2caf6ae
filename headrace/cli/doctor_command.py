"""`headrace doctor`: what is wrong with this installation, and what to do about it."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from headrace.cli.catalog_commands import Root
from headrace.cli.output import emit, emit_json, note, wants_json

COLUMNS = ("check", "state", "subject", "detail", "remedy")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("doctor")(doctor)


def doctor(
    context: typer.Context,
    *,
    seconds: Annotated[
        float, typer.Option(help="How long one question to a server may take.", min=0.5)
    ] = 5.0,
    late: Annotated[
        float, typer.Option(help="Seconds after which an unread record is late.", min=1)
    ] = 60.0,
    root: Root = None,
) -> None:
    """Look at all that headrace needs, and say what to do: addresses, brokers, under-replicated
    partitions, topics, lag, registry, database, clocks, versions. Changes nothing.

    Exit code: 0 nothing is wrong (there may be warnings), 1 there is a problem.
    docs/troubleshooting.md has a section for each.

    Example: headrace doctor --late 300
    """
    from headrace.catalog import load_catalog
    from headrace.clock import SystemClock
    from headrace.doctor import examine
    from headrace.settings import load_settings

    findings = []
    allowed = timedelta(seconds=late)
    for finding in examine(
        load_settings(), load_catalog(root), SystemClock(), seconds=seconds, late=allowed
    ):
        findings.append(finding)
        if wants_json(context):
            emit_json(asdict(finding))
    if not wants_json(context):
        emit([asdict(finding) for finding in findings], COLUMNS, context)
    states = [finding.state for finding in findings]
    note(f"{states.count('problem')} problems, {states.count('warning')} warnings")
    if "problem" in states:
        raise typer.Exit(1)
