"""Watches the event loop from a thread: who blocks it is said in the log."""

import asyncio
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from headrace.clock import Clock

log = structlog.get_logger(__name__)

BLOCKED_SECONDS = 5.0
"""So long the loop may not answer before the log says so; then again after twice as long."""

About = Callable[["asyncio.Task[Any]"], Mapping[str, object]]
"""What a task of the loop is at, for the log. Called from the watching thread."""


class LoopWatch:
    """A thread beside a loop. `about` says which handler a task is at."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        about: About,
        *,
        seconds: float = BLOCKED_SECONDS,
    ) -> None:
        self._loop, self._clock, self._about, self._seconds = loop, clock, about, seconds
        self._of = threading.get_ident()
        self._answered = threading.Event()
        self._ended = threading.Event()
        self._asked: float | None = None
        self._thread = threading.Thread(target=self._watch, name="loop-watch", daemon=True)

    def start(self) -> None:
        """Call it on the loop."""
        self._thread.start()

    def stop(self) -> None:
        """From any thread; returns at once."""
        self._ended.set()
        self._answered.set()

    @property
    def blocked(self) -> float:
        """For how many seconds the loop has not answered, from `BLOCKED_SECONDS` on; else 0."""
        asked = self._asked
        waited = 0.0 if asked is None else self._clock.monotonic() - asked
        return waited if waited >= self._seconds else 0.0

    def _watch(self) -> None:
        while not self._ended.is_set() and self._ask():
            self._wait()
            self._asked = None
            self._ended.wait(self._seconds / 5)

    def _ask(self) -> bool:
        self._answered.clear()
        self._asked = self._clock.monotonic()
        try:
            self._loop.call_soon_threadsafe(self._answered.set)
        except RuntimeError:  # the loop is closed
            return False
        return True

    def _wait(self) -> None:
        limit = self._seconds
        while not self._answered.wait(limit):
            log.error("event loop blocked", blocked_for=round(self.blocked, 1), **self._who())
            limit *= 2
        if limit > self._seconds and not self._ended.is_set():
            log.warning("event loop goes on", blocked_for=round(self.blocked, 1))

    def _who(self) -> dict[str, object]:
        task = asyncio.current_task(self._loop)
        frame = sys._current_frames().get(self._of)
        stack = "".join(traceback.format_stack(frame)[-12:]) if frame else ""
        return {**(self._about(task) if task else {}), "stack": stack}
