"""Closing past days, beside the archive."""

import asyncio
from datetime import UTC, timedelta

import structlog

from headrace.clock import Clock
from headrace.errors import HeadraceError
from headrace.postgres import DayCloser

log = structlog.get_logger(__name__)

EVERY_SECONDS = 600.0
GRACE = timedelta(days=1, hours=2)
"""After the end of a day: clocks may be a day ahead, and producers late."""


async def close_days(closer: DayCloser, clock: Clock) -> None:
    """Until cancelled: close the days whose grace is over."""
    while True:
        before = (clock.now().astimezone(UTC) - GRACE).date()
        try:
            for day in await asyncio.to_thread(closer.close_before, before):
                log.info("day closed", day=day.isoformat())
        except asyncio.CancelledError:
            closer.cancel()
            raise
        except HeadraceError as error:
            log.warning("closing waits", error=str(error))
        await asyncio.sleep(EVERY_SECONDS)
