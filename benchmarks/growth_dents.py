"""What the archive loses while a past day gets its indexes: at full speed, and at half of it."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import pairwise

from psycopg import sql

from benchmarks.archiving import Variant, done_with, worker_process
from benchmarks.asking import existing, in_library
from benchmarks.filling import fill, make_topics, remove_topics, steady
from benchmarks.latency import Latency
from benchmarks.progress import say
from benchmarks.report import Table, count, ratio
from benchmarks.seeding import close_day, seed_days, summarise
from benchmarks.servers import Servers
from benchmarks.shapes import Shape
from headrace.clock import SystemClock

ROWS = 1_000_000
AT_FULL_SPEED = 2_000_000
SECONDS = 60.0
PARTITIONS = 4
LOADED_SECONDS = 30.0
LOOK_SECONDS = 0.25
BEGINS_AFTER_SECONDS = 5.0
PATIENCE_SECONDS = 600
BUILDING = "SELECT count(*) > 0 FROM pg_stat_progress_create_index"
CLOSED = "SELECT count(*) FROM warm.days WHERE day = %s AND closed_at IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Look:
    """At `at` seconds `done` events were accounted for; an index was being built or not."""

    at: float
    done: int
    building: bool


@dataclass(frozen=True, slots=True)
class Dent:
    """Events a second that came, or landed while nothing was built, and that landed while something
    was, and for how long; when the day was closed, in seconds after the last event.
    """

    about: str
    before: float
    during: float
    seconds: float
    closed_after: float


@dataclass(frozen=True, slots=True)
class Case:
    """`per_second` is None for a topic filled beforehand; `closes` closes without giving way."""

    about: str
    events: int
    per_second: int | None = None
    closes: bool = False


def dents(running: Servers, shape: Shape, most: float, seconds: float | None) -> list[Dent]:
    """A day of a million rows is to be closed; `most` is the archive's full speed."""
    half = int(most / 2)
    cases = (
        Case("full speed; the worker closes, and gives way", AT_FULL_SPEED),
        Case("full speed; closed all the same", AT_FULL_SPEED, closes=True),
        Case(f"{half:,} events/s; the worker closes", int(half * (seconds or SECONDS)), half),
    )
    return [_dent(running, shape, case) for case in cases]


def under_load(running: Servers, shape: Shape, most: float) -> dict[str, Latency]:
    """Queries while the archive takes half of what it can."""
    running.forget_offsets()
    brokers, half = running.settings.kafka.brokers, int(most / 2)
    make_topics(brokers, {shape.topics[0]: PARTITIONS})
    asked = existing(running, running.ask("SELECT sum(reltuples)::bigint FROM pg_class "
                     "WHERE relname LIKE 'events_2%' AND relkind = 'r'")[0])  # fmt: skip
    events = int(half * LOADED_SECONDS)
    with worker_process(running, Variant({})):
        load = threading.Thread(target=steady, args=(brokers, shape, half, events), daemon=True)
        load.start()
        while done_with(running) < half:
            time.sleep(LOOK_SECONDS)
        found = in_library(running, asked)
        load.join(PATIENCE_SECONDS)
    remove_topics(brokers, shape.topics)
    return found


def _dent(running: Servers, shape: Shape, case: Case) -> Dent:
    # Yesterday is not due yet: the worker would hold the lock while it gives way.
    day = SystemClock().now().date() - timedelta(days=1 if case.closes else 3)
    _make_due(running, shape, day)
    brokers = running.settings.kafka.brokers
    make_topics(brokers, {shape.topics[0]: PARTITIONS})
    if case.per_second is None:
        fill(brokers, shape.records(case.events))
        beside: Callable[[], None] = partial(_close_soon, running, day) if case.closes else _nothing
    else:
        beside = partial(steady, brokers, shape, case.per_second, case.events)
    looks, closed_after = _looks(running, day, case.events, beside)
    remove_topics(brokers, shape.topics)
    before, during, seconds = _rates(looks, case.events)
    # What comes at a rate is compared with that rate: a worker first catches up, and is faster.
    dent = Dent(case.about, case.per_second or before, during, seconds, closed_after)
    say(f"{dent.about}: {dent.before:,.0f} events/s, {dent.during:,.0f} while building")
    return dent


def _make_due(running: Servers, shape: Shape, day: date) -> None:
    """No offsets; the day is open and has a million rows."""
    running.forget_offsets()
    leaf = sql.Identifier("warm", f"events_{day:%Y%m%d}")
    with running.connect() as connection:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(leaf))
        connection.execute("DELETE FROM warm.days WHERE day = %s", [day])
    seed_days(running, shape, [day], ROWS)
    summarise(running)
    running.settle()


def _nothing() -> None:
    """The worker does it all."""


def _close_soon(running: Servers, day: date) -> None:
    while done_with(running) == 0:
        time.sleep(LOOK_SECONDS)
    time.sleep(BEGINS_AFTER_SECONDS)
    close_day(running, day)


def _looks(
    running: Servers, day: date, events: int, beside: Callable[[], None]
) -> tuple[list[Look], float]:
    """Looks until all events have landed and the day is closed."""
    taken: list[Look] = []
    began = time.monotonic()
    thread = threading.Thread(target=beside, daemon=True)
    with worker_process(running, Variant({})) as worker:
        thread.start()
        while not taken or taken[-1].done < events or not running.ask(CLOSED, day)[0]:
            at = time.monotonic() - began
            taken.append(Look(at, done_with(running), running.ask(BUILDING)[0]))
            if worker.poll() is not None or at > PATIENCE_SECONDS:
                raise RuntimeError(f"the archive is at {taken[-1].done:,} of {events:,} events")
            time.sleep(LOOK_SECONDS)
    thread.join(PATIENCE_SECONDS)
    last = next(look.at for look in taken if look.done >= events)
    return taken, max(taken[-1].at - last, 0.0)


def _rates(looks: Sequence[Look], events: int) -> tuple[float, float, float]:
    """Events a second without and with a build, from the first event to the last; seconds built."""
    spans = {False: [0.0, 0.0], True: [0.0, 0.0]}
    built = 0.0
    for earlier, later in pairwise(looks):
        building = earlier.building or later.building
        built += (later.at - earlier.at) * building
        if earlier.done and earlier.done < events:
            spans[building][0] += later.done - earlier.done
            spans[building][1] += later.at - earlier.at
    before, during = (done / seconds if seconds else 0.0 for done, seconds in spans.values())
    return before, during, built


def dents_table(found: Sequence[Dent]) -> Table:
    """A row a case."""
    columns = ("", "archive, events/s", "while indexes are built", "ratio", "seconds of building",
               "closed after the last event, s")  # fmt: skip
    rows = [
        (dent.about, count(dent.before), count(dent.during) if dent.during else "none then",
         ratio(dent.during / dent.before) if dent.during else "", f"{dent.seconds:.1f}",
         f"{dent.closed_after:.0f}")
        for dent in found
    ]  # fmt: skip
    return Table(f"A day of {ROWS:,} rows closes beside the archive", columns, rows)
