"""Closing past days, beside the archive."""

import asyncio
from collections.abc import Callable
from datetime import UTC, timedelta

import structlog

from headrace.clock import Clock
from headrace.errors import HeadraceError
from headrace.postgres import DayCloser
from processors.archive.giving_way import LOOK_SECONDS, GiveWay

log = structlog.get_logger(__name__)

EVERY_SECONDS = 600.0
GRACE = timedelta(days=1, hours=2)
"""After the end of a day: clocks may be a day ahead, and producers late."""


async def close_days(closer: DayCloser, clock: Clock, behind: Callable[[], bool]) -> None:
    """Until cancelled: close the days whose grace is over, while the archive is not `behind`."""
    while True:
        way = GiveWay(clock)
        watch = asyncio.ensure_future(_watch(way, behind))
        before = (clock.now().astimezone(UTC) - GRACE).date()
        try:
            await asyncio.to_thread(closer.close_before, before, way)
        except asyncio.CancelledError:
            closer.cancel()
            raise
        except HeadraceError as error:
            log.warning("closing waits", error=str(error))
        finally:
            watch.cancel()
        await asyncio.sleep(EVERY_SECONDS)


async def _watch(way: GiveWay, behind: Callable[[], bool]) -> None:
    while True:
        way.note(behind=behind())
        await asyncio.sleep(LOOK_SECONDS)
