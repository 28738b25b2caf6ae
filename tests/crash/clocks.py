"""A wall clock that jumps: what a wrong NTP server or a restored virtual machine does to a worker.

CRASH_CLOCK names a file that holds an offset in seconds; it is read at every look at the clock, so
a test makes a running process's clock jump by writing there. `time.time` jumps along, for the
libraries that look at it.
"""

import os
import time
from datetime import datetime, timedelta
from pathlib import Path

from headrace.clock import Clock, SystemClock

VARIABLE = "CRASH_CLOCK"


class JumpingClock(SystemClock):
    """The machine's clock and the offset in a file; what is monotonic stays the machine's."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @property
    def ahead(self) -> float:
        return float(self._file.read_text())

    def jump(self, seconds: float) -> None:
        """So far ahead of the machine's clock from now on, or behind it if negative."""
        beside = self._file.with_suffix(".new")
        beside.write_text(str(seconds))
        beside.replace(self._file)

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.ahead)


def jumping_clock() -> Clock:
    """The clock of this process: one that jumps if CRASH_CLOCK is set."""
    name = os.environ.get(VARIABLE)
    if not name:
        return SystemClock()
    clock = JumpingClock(Path(name))
    machine = time.time  # noqa: TID251 - this is where the libraries' clock is replaced
    time.time = lambda: machine() + clock.ahead  # noqa: TID251
    return clock
