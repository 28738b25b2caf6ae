"""Delivery reports on their way from librdkafka's thread to the event loop."""

import asyncio
import threading
from collections.abc import Callable
from typing import Any, NamedTuple

from headrace.errors import HeadraceError
from headrace.kafka.errors import PUBLISH_AGAIN, translated


class Receipt(NamedTuple):
    """Where Kafka has put an event; it is durable there."""

    topic: str
    partition: int
    offset: int


Result = Receipt | HeadraceError


class Batch:
    """The results of events published together, in their order; complete when `done` is."""

    def __init__(self, size: int, loop: asyncio.AbstractEventLoop) -> None:
        self.results: list[Result | None] = [None] * size
        self.done: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._open = size
        self._lock = threading.Lock()

    def settle(self, index: int, result: Result) -> None:
        """Called once an event, from either thread."""
        self.results[index] = result
        with self._lock:
            self._open -= 1
            complete = not self._open
        if complete:
            self._loop.call_soon_threadsafe(self._finish)

    def reporter(self, index: int) -> Callable[[Any, Any], None]:
        """The callback of one record."""

        def report(error: Any, message: Any) -> None:
            topic = message.topic()
            if error is None:
                self.settle(index, Receipt(topic, message.partition(), message.offset()))
            else:
                self.settle(index, translated(error, topic, advice=PUBLISH_AGAIN))

        return report

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


class Poller:
    """The thread that serves delivery reports; it wakes those who wait for room in the buffer."""

    def __init__(self, producer: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._producer = producer
        self._loop = loop
        self._stopping = threading.Event()
        self._waiting: list[asyncio.Future[None]] = []
        self._thread = threading.Thread(target=self._run, name="kafka-reports", daemon=True)
        self._thread.start()

    async def room(self) -> None:
        """Until reports have been served, so that the buffer has room again."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(waiter)
        await waiter

    async def stop(self) -> None:
        self._stopping.set()
        await asyncio.to_thread(self._thread.join)
        self._wake()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._producer.poll(0.1)
            if self._waiting and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)
