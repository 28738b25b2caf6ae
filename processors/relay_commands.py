"""`headrace relay`: how far the relay is, and where it is to go on."""

import dataclasses
import threading
from typing import Annotated, Any
from uuid import UUID

import typer

from headrace.errors import ConfigurationError

COLUMNS = ("at_work", "cursor", "behind", "behind_s")


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    relay = typer.Typer(
        no_args_is_help=True, help="The event store's relay to Kafka; `headrace worker relay`."
    )
    relay.command("status")(status)
    relay.command("restart")(restart)
    app.add_typer(relay, name="relay")


def status(context: typer.Context) -> None:
    """Show whether a relay is at work, and how many events, how old, the store holds beyond it.

    Example: headrace relay status --json
    """
    from headrace.cli.output import emit
    from processors.relay.outlet import committed_cursor

    wired = _wired()
    cursor = committed_cursor(_settings().kafka)
    behind = wired.store.behind(cursor)
    row = {
        "at_work": wired.tenure.is_held(),
        "cursor": cursor,
        "behind": behind.events,
        "behind_s": round(behind.seconds, 3),
    }
    emit([row], COLUMNS, context)


def restart(
    context: typer.Context,
    place: Annotated[
        str,
        typer.Argument(help="start, end, or the id of the last event that is not to be published."),
    ],
) -> None:
    """Let the relay go on from the store's start, its end, or after an event.

    For a store that was restored, a Kafka that lost its topics, or an event that cannot be
    published (it is left out). From the start everything is published once more, under the same
    event ids. A relay that is at work is fenced, and goes on from there.

    Example: headrace relay restart 0199f3a2-6d5e-7c1b-8a44-1f0e2d3c4b5a
    """
    from headrace.cli.output import emit

    wired = _wired()
    cursor = _cursor(wired.store, place)
    wired.outlet.restart(cursor)
    behind = dataclasses.asdict(wired.store.behind(cursor))
    emit([{"cursor": cursor, "behind": behind["events"]}], ("cursor", "behind"), context)


def _cursor(store: Any, place: str) -> str:
    from headrace.store import Position

    if place == "start":
        return str(store.cursor_of(Position(0, 0)))
    if place == "end":
        last = store.read_all(backwards=True, limit=1).events
        return str(store.cursor_of(last[0].position if last else Position(0, 0)))
    try:
        found = store.find(UUID(place))
    except ValueError:
        raise ConfigurationError(f"{place} is no event id, nor start or end") from None
    if found is None:
        raise ConfigurationError(f"the store has no event {place}")
    return str(store.cursor_of(found.position))


def _settings() -> Any:
    from headrace.settings import load_settings

    return load_settings()


def _wired() -> Any:
    from processors.relay import build

    return build(_settings(), stop=threading.Event())
