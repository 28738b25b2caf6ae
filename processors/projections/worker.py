"""Keeps projections up to date, one process at a time, page by page and in turn."""

import threading
from collections.abc import Sequence

import structlog

from headrace.errors import OutageError, TransientError
from headrace.pace import Pace
from headrace.postgres import Held, Tenure
from headrace.store.projections import Projector

log = structlog.get_logger(__name__)

TENURE = "headrace-projections"
AGAIN_SECONDS = 0.5
LONGEST_AGAIN_SECONDS = 5.0


class ProjectionWorker:
    """`run` blocks until `stop` is set. Outages are waited out; raises ProjectionStoppedError and
    ConfigurationError, then nothing was skipped.
    """

    def __init__(
        self, projectors: Sequence[Projector], tenure: Tenure, *, stop: threading.Event
    ) -> None:
        self._projectors, self._tenure, self._stop = projectors, tenure, stop
        self._pace, self._again = Pace(), AGAIN_SECONDS

    def run(self) -> None:
        while not self._stop.is_set():
            try:
                with self._tenure.held(self._stop) as held:
                    if held is not None:
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
