"""SIGTERM and SIGINT: the first asks a process to end, the next, or a time limit, ends it."""

import asyncio
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from headrace.clock import Clock

log = structlog.get_logger(__name__)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
LOOK_SECONDS = 0.5

Overdue = Callable[[float], bool]
"""Whether a process that was asked to end so many seconds ago should do so at once."""


@contextmanager
def ending(
    loop: asyncio.AbstractEventLoop, stop: Callable[[], None], overdue: Overdue, clock: Clock
) -> Iterator[None]:
    """Inside, the first signal calls `stop` on the loop. A second one, or `overdue`, ends the
    process with the code 128 + its number, whatever the loop is at: signals come in by a socket
    that a thread reads. In the main thread.
    """
    ours, theirs = socket.socketpair()
    theirs.setblocking(False)
    before = {number: signal.signal(number, _noted) for number in SIGNALS}
    former = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    reader = _Reader(ours, loop, stop, overdue, clock)
    threading.Thread(target=reader.run, name="signals", daemon=True).start()
    try:
        yield
    finally:
        reader.over = True
        signal.set_wakeup_fd(former)
        for number, handler in before.items():
            signal.signal(number, handler)
        theirs.close()


def _noted(*_: object) -> None:
    """The number is in the socket."""


class _Reader:
    def __init__(
        self,
        pipe: socket.socket,
        loop: asyncio.AbstractEventLoop,
        stop: Callable[[], None],
        overdue: Overdue,
        clock: Clock,
    ) -> None:
        self._pipe, self._loop, self._stop = pipe, loop, stop
        self._overdue, self._clock = overdue, clock
        self.over = False

    def run(self) -> None:
        first = self._next(None)
        if first is None:
            return
        asked = self._clock.monotonic()
        self._loop.call_soon_threadsafe(self._stop)
        while not self.over:
            again = self._next(LOOK_SECONDS)
            if again is not None:
                self._end(first, "by a second signal")
            elif self._overdue(self._clock.monotonic() - asked):
                self._end(first, "its time to end is over")

    def _next(self, seconds: float | None) -> int | None:
        """The number of the next signal that asks to end; None where there is none."""
        self._pipe.settimeout(seconds)
        while not self.over:
            try:
                read = self._pipe.recv(1)
            except TimeoutError:
                return None
            if not read:
                self.over = True
            elif read[0] in SIGNALS:
                return read[0]
        return None

    def _end(self, number: int, why: str) -> None:
        if self.over:
            return
        log.error("ended at once", why=why, remedy="what was not committed is handled again")
        os._exit(128 + number)
