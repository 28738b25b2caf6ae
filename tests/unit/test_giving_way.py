"""When closing may begin beside a busy archive: after some calm, or when patience is over."""

import threading
from datetime import UTC, datetime

import pytest

from headrace.clock import ManualClock
from processors.archive.giving_way import GiveWay


class NotOverError(Exception):
    """The wait was not over."""


class Cancelled(threading.Event):
    """Moves the clock on whenever somebody waits for it, and ends the wait after `looks`."""

    def __init__(self, clock: ManualClock, way: GiveWay, *, behind: bool, looks: int) -> None:
        super().__init__()
        self._clock, self._way, self._behind, self._looks = clock, way, behind, looks

    def wait(self, timeout: float | None = None) -> bool:
        if not self._looks:
            raise NotOverError
        self._looks -= 1
        self._clock.advance(timeout or 0)
        self._way.note(behind=self._behind)
        return self.is_set()


def _way(calm: float = 10, patience: float = 60) -> tuple[ManualClock, GiveWay]:
    clock = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))
    return clock, GiveWay(clock, calm=calm, patience=patience)


def test_work_begins_after_some_calm() -> None:
    clock, way = _way()
    way.wait(Cancelled(clock, way, behind=False, looks=10))
    assert clock.monotonic() == 10


def test_work_waits_while_the_archive_is_behind() -> None:
    clock, way = _way()
    with pytest.raises(NotOverError):
        way.wait(Cancelled(clock, way, behind=True, looks=50))


def test_work_goes_on_anyway_when_patience_is_over_and_does_not_wait_again() -> None:
    clock, way = _way()
    way.wait(Cancelled(clock, way, behind=True, looks=60))
    assert clock.monotonic() == 60
    way.wait(Cancelled(clock, way, behind=True, looks=0))


def test_a_cancelled_wait_ends() -> None:
    clock, way = _way()
    cancelled = Cancelled(clock, way, behind=True, looks=2)
    cancelled.set()
    way.wait(cancelled)
    assert clock.monotonic() == 1
