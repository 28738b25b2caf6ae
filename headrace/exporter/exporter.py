"""The exporter: looks at the cluster again and again; a scrape gets the last look, at once."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

import structlog

from headrace.clock import Clock
from headrace.errors import HeadraceError
from headrace.metrics import LIVE, Sample
from headrace.metrics.definitions import EXPORTER_ROUND, EXPORTER_SUCCESS, EXPORTER_UP

log = structlog.get_logger(__name__)

Look = Callable[[], Sequence[Sample]]


class Exporter:
    """Calls `look`, which blocks, every so many seconds in a thread of its own.

    While the cluster does not answer, or a look takes longer than `patience` seconds, it tells that
    it is not up, and nothing else: old numbers would pass for new ones.
    """

    def __init__(self, look: Look, clock: Clock, *, every: float, patience: float) -> None:
        self._look, self._clock = look, clock
        self._every, self._patience = every, patience
        self._told: tuple[float, tuple[Sample, ...]] | None = None
        self._up: bool | None = None
        self._stopped = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Look inside the block. Leaving it does not wait for a look that hangs."""
        LIVE.add(self.samples)
        threading.Thread(target=self._run, name="exporter", daemon=True).start()
        try:
            yield
        finally:
            self._stopped.set()
            LIVE.remove(self.samples)

    def samples(self) -> Iterable[Sample]:
        """What a scrape gets: never waits."""
        told = self._told
        fresh = told is not None and self._clock.monotonic() - told[0] <= (
            self._every + self._patience
        )
        yield EXPORTER_UP, (), float(fresh)
        if told is not None and fresh:
            yield from told[1]

    def look_once(self) -> None:
        """One round; an error of the cluster is told, not raised."""
        began = self._clock.monotonic()
        try:
            found = self._look()
        except HeadraceError as error:
            self._told = None
            if self._up is not False:
                log.warning("the cluster does not answer", reason=str(error))
            self._up = False
            return
        now = self._clock.monotonic()
        own: tuple[Sample, ...] = (
            (EXPORTER_ROUND, (), now - began),
            (EXPORTER_SUCCESS, (), self._clock.now().timestamp()),
        )
        self._told = (now, (*found, *own))
        if not self._up:
            log.info("the cluster answers")
        self._up = True

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self.look_once()
            except Exception:
                self._told = None
                log.exception("a look at the cluster failed")
            self._stopped.wait(self._every)
