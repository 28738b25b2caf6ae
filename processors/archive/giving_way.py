"""When heavy work on the database may begin beside an archive that is busy."""

import threading

import structlog

from headrace.clock import Clock

log = structlog.get_logger(__name__)

CALM_SECONDS = 10.0
PATIENCE_SECONDS = 2 * 3600.0
LOOK_SECONDS = 1.0


class GiveWay:
    """Holds work back while the archive is behind, until it was not for a while; in all no longer
    than `patience`, so that a day closes within hours whatever happens.

    `note` is called on the event loop, `wait` in the thread that works.
    """

    def __init__(
        self, clock: Clock, *, calm: float = CALM_SECONDS, patience: float = PATIENCE_SECONDS
    ) -> None:
        self._clock = clock
        self._calm = calm
        self._behind_at = clock.monotonic()
        self._until = self._behind_at + patience

    def note(self, *, behind: bool) -> None:
        """What the archive is like now."""
        if behind:
            self._behind_at = self._clock.monotonic()

    def wait(self, cancelled: threading.Event) -> None:
        """Return when work may begin, or when it was cancelled."""
        if self._may_begin():
            return
        log.info("closing gives way to the archive")
        while not self._may_begin() and not cancelled.wait(LOOK_SECONDS):
            pass
        log.info("closing goes on", patience_is_over=self._clock.monotonic() >= self._until)

    def _may_begin(self) -> bool:
        now = self._clock.monotonic()
        return now >= self._until or now - self._behind_at >= self._calm
