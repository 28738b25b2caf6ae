"""Projections that would show an event lost or doubled, and a process of theirs to be killed.

`python -m tests.store.projecting STORE_URL DATABASE_URL VERSION STEP` follows the store; at STEP,
such as `move:after:3` (after the third call), it ends itself by SIGKILL. `-` never does.
"""

import functools
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from headrace.postgres import Database
from headrace.store import EventStore, Recorded
from headrace.store.projections import Projection, Projector, View
from headrace.store.projections.builds import Builds
from tests.store.catalog import game_catalog

TABLES = """
CREATE TABLE seen (place bigserial, event_id uuid, aggregate_id uuid, version integer);
CREATE TABLE totals (aggregate_id uuid PRIMARY KEY, events bigint NOT NULL);
"""
_TOTAL = (
    "INSERT INTO totals AS t VALUES (%s, 1) ON CONFLICT (aggregate_id) DO UPDATE SET "
    "events = t.events + 1"
)


def _handle(view: View, events: Sequence[Recorded]) -> None:
    rows = [(e.event_id, e.aggregate_id, e.aggregate_version) for e in events]
    view.execute_many(
        "INSERT INTO seen (event_id, aggregate_id, version) VALUES (%s, %s, %s)", rows
    )
    handled()
    view.execute_many(_TOTAL, [(e.aggregate_id,) for e in events])


def handled() -> None:
    """A step of its own: half of a page's changes are made."""


def seeing(version: int = 1, handle: Any = None, categories: Any = None) -> Projection:
    """Every event a row, without a constraint, and a count by aggregate."""
    return Projection("seen", version, TABLES, ("seen", "totals"), handle or _handle, categories)


def main(store_url: str, database_url: str, version: str, step: str) -> None:
    _die_at(step)
    with EventStore(store_url, source="projecting", catalog=game_catalog()) as store:
        database = Database(database_url, application="projecting", connections=2)
        projector = Projector(store, database, seeing(int(version)), page=20)
        print("started", flush=True)  # noqa: T201 - the parent reads it
        while True:
            if not projector.step():
                threading.Event().wait(0.005)


def _die_at(step: str) -> None:
    if step == "-":
        return
    name, when, number = step.split(":")
    calls = iter(range(1, 1_000_000))
    fatal = functools.partial(_die, calls, int(number))
    if name == "handled":
        globals()["handled"] = fatal
    elif name == "transaction":
        setattr(Builds, name, _transaction(Builds.transaction, fatal))
    else:
        setattr(Builds, name, _wrapped(getattr(Builds, name), when, fatal))


def _die(calls: Iterator[int], number: int) -> None:
    if next(calls) == number:
        os.kill(os.getpid(), signal.SIGKILL)


def _wrapped(method: Callable[..., Any], when: str, fatal: Callable[[], None]) -> Any:
    def call(*args: Any) -> Any:
        if when == "before":
            fatal()
        found = method(*args)
        if when == "after":
            fatal()
        return found

    return call


def _transaction(method: Callable[..., Any], fatal: Callable[[], None]) -> Any:
    """Dies when it has been committed, and its caller does not know yet."""

    @contextmanager
    def call(*args: Any) -> Iterator[Any]:
        with method(*args) as connection:
            yield connection
        fatal()

    return call


if __name__ == "__main__":
    main(*sys.argv[1:])
