"""Delivery reports on their way from librdkafka to those who wait for them."""

import asyncio
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any, NamedTuple

from headrace.errors import HeadraceError
from headrace.kafka.errors import PUBLISH_AGAIN, translated

_SOON = 0.001
_SELDOM = 0.02
_IDLE = 1.0
_LESS_OFTEN = 1.3


class Receipt(NamedTuple):
    """Where Kafka has put an event; it is durable there."""

    topic: str
    partition: int
    offset: int


Result = Receipt | HeadraceError


class Batch:
    """The results of events published together, in their order; complete when `done` is.

    Before that, and once, `finished` gets them and the seconds from hand-over to acknowledgement
    of the slowest: on the event loop.
    """

    def __init__(
        self,
        size: int,
        loop: asyncio.AbstractEventLoop,
        principal: str = "",
        finished: Callable[[Sequence[Result | None], float], None] | None = None,
    ) -> None:
        self._principal = principal
        self._finished = finished
        self._slowest = 0.0
        self.results: list[Result | None] = [None] * size
        self.done: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._last = size - 1
        self._settled = count()

    def settle(self, index: int, result: Result) -> None:
        """Called once an event, from any thread."""
        self.results[index] = result
        if next(self._settled) == self._last:
            self._loop.call_soon_threadsafe(self._finish)

    def report(self, index: int, topic: str, error: Any, message: Any) -> None:
        """librdkafka's word on the record of an event."""
        if error is None:
            seconds = message.latency()
            if seconds is not None and seconds > self._slowest:
                self._slowest = seconds
            self.settle(index, Receipt(topic, message.partition(), message.offset()))
        else:
            who = self._principal
            self.settle(
                index, translated(error, f"topic {topic}", advice=PUBLISH_AGAIN, principal=who)
            )

    def _finish(self) -> None:
        if self._finished is not None:
            self._finished(self.results, self._slowest)
        if not self.done.done():
            self.done.set_result(None)


class Poller:
    """Serves delivery reports on the event loop, and wakes those who wait for room in the buffer.

    A thread of its own would have to win the interpreter's lock once for each report. So the loop
    looks for reports itself: each millisecond after records were handed over, less and less often
    while none come, and once a second (for librdkafka's log lines) while none are expected.
    """

    def __init__(self, producer: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._producer = producer
        self._loop = loop
        self._waiting: list[asyncio.Future[None]] = []
        self._pause = _IDLE
        self._timer = loop.call_later(_IDLE, self._serve)

    def expect(self) -> None:
        """Records are on their way: look for their reports soon."""
        if self._pause > _SOON:
            self._timer.cancel()
            self._look_in(_SOON)

    async def room(self) -> None:
        """Until reports have been served, so that the buffer has room again."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(waiter)
        self.expect()
        await waiter

    def stop(self) -> None:
        self._timer.cancel()
        self._wake()

    def _serve(self) -> None:
        served = 0
        try:
            served = self._producer.poll(0)
        finally:
            self._look_in(self._until_next(served))
        self._wake()

    def _until_next(self, served: int) -> float:
        if not len(self._producer):
            return _IDLE
        return _SOON if served else min(self._pause * _LESS_OFTEN, _SELDOM)

    def _look_in(self, seconds: float) -> None:
        self._pause = seconds
        self._timer = self._loop.call_later(seconds, self._serve)

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)
