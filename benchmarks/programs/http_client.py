"""An HTTP client that costs next to nothing: one request, written beforehand, over and over.

Client and server share two cores, so what the client takes is missing in the measurement.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

import httptools

from headrace.settings import Settings

OPEN_CONNECTIONS = 64
Answered = Callable[["Connection"], None]


class Connection(asyncio.Protocol):
    """One connection, with at most one request under way. `answered` is called after each."""

    def __init__(self, posting: "Posting") -> None:
        self._posting = posting
        self._closing = False
        self._lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name

    def post(self, due: float, answered: Answered) -> None:
        self._due, self._answered, self._body = due, answered, b""
        self._parser = httptools.HttpResponseParser(self)
        self._transport.write(self._posting.request)

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        if len(self._body) < 200:
            self._body += body

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        self._posting.note(self._due, "" if status == 202 else f"{status} {self._body[:200]!r}")
        self._answered(self)

    def connection_lost(self, _: Exception | None) -> None:
        if not self._closing:
            self._posting.failures.append("the server closed a connection")
        if not self._lost.done():
            self._lost.set_result(None)

    async def close(self) -> None:
        self._closing = True
        self._transport.close()
        await self._lost


class Posting:
    """Posts one body to `POST /api/events`; keeps latencies, and what was not answered with 202."""

    def __init__(self, settings: Settings, body: bytes) -> None:
        url, token = urlsplit(str(settings.api_url)), settings.token
        self._host, self._port = url.hostname or "", url.port or 80
        self.request = (
            f"POST /api/events HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n"
            f"Authorization: Bearer {token.get_secret_value() if token else ''}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body
        self.latencies: list[float] = []
        self.failures: list[str] = []
        self._opened: list[Connection] = []

    def note(self, due: float, failure: str) -> None:
        self.latencies.append(time.perf_counter() - due)
        if failure:
            self.failures.append(failure)

    async def connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        _, made = await loop.create_connection(lambda: Connection(self), self._host, self._port)
        self._opened.append(made)
        return made

    async def close(self) -> None:
        """Close what is open; call it when no request is under way."""
        for connection in self._opened:
            await connection.close()
        self._opened.clear()

    async def once(self) -> None:
        """One post that does not count: it connects, and makes the server know the event type."""
        connection = await self.connect()
        done = asyncio.get_running_loop().create_future()
        connection.post(0, done.set_result)
        await done
        await self.close()
        assert not self.failures, self.failures
        self.latencies.clear()


async def back_to_back(posting: Posting, connections: int, seconds: float) -> None:
    """Each connection posts again as soon as it is answered."""
    opened = [await posting.connect() for _ in range(connections)]
    end = time.perf_counter() + seconds

    async def one(connection: Connection) -> None:
        done = asyncio.get_running_loop().create_future()

        def again(same: Connection) -> None:
            now = time.perf_counter()
            if now < end:
                same.post(now, again)
            else:
                done.set_result(None)

        connection.post(time.perf_counter(), again)
        await done

    await asyncio.gather(*map(one, opened))


async def at_a_rate(posting: Posting, per_second: float, seconds: float) -> None:
    """Posts at their times, however long the ones before them take.

    One that finds no connection free waits for one, and its latency counts the wait.
    """
    connections = round(min(OPEN_CONNECTIONS, per_second))
    free = deque([await posting.connect() for _ in range(connections)])
    waiting: deque[float] = deque()
    all_answered = asyncio.Event()
    began, posts = time.perf_counter(), round(per_second * seconds)

    def answered(connection: Connection) -> None:
        if waiting:
            connection.post(waiting.popleft(), answered)
        else:
            free.append(connection)
        if len(posting.latencies) == posts:
            all_answered.set()

    for number in range(posts):
        due = began + number / per_second
        if (ahead := due - time.perf_counter()) > 0:
            await asyncio.sleep(ahead)
        if free:
            free.popleft().post(due, answered)
        else:
            waiting.append(due)
    await all_answered.wait()
