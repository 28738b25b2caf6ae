"""The limit: COPY BINARY of rows that are packed beforehand, into the real `warm.events`."""

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

import psycopg

from benchmarks.progress import say
from benchmarks.servers import Servers
from benchmarks.shapes import Shape
from headrace.clock import SystemClock
from headrace.postgres import copy_binary as pack
from headrace.postgres.sql import statement

ROWS_A_COPY = 10_000


def copies(shape: Shape, count: int, first: int = 0) -> list[bytes]:
    """The inputs of COPY that write `count` rows of this shape."""
    return list(chunked(shape.rows(count, first)))


def ceiling(servers: Servers, ready: Sequence[bytes], rows: int, connections: int) -> float:
    """Rows a second over so many connections, a COPY a transaction; the table is empty after."""
    make_today(servers)
    servers.empty()
    seconds = _copy_over(servers, ready, connections)
    landed = servers.ask("SELECT count(*) FROM warm.events")[0]
    assert landed == rows, f"{landed} rows of {rows} landed"
    servers.empty()
    say(f"ceiling, {connections} connection(s): {rows / seconds:,.0f} rows/s")
    return rows / seconds


def copy_rate(servers: Servers, ready: Sequence[bytes], rows: int) -> float:
    """Rows a second over one connection, into the table as it is."""
    return rows / _copy_over(servers, ready, 1)


def make_today(servers: Servers) -> None:
    """The partition that times of now fall into."""
    make_day(servers, SystemClock().now().date())


def make_day(servers: Servers, day: date) -> None:
    """The partition of a day, unless it is there."""
    with servers.connect() as connection:
        connection.execute("SELECT warm.make_day(%s)", [day])


def copy_all(connection: psycopg.Connection[Any], ready: Iterable[bytes]) -> None:
    """Each input in a transaction of its own."""
    for data in ready:
        with (
            connection.transaction(),
            connection.cursor() as cursor,
            cursor.copy(statement("warm_copy")) as copy,
        ):
            copy.write(data)


def _copy_over(servers: Servers, ready: Sequence[bytes], connections: int) -> float:
    opened = [servers.connect() for _ in range(connections)]
    threads = [
        threading.Thread(target=copy_all, args=(connection, ready[at::connections]))
        for at, connection in enumerate(opened)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    for connection in opened:
        connection.close()
    return seconds


def chunked(rows: Iterable[bytes]) -> Iterator[bytes]:
    """Packed rows as inputs of COPY, ten thousand in each."""
    rows = iter(rows)
    while chunk := list(islice(rows, ROWS_A_COPY)):
        yield pack.stream(chunk)
