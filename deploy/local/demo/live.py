"""Flights at a steady rate, until stopped."""

import asyncio
import signal
from collections.abc import Iterator
from itertools import islice

from deploy.local.demo.datasets import FLIGHTS, Record
from deploy.local.demo.publishing import EventMaker, send
from deploy.local.progress import Progress
from deploy.local.stack import Stack
from headrace.catalog import load_catalog
from headrace.clock import Clock, SystemClock
from headrace.ids import uuid7
from headrace.kafka import AsyncProducer

_TICK_SECONDS = 0.1
_TELL_SECONDS = 5.0
_LARGEST_BATCH = 2000


def run_live(stack: Stack, rate: float, progress: Progress, clock: Clock | None = None) -> int:
    """Publish `rate` flights a second until SIGINT or SIGTERM; returns how many went out.

    The events of the last moment are awaited: what is counted has reached Kafka.
    """
    return asyncio.run(_live(stack, rate, progress, clock or SystemClock()))


async def _live(stack: Stack, rate: float, progress: Progress, clock: Clock) -> int:
    stopped = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    catalog = load_catalog()
    maker = EventMaker(catalog, FLIGHTS, "live")
    records, sent, told = _endless(), 0, clock.monotonic()
    async with AsyncProducer(stack.settings(), catalog) as producer:
        began = clock.monotonic()
        while not stopped.is_set():
            due = _due(clock.monotonic() - began, rate, sent)
            batch = list(islice(records, due))
            now = clock.now()
            await send(producer, [maker.event(each, uuid7(clock), now) for each in batch])
            sent += due
            if clock.monotonic() - told > _TELL_SECONDS:
                told = clock.monotonic()
                progress.line(f"{sent:,} flights, {sent / (told - began):,.0f} a second")
            await _pause(stopped)
    return sent


def _due(elapsed: float, rate: float, sent: int) -> int:
    """How many to send now to be on time; after an outage the rest catches up in batches."""
    return max(0, min(int((elapsed + _TICK_SECONDS) * rate) - sent, _LARGEST_BATCH))


def _endless() -> Iterator[Record]:
    while True:
        yield from FLIGHTS.records()


async def _pause(stopped: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopped.wait(), _TICK_SECONDS)
    except TimeoutError:
        return
