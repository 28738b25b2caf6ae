"""The command line, put together: the library's commands and those of the rooms beside it."""

import os
import sys
from importlib.metadata import EntryPoint, entry_points, version
from typing import Annotated

import structlog
import typer

from headrace.cli import (
    catalog_commands,
    database_commands,
    doctor_command,
    exporter_command,
    metrics_command,
    plan_commands,
    publish_command,
    query_command,
    store_commands,
    tail_command,
    topics_command,
)
from headrace.cli.output import fail
from headrace.errors import HeadraceError
from headrace.logs import configure

_ROOMS = "headrace.commands"
_OWN = (
    catalog_commands,
    database_commands,
    doctor_command,
    exporter_command,
    metrics_command,
    plan_commands,
    publish_command,
    query_command,
    store_commands,
    tail_command,
    topics_command,
)
_HELP = """The Kafka backbone's command line: publish typed events, watch them, ask for them.

Addresses and secrets come from the environment (see docs/configuration.md); on a laptop
`source .local/env` sets them.

Example: headrace publish events.ndjson && headrace tail --type 'user.*'
"""


def main(arguments: list[str] | None = None) -> None:
    """Run a command and end the process: 0 done, 1 failed, 2 used wrongly, 130 interrupted.

    It is no failure that whoever reads the output has gone (`| head`).
    """
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = _run(_json_first(given))
        sys.stdout.flush()
    except BrokenPipeError:
        code = 0
        # nothing may be flushed into the pipe at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    try:
        build_app()(args=arguments)
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):  # which Click makes an exit code of 1
            raise BrokenPipeError from None
        return ended.code if isinstance(ended.code, int) else 0
    except HeadraceError as error:
        fail(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _json_first(arguments: list[str]) -> list[str]:
    """`--json` belongs to every command, so it may stand anywhere on the line."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--json" not in own:
        return arguments
    at = own.index("--json")
    return ["--json", *arguments[:at], *arguments[at + 1 :]]


def build_app() -> typer.Typer:
    """All commands; a room's only where the room can be imported."""
    app = typer.Typer(
        help=_HELP,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_options)
    for module in _OWN:
        module.register(app)
    for entry in entry_points(group=_ROOMS):
        _add_room(app, entry)
    return app


def _version(given: bool) -> None:
    if given:
        typer.echo(f"headrace {version('headrace')}")
        raise typer.Exit


def _options(
    context: typer.Context,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print NDJSON, one object a line; anywhere on the line.")
    ] = False,
    _: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="Show it."),
    ] = False,
) -> None:
    configure(os.environ.get("LOG_LEVEL", "").lower() or "warn", "cli")
    context.obj = {"json": as_json}


def _add_room(app: typer.Typer, entry: EntryPoint) -> None:
    """A room that is not there is no error; one that is broken shows in the log."""
    try:
        register = entry.load()
    except ModuleNotFoundError as error:
        room = entry.module.partition(".")[0]
        if not (error.name or "").startswith(room):
            structlog.get_logger().debug("room left out", room=room, missing=error.name)
        return
    register(app)
