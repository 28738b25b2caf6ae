"""Keeping the open days' indexes up to date, beside the archive."""

import asyncio

import structlog

from headrace.errors import HeadraceError
from headrace.postgres import OpenDays

log = structlog.get_logger(__name__)

EVERY_SECONDS = 1.0
"""What a second brings at full speed takes a lookup 10 ms to read."""

AFTER_ERROR_SECONDS = 30.0


async def summarise_days(days: OpenDays, every: float = EVERY_SECONDS) -> None:
    """Until cancelled: summarise what was written, every so many seconds."""
    while True:
        wait = every
        try:
            await asyncio.to_thread(days.summarise)
        except HeadraceError as error:
            log.warning("open days are not summarised", error=str(error))
            wait = AFTER_ERROR_SECONDS
        await asyncio.sleep(wait)
