"""The commands of the local stack: `headrace up`, `down`, `status`, `logs` and `demo`."""

from typing import Annotated

import typer

_COLUMNS = ("name", "state", "pid", "uptime", "address", "detail")


def register(app: typer.Typer) -> None:
    """Add the commands to `headrace`."""
    for command in (up, down, status, logs, demo):
        app.command()(command)


def up(
    context: typer.Context,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Start the processes only.")] = False,
    secure: Annotated[
        bool, typer.Option("--secure", help="Kafka with TLS, users and ACLs, until it is wiped.")
    ] = False,
) -> None:
    """Start Kafka, the registry, PostgreSQL, the API and the archive; then run the demo."""
    from deploy.local.operations import LocalStack
    from deploy.local.progress import Progress

    progress = Progress()
    with progress.working("starting"):
        stack = LocalStack().up(progress.line, secure=secure)
    progress.line(f"to use it: source {stack.layout.env}")
    if not no_demo:
        _demo(context, again=False)


def down(
    wipe: Annotated[bool, typer.Option("--wipe", help="Remove all data as well.")] = False,
) -> None:
    """End every process of the stack; its data stays, unless wiped."""
    from deploy.local.operations import LocalStack
    from deploy.local.progress import Progress

    progress = Progress()
    with progress.working("stopping"):
        LocalStack().down(progress.line, wipe=wipe)
    progress.line("nothing runs")


def status(context: typer.Context) -> None:
    """Show each process: state, process id, seconds up, address. Exit code 1 unless all answer."""
    import dataclasses

    from deploy.local.operations import LocalStack
    from headrace.cli.output import emit

    found = LocalStack().status()
    emit([dataclasses.asdict(each) for each in found], _COLUMNS, context)
    if not found or any(each.state != "ready" for each in found):
        raise typer.Exit(1)


def logs(
    context: typer.Context,
    name: Annotated[str | None, typer.Argument(help="One process; all when left out.")] = None,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on until ^C.")] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", min=0, help="How many of the last.")] = 20,
) -> None:
    """Show the end of the processes' logs; of several, each line names its process."""
    from deploy.local.logs import show_logs
    from deploy.local.operations import LocalStack
    from headrace.cli.output import emit_json, wants_json

    files = LocalStack().log_files()
    if name is not None and name not in files:
        known = ", ".join(files) or "none yet"
        raise typer.BadParameter(f"no log of that name; there are: {known}", param_hint="NAME")
    chosen = {name: files[name]} if name else files
    as_json = wants_json(context)

    def write(process: str, line: str) -> None:
        if as_json:
            emit_json({"process": process, "line": line})
        else:
            typer.echo(line if len(chosen) == 1 else f"{process} | {line}")

    try:
        show_logs(chosen, lines, follow=follow, write=write)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def demo(
    context: typer.Context,
    again: Annotated[bool, typer.Option("--again", help="Publish all of it anew.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Flights until ^C instead.")] = False,
    rate: Annotated[
        float, typer.Option("--rate", min=0.1, max=20_000, help="Flights a second, with --live.")
    ] = 10,
) -> None:
    """Publish real flights and weather, once, and show what became of them."""
    if again and live:
        raise typer.BadParameter("--again and --live exclude each other", param_hint="--again")
    if live:
        _live(rate)
    else:
        _demo(context, again=again)


def _demo(context: typer.Context, *, again: bool) -> None:
    import dataclasses

    from deploy.local.demo import run_demo, sample_query
    from deploy.local.operations import LocalStack
    from deploy.local.progress import Progress
    from headrace.cli.output import emit_json, wants_json

    stack = LocalStack().running()
    progress = Progress()
    reports = run_demo(stack, progress, again=again)
    for report in reports:
        progress.line(str(report))
        if wants_json(context):
            emit_json(dataclasses.asdict(report))
    query, answer = sample_query(stack)
    progress.line(f"POST {stack.api_url}/api/events/query {query}\n{answer}")


def _live(rate: float) -> None:
    from deploy.local.demo import run_live
    from deploy.local.operations import LocalStack
    from deploy.local.progress import Progress

    progress = Progress()
    progress.line(f"{rate:g} flights a second; ^C ends it")
    sent = run_live(LocalStack().running(), rate, progress)
    progress.line(f"{sent:,} flights published")
