"""Sends a service's outbox to Kafka, in order, at least once under the same event ids."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

import structlog

from headrace.codec import Record
from headrace.errors import OutageError
from headrace.kafka import Receipt
from headrace.service.publishing import Producer

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0


class Outbox(Protocol):
    """Called from a thread; may block; raises OutageError."""

    def next(self, limit: int = 500) -> list[tuple[int, Record]]:
        """The oldest records, by number, if this process may send them now."""

    def sent(self, numbers: Sequence[int]) -> None:
        """Kafka has these."""


class Relay:
    """A companion of the engine. Who receives a record twice, since its sender died in between,
    drops the second by its event id.
    """

    def __init__(self, service: str, outbox: Outbox, producer: Producer) -> None:
        self._service, self._outbox, self._producer = service, outbox, producer
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something was put into the outbox."""
        self._news.set()

    async def run(self) -> None:
        """Outages are waited out: the rows are safe where they are."""
        while True:
            self._news.clear()
            if not await self.send():
                try:
                    await asyncio.wait_for(self._news.wait(), IDLE_SECONDS)
                except TimeoutError:
                    continue

    async def send(self) -> int:
        """Send what is due; how many records are out. Never raises an outage."""
        try:
            rows = await asyncio.to_thread(self._outbox.next)
            results = await self._producer.publish_many([record for _, record in rows])
            out = [
                number
                for (number, _), result in zip(rows, results, strict=True)
                if isinstance(result, Receipt)
            ]
            for result in results:
                if not isinstance(result, Receipt):
                    log.warning("outbox waits", service=self._service, error=str(result))
                    break
            if out:
                await asyncio.to_thread(self._outbox.sent, out)
        except OutageError as error:
            log.warning("outbox waits", service=self._service, error=str(error))
            return 0
        return len(out)
