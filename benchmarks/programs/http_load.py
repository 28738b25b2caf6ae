"""Posts events to the API: batches one after the other, or single events at a fixed rate.

`batches CONNECTIONS SIZE SECONDS` or `single PER_SECOND SECONDS`. A single post's latency counts
from the moment it was due, so that a stall is not hidden by the posts that it holds back.
"""

import asyncio
import json
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp

from benchmarks.shapes.samples import SMALL
from headrace.catalog import load_catalog
from headrace.settings import load_settings

OPEN_CONNECTIONS = 64


def event() -> dict[str, Any]:
    """One event without id and time: the API gives them."""
    return {
        "eventType": SMALL,
        "source": "ai",
        "correlationId": "0196f6a4-5c1d-7c3e-9b1a-2f6d7c8e9a01",
        "aggregateType": "user",
        "aggregateId": "u-0012345",
        "accountId": "a-001",
        "payload": dict(load_catalog().event_type(SMALL).latest.example),
    }


class Posting:
    """Posts one body, and keeps latencies and what was not answered with 202."""

    def __init__(self, session: aiohttp.ClientSession, body: bytes) -> None:
        self._session = session
        self._body = body
        self.latencies: list[float] = []
        self.failures: list[str] = []

    async def post(self, due: float) -> None:
        try:
            async with self._session.post("/api/events", data=self._body) as answer:
                text = await answer.text()
                if answer.status != 202:
                    self.failures.append(f"{answer.status} {text[:200]}")
        except aiohttp.ClientError as error:
            self.failures.append(repr(error))
        self.latencies.append(time.perf_counter() - due)


async def batches(posting: Posting, connections: int, seconds: float) -> None:
    """Each connection posts again as soon as it is answered."""
    end = time.perf_counter() + seconds

    async def one() -> None:
        while (now := time.perf_counter()) < end:
            await posting.post(now)

    await asyncio.gather(*(one() for _ in range(connections)))


async def single(posting: Posting, per_second: float, seconds: float) -> None:
    """Posts at their times, however long the ones before them take."""
    began = time.perf_counter()
    running = set()
    for number in range(round(per_second * seconds)):
        due = began + number / per_second
        await asyncio.sleep(max(due - time.perf_counter(), 0))
        task = asyncio.create_task(posting.post(due))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)


async def main(size: int, load: Callable[[Posting], Any]) -> dict[str, Any]:
    settings = load_settings()
    token = settings.token.get_secret_value() if settings.token else ""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    body = json.dumps([event() for _ in range(size)] if size > 1 else event()).encode()
    connector = aiohttp.TCPConnector(limit=OPEN_CONNECTIONS)
    async with aiohttp.ClientSession(
        str(settings.api_url), headers=headers, connector=connector
    ) as session:
        await Posting(session, body).post(0)  # connects, and registers the schema
        posting = Posting(session, body)
        began = time.perf_counter()
        await load(posting)
        took = time.perf_counter() - began
    return {
        "events_per_second": size * len(posting.latencies) / took,
        "latencies": posting.latencies,
        "failed": len(posting.failures),
        "failure": posting.failures[:1],
    }


def chosen(arguments: Sequence[str]) -> tuple[int, Callable[[Posting], Any]]:
    """How many events a body has, and the load."""
    if arguments[0] == "batches":
        connections, size, seconds = int(arguments[1]), int(arguments[2]), float(arguments[3])
        return size, lambda posting: batches(posting, connections, seconds)
    per_second, seconds = float(arguments[1]), float(arguments[2])
    return 1, lambda posting: single(posting, per_second, seconds)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(*chosen(sys.argv[1:])))))
