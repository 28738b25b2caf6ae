"""`headrace projections`: how far they are, and building one anew."""

from typing import Annotated, Any

import typer

from headrace.errors import ConfigurationError

COLUMNS = (*("name", "build", "version", "state", "applied", "behind", "behind_s", "moved_at"),)
PROGRESS = ("name", "build", "applied", "behind", "live")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    projections = typer.Typer(
        no_args_is_help=True,
        help="Tables that follow the event store; `headrace worker projections`.",
    )
    projections.command("list")(list_)
    projections.command("rebuild")(rebuild)
    app.add_typer(projections, name="projections")


def list_(context: typer.Context) -> None:
    """List the builds of each projection: which readers see (live), and how far each is behind.

    Example: headrace projections list --json
    """
    from headrace.cli.output import emit, note
    from headrace.store.projections import Projections
    from processors.projections import PROJECTIONS

    store, database = _opened()
    rows = Projections(database).rows(store, dict(PROJECTIONS))
    emit([_row(each) for each in rows], COLUMNS, context)
    if not rows:
        note("none is built yet; `headrace worker projections` builds them")


def rebuild(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Projection, such as leaderboard.")],
) -> None:
    """Build a projection anew, beside the one that readers see, and switch to it when it is there.

    Safe to stop at any moment: called again, it goes on. The worker may run meanwhile.

    Example: headrace projections rebuild leaderboard
    """
    from headrace.cli.output import emit, note
    from headrace.clock import SystemClock
    from headrace.store.projections import Projector
    from headrace.store.projections import rebuild as build_anew
    from processors.projections import PROJECTIONS

    if name not in PROJECTIONS:
        raise ConfigurationError(
            f"no projection is named {name}; there are: {', '.join(PROJECTIONS)}"
        )
    store, database = _opened()
    clock = SystemClock()
    told = clock.monotonic()
    for each in build_anew(store, Projector(store, database, PROJECTIONS[name])):
        if each.live:
            row = {"name": name, "build": each.build, "applied": each.applied, "live": True}
            emit([row | {"behind": each.behind}], PROGRESS, context)
        elif clock.monotonic() - told > 1:
            told = clock.monotonic()
            note(f"applied {each.applied:,}, {each.behind:,} to go")


def _opened() -> tuple[Any, Any]:
    from headrace.postgres import Database
    from headrace.settings import load_settings
    from headrace.store import EventStore

    settings = load_settings()
    store = EventStore(settings.event_store_url.get_secret_value(), source="headrace-cli")
    url = settings.database_url.get_secret_value()
    return store, Database(url, application="headrace-cli")


def _row(row: Any) -> dict[str, Any]:
    build, behind = row.build, row.behind
    return {
        "name": build.name,
        "build": build.build,
        "version": build.version,
        "state": build.state,
        "applied": build.applied,
        "behind": behind and behind.events,
        "behind_s": behind and round(behind.seconds, 3),
        "moved_at": build.moved_at.isoformat(),
    }
