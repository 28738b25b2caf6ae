"""Keeps projections up to date, one process at a time, page by page and in turn."""

import threading
from collections.abc import Iterator, Sequence

import structlog

from headrace.clock import Clock, SystemClock
from headrace.errors import OutageError, TransientError
from headrace.metrics import Sample
from headrace.metrics.definitions import PROJECTION_LAG, PROJECTION_LAG_SECONDS
from headrace.pace import Pace
from headrace.postgres import Held, Tenure
from headrace.store import Behind
from headrace.store.projections import Projector

log = structlog.get_logger(__name__)

TENURE = "headrace-projections"
AGAIN_SECONDS = 0.5
LONGEST_AGAIN_SECONDS = 5.0
LOOK_SECONDS = 5.0


class ProjectionWorker:
    """`run` blocks until `stop` is set. Outages are waited out; raises ProjectionStoppedError and
    ConfigurationError, then nothing was skipped.
    """

    def __init__(
        self,
        projectors: Sequence[Projector],
        tenure: Tenure,
        *,
        stop: threading.Event,
        clock: Clock | None = None,
    ) -> None:
        self._projectors, self._tenure, self._stop = projectors, tenure, stop
        self._pace, self._again = Pace(), AGAIN_SECONDS
        self._clock = clock or SystemClock()
        self._looked_at = self._clock.monotonic() - LOOK_SECONDS
        self._behind: dict[str, Behind] = {}

    def metrics(self) -> Iterator[Sample]:
        """What the process tells at a scrape."""
        for name, behind in list(self._behind.items()):
            yield PROJECTION_LAG, (name,), behind.events
            yield PROJECTION_LAG_SECONDS, (name,), behind.seconds

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._tenure.held(self._stop) as held:
                    if held is None:
                        self._behind = {}
                    else:
                        self._follow(held)
            except (OutageError, TransientError) as error:
                log.warning("projections wait", error=str(error), again_in_s=self._again)
                self._stop.wait(self._again)
                self._again = min(2 * self._again, LONGEST_AGAIN_SECONDS)

    def _follow(self, held: Held) -> None:
        while not self._stop.is_set():
            held.check()
            busy = [projector.step() for projector in self._projectors]
            if any(busy):
                self._pace.busy()
            else:
                self._stop.wait(self._pace.idle())
            self._again = AGAIN_SECONDS
            self._look()

    def _look(self) -> None:
        """How far behind they are, now and then."""
        now = self._clock.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        for projector in self._projectors:
            if (behind := projector.behind()) is not None:
                self._behind[projector.projection.name] = behind
