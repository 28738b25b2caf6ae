"""Progress as a person or a log wants it: moving bars on a terminal, plain lines elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

Moved = Callable[[int], None]
_QUARTER = 4


class Progress:
    """Writes to standard error, so that results on standard output stay clean."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True, highlight=False, soft_wrap=True)

    def line(self, text: str) -> None:
        """One step that is done."""
        self._console.print(text, markup=False)

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """A spinner while the block runs; nothing where nobody would see it turn."""
        if not self._console.is_terminal:
            yield
            return
        with self._console.status(text):
            yield

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Moved]:
        """Yields a function to call with how many of `total` are done by now."""
        if self._console.is_terminal:
            yield from self._moving_bar(title, total)
        else:
            yield self._quarters(title, total)

    def _moving_bar(self, title: str, total: int) -> Iterator[Moved]:
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Bars(*columns, TimeRemainingColumn(), console=self._console) as bars:
            task = bars.add_task(title, total=total)
            yield lambda done: bars.update(task, completed=done)

    def _quarters(self, title: str, total: int) -> Moved:
        told = 0

        def moved(done: int) -> None:
            nonlocal told
            quarter = done * _QUARTER // max(total, 1)
            if quarter > told:
                told = quarter
                self.line(f"{title}: {done:,} of {total:,}")

        return moved
