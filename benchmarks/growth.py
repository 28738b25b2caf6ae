"""A growing warm tier: what ingest and queries do at each size, and while a day closes.

Past days are filled by COPY and closed; the last million of each size comes through Kafka into
today's partition, which holds five million at most.
"""

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from benchmarks.archiving import archive_rate
from benchmarks.asking import existing, in_library, over_rest
from benchmarks.ceiling import copies, copy_rate, make_today
from benchmarks.filling import fill, make_topics, remove_topics
from benchmarks.growth_dents import dents, dents_table, under_load
from benchmarks.latency import Latency
from benchmarks.options import Options
from benchmarks.progress import say
from benchmarks.report import Curves, Result, Table, count, ratio
from benchmarks.seeding import seed_days, summarise
from benchmarks.servers import Servers, servers
from benchmarks.shapes import Shape, make_shape, samples
from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.codec import Registry
from headrace.errors import ConfigurationError

STAGES = (1_000_000, 10_000_000, 50_000_000)
INGESTED = 1_000_000
COPIED = 500_000
OPEN_BEFORE = 3_000_000
"""Rows that COPY puts into today before the first stage that is large enough."""
DAYS_A_STAGE = 15
PARTITIONS = 4
ROW_BYTES = 1_000  # with all indexes of a closed day
BESIDE_BYTES = 14_000_000_000  # WAL, Kafka's log


@dataclass(frozen=True, slots=True)
class Stage:
    """What was measured when the table had `rows` rows, `today` of them in the open day."""

    rows: int
    today: int
    days: int
    ceiling: float
    archive: float
    library: dict[str, Latency]
    rest: dict[str, Latency]


def run(options: Options) -> Result:
    """Each stage in turn on one table, then days closing beside the archive."""
    sizes = options.stages or STAGES
    check_room(sizes[-1])
    with servers(("postgres", "kafka", "registry", "api")) as running:
        shape = make_shape("small", "", samples.small(), load_catalog(), Registry(running.settings))
        grown = Grown(running, shape)
        stages = [grown.to(size, min(options.events or INGESTED, size // 2)) for size in sizes]
        loaded = under_load(running, shape, stages[-1].archive)
        found = dents(running, shape, stages[-1].archive, options.seconds)
        notes = [running.profile(), _about(running, shape)]
    return Result(
        [_table(stages), _latencies(stages, loaded), dents_table(found)], notes, [_plot(stages)]
    )


def check_room(rows: int) -> None:
    """Raises ConfigurationError when the disk of the servers' data has not enough room."""
    needed, folder = rows * ROW_BYTES + BESIDE_BYTES, tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ConfigurationError(
            f"{rows:,} rows need about {needed / 1e9:.0f} GB below {folder}, which has "
            f"{free / 1e9:.0f} GB free: make room, or ask for less with --stages"
        )


class Grown:
    """One table that grows from stage to stage."""

    def __init__(self, running: Servers, shape: Shape) -> None:
        self._running = running
        self._shape = shape
        self._rows = 0
        self._today = 0
        self._days = 0

    def to(self, size: int, ingested: int) -> Stage:
        """Grow to `size` rows, the last `ingested` of them through the archive; measure."""
        make_today(self._running)
        copied = min(COPIED, size - self._rows - ingested)
        self._seed(size - copied - ingested)
        ceiling = self._copy(copied)
        say(f"{self._rows:,} rows: COPY {ceiling:,.0f} rows/s")
        rate = self._ingest(ingested)
        summarise(self._running)
        self._running.settle()
        asked = existing(self._running, self._rows)
        library, rest = in_library(self._running, asked), over_rest(self._running, asked)
        return Stage(self._rows, self._today, self._days, ceiling, rate, library, rest)

    def _seed(self, size: int) -> None:
        """Fill today up to its share, the rest into days before those that are there."""
        missing = size - self._rows
        into_today = max(min(OPEN_BEFORE - self._today, missing), 0)
        into_today += (missing - into_today) % DAYS_A_STAGE
        past = missing - into_today
        if into_today:
            self._copy(into_today)
        if past:
            # Two days are left for the days that close at the end.
            last = SystemClock().now().date() - timedelta(days=self._days + 4)
            days = [last - timedelta(days=back) for back in range(DAYS_A_STAGE)][::-1]
            seed_days(self._running, self._shape, days, past // DAYS_A_STAGE, close=True)
            self._rows += past
            self._days += DAYS_A_STAGE
            self._leave_alone(days)

    def _leave_alone(self, days: Sequence[date]) -> None:
        """Autovacuum would go over what was filled within minutes, beside all that follows."""
        with self._running.connect() as connection:
            for day in days:
                connection.execute(
                    f"ALTER TABLE warm.events_{day:%Y%m%d} SET (autovacuum_enabled = off)"
                )

    def _copy(self, rows: int) -> float:
        """COPY rows into today over one connection; rows a second."""
        rate = 0.0
        for first in range(0, rows, COPIED):
            some = min(COPIED, rows - first)
            rate = copy_rate(self._running, copies(self._shape, some, self._rows), some)
            self._rows += some
            self._today += some
            summarise(self._running)
        return rate

    def _ingest(self, events: int) -> float:
        """Through Kafka and the archive; events a second."""
        brokers = self._running.settings.kafka.brokers
        self._running.forget_offsets()
        self._running.settle()
        make_topics(brokers, {self._shape.topics[0]: PARTITIONS})
        fill(brokers, self._shape.records(events, self._rows))
        rate = archive_rate(self._running, events)
        remove_topics(brokers, self._shape.topics)
        self._rows += events
        self._today += events
        return rate


def _table(stages: Sequence[Stage]) -> Table:
    columns = ("rows", "of them today", "past days", "COPY, one connection, rows/s",
               "archive, events/s", "ratio")  # fmt: skip
    rows = [
        (count(stage.rows), count(stage.today), str(stage.days), count(stage.ceiling),
         count(stage.archive), ratio(stage.archive / stage.ceiling))
        for stage in stages
    ]  # fmt: skip
    return Table("Ingest at each size", columns, rows)


def _latencies(stages: Sequence[Stage], loaded: dict[str, Latency]) -> Table:
    columns = ("rows", "", "library p50, ms", "p95", "p99", "REST p50, ms", "p95", "p99")
    rows = [
        (count(stage.rows), kind, *found.columns(), *stage.rest[kind].columns())
        for stage in stages
        for kind, found in stage.library.items()
    ]
    last = f"{count(stages[-1].rows)}, archive at half speed"
    rows += [(last, kind, *found.columns(), "", "", "") for kind, found in loaded.items()]
    return Table("Queries at each size", columns, rows)


def _plot(stages: Sequence[Stage]) -> Curves:
    return Curves("growth", "A growing warm tier", "million rows", "rows/s",
                  [("COPY, one connection", [(each.rows / 1e6, each.ceiling) for each in stages]),
                   ("archive", [(each.rows / 1e6, each.archive) for each in stages])])  # fmt: skip


def _about(running: Servers, shape: Shape) -> str:
    size = running.ask("SELECT pg_size_pretty(sum(pg_total_relation_size(relid))) "
                       "FROM pg_partition_tree('warm.events') WHERE isleaf")[0]  # fmt: skip
    return (
        f"Rows of {shape.samples[0].row.size} bytes. Past days are filled by COPY over two "
        f"connections and closed, and then left alone by autovacuum; {size} at the end with "
        "indexes. Archive and COPY write into today."
    )
