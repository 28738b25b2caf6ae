"""Fills past days of the warm tier with COPY, two days at a time."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date

import psycopg

from benchmarks.ceiling import chunked, copy_all, make_day
from benchmarks.progress import say
from benchmarks.servers import Servers
from benchmarks.shapes import Shape

PROCESSES = 2


def seed_days(servers: Servers, shape: Shape, days: Sequence[date], rows_a_day: int) -> None:
    """`rows_a_day` rows on each of these days."""
    for day in days:
        make_day(servers, day)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context) as pool:
        tasks = [
            pool.submit(_seed, servers.admin_url, shape, day, rows_a_day, number * rows_a_day)
            for number, day in enumerate(days)
        ]
        for task, day in zip(tasks, days, strict=True):
            task.result()
            say(f"seeded {day} with {rows_a_day:,} rows")


def _seed(url: str, shape: Shape, day: date, rows: int, first: int) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        copy_all(connection, chunked(shape.rows_of_day(rows, day, first)))
