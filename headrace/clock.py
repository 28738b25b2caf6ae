"""Time as an argument: logic takes a `Clock`, so that a test can hold or move it."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Called by anyone; never blocks, never raises."""

    def now(self) -> datetime:
        """The wall clock: aware, UTC, microseconds."""

    def monotonic(self) -> float:
        """Seconds since an arbitrary point; never goes back."""


class SystemClock:
    """The machine's clock; the one place that reads it."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - this is the clock

    def monotonic(self) -> float:
        return time.monotonic()


class ManualClock:
    """A clock that moves only when a test moves it."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._monotonic = 0.0

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds
