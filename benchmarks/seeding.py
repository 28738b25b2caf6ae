"""Fills past days of the warm tier with COPY, two days at a time, and closes them meanwhile."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import date, timedelta

import psycopg

from benchmarks.ceiling import chunked, copy_all, make_day
from benchmarks.progress import say
from benchmarks.servers import Servers
from benchmarks.shapes import Shape
from headrace.postgres import Database, DayCloser, OpenDays

PROCESSES = 2


def seed_days(
    servers: Servers, shape: Shape, days: Sequence[date], rows_a_day: int, *, close: bool = False
) -> None:
    """`rows_a_day` rows on each of these days; with `close`, all of them closed at the end."""
    for day in days:
        make_day(servers, day)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context) as pool, ThreadPoolExecutor(1) as closers:
        tasks = [
            pool.submit(_seed, servers.admin_url, shape, day, rows_a_day, number * rows_a_day)
            for number, day in enumerate(days)
        ]
        closing = []
        for task, day in zip(tasks, days, strict=True):
            task.result()
            say(f"seeded {day} with {rows_a_day:,} rows")
            if close:
                closing.append(closers.submit(close_day, servers, day))
        for closed in closing:
            closed.result()


def close_day(servers: Servers, day: date) -> None:
    """Build the heavier indexes of a day, and of those before it that are open."""
    database = Database(servers.stack.archive_database_url, application="benchmark")
    try:
        if DayCloser(database).close_before(day + timedelta(days=1)):
            say(f"closed {day}")
    finally:
        database.close()


def summarise(servers: Servers) -> None:
    """What the archive's worker does each second, and autovacuum each minute.

    Before a checkpoint: whoever reads a row first marks it as committed, and after a checkpoint
    that writes its whole page to the WAL.
    """
    database = Database(servers.stack.archive_database_url, application="benchmark")
    OpenDays(database).summarise()
    database.close()
    with servers.connect() as connection:
        connection.execute("ANALYZE warm.events")


def _seed(url: str, shape: Shape, day: date, rows: int, first: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        copy_all(connection, chunked(shape.rows_of_day(rows, day, first)))
