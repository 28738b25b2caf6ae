"""A growing warm tier: what ingest and queries do at each size, and while a day closes.

Everything lands in today's partition, the one whose indexes grow; the last million of each stage
comes through Kafka.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from statistics import median

from benchmarks.archiving import Variant, done_with, worker_process
from benchmarks.asking import existing, in_library
from benchmarks.ceiling import chunked, copy_all, make_today
from benchmarks.filling import fill, make_topics, remove_topics
from benchmarks.latency import Latency
from benchmarks.options import Options
from benchmarks.progress import say
from benchmarks.report import Curves, Result, Table, count, ratio
from benchmarks.seeding import seed_days
from benchmarks.servers import Servers, servers
from benchmarks.shapes import Shape, make_shape, samples
from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.codec import Registry
from headrace.postgres import Database, DayCloser

STAGES = (1_000_000, 10_000_000)
INGESTED = 1_000_000
PARTITIONS = 4
LOOK_SECONDS = 0.2
PATIENCE_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Stage:
    """What was measured when the table had `rows` rows."""

    rows: int
    archive: float
    latency: dict[str, Latency]


@dataclass(frozen=True, slots=True)
class Dent:
    """Events a second before, while and after a day of `rows` rows closed, in `seconds`."""

    rows: int
    seconds: float
    before: float
    during: float


def run(options: Options) -> Result:
    """Each stage in turn on one table, then a day closing beside the archive."""
    sizes = options.stages or STAGES
    ingested = min(options.events or INGESTED, *sizes)
    with servers() as running:
        shape = make_shape("small", "", samples.small(), load_catalog(), Registry(running.settings))
        make_today(running)
        stages: list[Stage] = []
        copied: list[tuple[float, float]] = []
        for size in sizes:
            have = stages[-1].rows if stages else 0
            copied += _copied(running, shape, have, size - ingested)
            stages.append(_stage(running, shape, size, ingested))
        dent = _closing(running, shape, ingested)
        profile = running.profile()
    plot = Curves("growth", "One day's partition growing", "million rows", "rows/s",
                  [("COPY, one connection", copied),
                   ("archive", [(each.rows / 1e6, each.archive) for each in stages])])  # fmt: skip
    return Result([_table(stages, ingested), _copy_table(copied), _dent_table(dent)],
                  [profile], [plot] if len(copied) > 1 else [])  # fmt: skip


def _copied(running: Servers, shape: Shape, have: int, size: int) -> list[tuple[float, float]]:
    """COPY up to `size` rows; (million rows, rows a second of COPY alone) for each million."""
    points = []
    for first in range(have, size, INGESTED):
        rows = min(INGESTED, size - first)
        ready = list(chunked(shape.rows(rows, first)))
        with running.connect() as connection:
            began = time.perf_counter()
            copy_all(connection, ready)
            rate = rows / (time.perf_counter() - began)
        points.append(((first + rows) / 1e6, rate))
        say(f"{first + rows:,} rows: COPY {rate:,.0f} rows/s")
    return points


def _stage(running: Servers, shape: Shape, size: int, ingested: int) -> Stage:
    running.settle()
    with running.connect() as connection:
        connection.execute("TRUNCATE stage.stage_offsets")
    _fill(running, shape, ingested)
    rates = _rates(running, ingested)
    remove_topics(running.settings.kafka.brokers, shape.topics)
    with running.connect() as connection:
        connection.execute("ANALYZE warm.events")
    rate = _average(rates)
    say(f"{size:,} rows: archive {rate:,.0f} events/s")
    return Stage(size, rate, in_library(running, existing(running, size)))


def _fill(running: Servers, shape: Shape, events: int) -> None:
    brokers = running.settings.kafka.brokers
    make_topics(brokers, {shape.topics[0]: PARTITIONS})
    fill(brokers, shape.records(events))


Rates = list[tuple[float, int]]


def _rates(running: Servers, events: int, began: threading.Event | None = None) -> Rates:
    """(seconds, events done with) from the first event to the last."""
    taken: Rates = []
    deadline = time.monotonic() + PATIENCE_SECONDS
    with worker_process(running, Variant({})) as worker:
        while not taken or taken[-1][1] < events:
            done = done_with(running)
            if done:
                taken.append((time.monotonic(), done))
                if began is not None:
                    began.set()
            if worker.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the archive is at {done:,} of {events:,} events")
            time.sleep(LOOK_SECONDS)
    return taken


def _average(rates: Rates) -> float:
    (began, first), (ended, last) = rates[0], rates[-1]
    return (last - first) / (ended - began)


def _closing(running: Servers, shape: Shape, rows: int) -> Dent:
    """Close yesterday while the archive works off a topic that is filled beforehand."""
    yesterday = SystemClock().now().date() - timedelta(days=1)
    seed_days(running, shape, [yesterday], rows)
    running.settle()
    with running.connect() as connection:
        connection.execute("TRUNCATE stage.stage_offsets")
    _fill(running, shape, 3 * rows)
    flowing = threading.Event()
    span: list[float] = []
    closer = threading.Thread(target=_close, args=(running, flowing, span), daemon=True)
    closer.start()
    rates = _rates(running, 3 * rows, flowing)
    closer.join(PATIENCE_SECONDS)
    began, ended = span
    return Dent(rows, ended - began, _median(rates, 0, began), _median(rates, began, ended))


def _close(running: Servers, flowing: threading.Event, span: list[float]) -> None:
    """A few seconds after events flow: build yesterday's heavier indexes."""
    flowing.wait(PATIENCE_SECONDS)
    time.sleep(5)
    database = Database(running.stack.archive_database_url, application="benchmark")
    span.append(time.monotonic())
    DayCloser(database).close_before(SystemClock().now().date())
    span.append(time.monotonic())
    database.close()
    say(f"yesterday closed in {span[1] - span[0]:.1f} s")


def _median(rates: Rates, since: float, until: float) -> float:
    """The median rate between looks within a span; 0 when there was none."""
    steps = [
        (later[1] - earlier[1]) / (later[0] - earlier[0])
        for earlier, later in pairwise(rates)
        if earlier[0] >= since and later[0] <= until
    ]
    return median(steps) if steps else 0.0


def _table(stages: Sequence[Stage], ingested: int) -> Table:
    kinds = list(stages[0].latency)
    columns = ("rows", "archive, events/s", *(f"{kind}: p50, p95 ms" for kind in kinds))
    rows = [
        (
            count(stage.rows),
            count(stage.archive),
            *(f"{stage.latency[kind].p50:.1f}, {stage.latency[kind].p95:.1f}" for kind in kinds),
        )
        for stage in stages
    ]
    return Table(f"The last {ingested:,} of each size through the archive", columns, rows)


def _copy_table(copied: Sequence[tuple[float, float]]) -> Table:
    rows = [(f"{millions:g}", count(rate)) for millions, rate in copied]
    return Table("COPY, one connection, a million at a time", ("million rows", "rows/s"), rows)


def _dent_table(dent: Dent) -> Table:
    share = ratio(dent.during / dent.before) if dent.before else ""
    row = (count(dent.rows), f"{dent.seconds:.1f}", count(dent.before), count(dent.during), share)
    columns = ("rows of the day", "seconds", "archive before, events/s", "meanwhile", "ratio")
    return Table("A day closes (three indexes are built) beside the archive", columns, [row])
