"""How far a long command has come: a bar on a terminal, a plain line now and then elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from headrace.cli.output import note
from headrace.clock import Clock

LINE_EVERY_SECONDS = 5.0
Report = Callable[[int, int], None]


@contextmanager
def progress_of(total: int, clock: Clock) -> Iterator[Report]:
    """A function (done of `total`, events published) to call after each event; on stderr."""
    if sys.stderr.isatty():
        with _bar(total) as report:
            yield report
    else:
        yield _lines(clock)


@contextmanager
def _bar(total: int) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.fields[events]:,} events"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as progress:
        task = progress.add_task("publishing", total=total or None, events=0)
        yield (
            lambda done, events: (
                progress.update(task, completed=done, events=events) if events % 500 == 0 else None
            )
        )
        progress.update(task, completed=total or None)


def _lines(clock: Clock) -> Report:
    began = told = clock.monotonic()

    def report(_: int, events: int) -> None:
        nonlocal told
        if events % 500 == 0 and clock.monotonic() - told >= LINE_EVERY_SECONDS:
            told = clock.monotonic()
            note(f"published {events:,} ({events / (told - began):,.0f}/s)")

    return report


def told_now_and_then(what: str, clock: Clock) -> Callable[[int], None]:
    """A function to call with the number done so far; says it every few seconds on stderr."""
    told = clock.monotonic()

    def report(done: int) -> None:
        nonlocal told
        if clock.monotonic() - told >= LINE_EVERY_SECONDS:
            told = clock.monotonic()
            note(f"{what}: {done:,}")

    return report
