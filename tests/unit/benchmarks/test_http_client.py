"""The load's client: what it counts, and from when."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from benchmarks.programs import http_client
from benchmarks.programs.http_client import Posting, at_a_rate, back_to_back
from headrace.settings import Settings

BODY = b'{"a":1}'
ACCEPTED, REFUSED = b"202 Accepted", b"503 Service Unavailable"


@asynccontextmanager
async def server(status: bytes, takes: float = 0) -> AsyncIterator[Posting]:
    """Answers every post with a status, after so many seconds; gives a client of it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(65_536):
            await asyncio.sleep(takes)
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 4\r\n\r\nwhat")
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    settings = Settings(api_url=f"http://127.0.0.1:{port}", token=SecretStr("t"))
    async with listening:
        posting = Posting(settings, BODY)
        yield posting
        await posting.close()


async def test_posts_at_a_rate_are_all_made_and_timed() -> None:
    async with server(ACCEPTED) as posting:
        await at_a_rate(posting, 200, 0.1)

    assert (len(posting.latencies), posting.failures) == (20, [])
    assert posting.request.endswith(b"Content-Length: 7\r\n\r\n" + BODY)


async def test_a_post_that_waits_for_a_connection_counts_its_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_client, "OPEN_CONNECTIONS", 1)
    async with server(ACCEPTED, takes=0.05) as posting:
        await at_a_rate(posting, 1000, 0.004)

    assert [latency > 0.05 * (at + 1) - 0.01 for at, latency in enumerate(posting.latencies)] == [
        True
    ] * 4


async def test_an_answer_but_202_is_a_failure() -> None:
    async with server(REFUSED) as posting:
        await back_to_back(posting, 2, 0.0)

    assert posting.failures == ["503 b'what'"] * 2
