"""Queries for pages of warm events, timed in the library and over REST."""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import aiohttp

from benchmarks.latency import Latency
from benchmarks.progress import say
from benchmarks.servers import Servers
from headrace.catalog import load_catalog
from headrace.postgres import EventFilter, Pool, async_pool, query_events

PAGE = 100
ASKED = 200
WARM_UP = 20
SAMPLE = """
SELECT event_type, "timestamp", correlation_id, aggregate_id
FROM warm.events TABLESAMPLE SYSTEM (%s::real) LIMIT 20000
"""
SAMPLED_ROWS = 5_000
_CHANCE = random.Random(7)  # noqa: S311 - which rows are asked for, the same in each run


@dataclass(frozen=True, slots=True)
class Found:
    """A row that exists, to ask for."""

    event_type: str
    timestamp: datetime
    correlation_id: str
    aggregate_id: str

    @property
    def day(self) -> tuple[datetime, datetime]:
        start = self.timestamp.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return start, start + timedelta(days=1)


def _type_and_day(row: Found) -> EventFilter:
    since, until = row.day
    return EventFilter(event_types=[row.event_type], since=since, until=until, limit=PAGE)


@cache
def _every_type() -> tuple[str, ...]:
    """What the API makes of a query that names no type."""
    return tuple(sorted(load_catalog().event_types))


NOTHING = "a correlation id that nothing has"
KINDS: dict[str, Callable[[Found], EventFilter]] = {
    f"one type, one day, page of {PAGE}": _type_and_day,
    "correlation id": lambda row: EventFilter(correlation_id=row.correlation_id, limit=PAGE),
    NOTHING: lambda row: EventFilter(correlation_id=f"no-{row.correlation_id}", limit=PAGE),
    "aggregate": lambda row: EventFilter(aggregate_id=row.aggregate_id, limit=PAGE),
    "all types, newest first": lambda _: EventFilter(
        event_types=_every_type(), order="desc", limit=PAGE
    ),
}


def existing(servers: Servers, events: int) -> list[Found]:
    """Some rows from all over the table."""
    share = min(100.0, 100 * SAMPLED_ROWS / events)
    with servers.connect() as connection:
        rows = connection.execute(SAMPLE, [share]).fetchall()
    return _CHANCE.sample([Found(*row) for row in rows], min(len(rows), ASKED + WARM_UP))


def in_library(servers: Servers, rows: Sequence[Found]) -> dict[str, Latency]:
    """Each kind by `query_events`, one after the other."""
    return asyncio.run(_in_library(servers, rows))


def over_rest(servers: Servers, rows: Sequence[Found]) -> dict[str, Latency]:
    """Each kind by `POST /api/events/query`, one after the other, over one connection."""
    return asyncio.run(_over_rest(servers, rows))


async def _in_library(servers: Servers, rows: Sequence[Found]) -> dict[str, Latency]:
    pool = async_pool(servers.stack.api_database_url, application_name="benchmark")
    await pool.open()
    try:
        return {name: await _asked(pool, kind, name, rows) for name, kind in KINDS.items()}
    finally:
        await pool.close()


async def _asked(
    pool: Pool, kind: Callable[[Found], EventFilter], name: str, rows: Sequence[Found]
) -> Latency:
    seconds = []
    for row in rows:
        began = time.perf_counter()
        page = await query_events(pool, kind(row))
        seconds.append(time.perf_counter() - began)
        assert bool(page.events) != (name == NOTHING), f"{len(page.events)} found by {name}"
    return _told(name, seconds)


async def _over_rest(servers: Servers, rows: Sequence[Found]) -> dict[str, Latency]:
    stack = servers.stack.description
    headers = {"Authorization": f"Bearer {stack.credentials.token}"}
    async with aiohttp.ClientSession(stack.api_url, headers=headers) as session:
        return {name: await _requested(session, kind, name, rows) for name, kind in KINDS.items()}


async def _requested(
    session: aiohttp.ClientSession,
    kind: Callable[[Found], EventFilter],
    name: str,
    rows: Sequence[Found],
) -> Latency:
    seconds = []
    for row in rows:
        body = _body(kind(row))
        began = time.perf_counter()
        async with session.post("/api/events/query", json=body) as answer:
            text = await answer.text()
        seconds.append(time.perf_counter() - began)
        assert answer.status == 200, text[:300]
    return _told(f"{name}, REST", seconds)


def _body(wanted: EventFilter) -> dict[str, Any]:
    times = {"from": wanted.since, "to": wanted.until}
    fields = {
        "types": None if wanted.event_types == _every_type() else wanted.event_types,
        "correlationId": wanted.correlation_id,
        "aggregateId": wanted.aggregate_id,
        "limit": wanted.limit,
        "order": wanted.order,
        **{name: moment and moment.isoformat() for name, moment in times.items()},
    }
    return {name: value for name, value in fields.items() if value is not None}


def _told(name: str, seconds: Sequence[float]) -> Latency:
    latency = Latency.of(seconds[WARM_UP:] or seconds)
    say(f"{name}: p50 {latency.p50:.1f} ms, p95 {latency.p95:.1f} ms")
    return latency
