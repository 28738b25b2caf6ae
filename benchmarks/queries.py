"""Pages of events from a warm tier of ten million: in the library and over REST."""

from datetime import timedelta

from benchmarks.asking import ASKED, existing, in_library, over_rest
from benchmarks.latency import Latency
from benchmarks.options import Options
from benchmarks.report import Result, Table, count
from benchmarks.seeding import seed_days, summarise
from benchmarks.servers import servers
from benchmarks.shapes import make_shape, samples
from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.codec import Registry
from headrace.kafka import create_topics

EVENTS = 10_000_000
DAYS = 10
COLUMNS = ("", "library p50, ms", "p95", "p99", "REST p50, ms", "p95", "p99")


def run(options: Options) -> Result:
    """Seed ten days, close all but the last, ask."""
    events = options.events or EVENTS
    with servers(("postgres", "kafka", "registry", "api")) as running:
        catalog = load_catalog()
        create_topics(catalog, running.settings.kafka)
        registry = Registry(running.settings)
        shape = make_shape("all", "", samples.every_type(catalog), catalog, registry)
        today = SystemClock().now().date()
        days = [today - timedelta(days=back) for back in range(DAYS)]
        seed_days(running, shape, days[:0:-1], events // DAYS, close=True)
        seed_days(running, shape, days[:1], events // DAYS)
        summarise(running)
        running.settle()
        asked = existing(running, events)
        table = _table(in_library(running, asked), over_rest(running, asked), events)
        size = running.ask("SELECT pg_size_pretty(sum(pg_total_relation_size(relid))) "
                           "FROM pg_partition_tree('warm.events') WHERE isleaf")[0]  # fmt: skip
        notes = [
            running.profile(),
            f"{len(shape.samples)} event types over {DAYS} days, rows of about "
            f"{shape.samples[0].row.size} bytes; {DAYS - 1} days closed, the last one open; "
            f"{size} with indexes; each kind asked {ASKED} "
            "times for other rows, one after the other, after a few unmeasured ones.",
        ]
    return Result([table], notes)


def _table(library: dict[str, Latency], rest: dict[str, Latency], events: int) -> Table:
    rows = [(name, *found.columns(), *rest[name].columns()) for name, found in library.items()]
    return Table(f"Queries over {count(events)} events", COLUMNS, rows)
