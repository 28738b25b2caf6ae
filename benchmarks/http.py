"""`POST /api/events` under load: batches of 500, and single events at 500 a second."""

from benchmarks.archiving import Cost
from benchmarks.latency import Latency
from benchmarks.meters import MIB, Meter
from benchmarks.options import Options
from benchmarks.programs import run_program
from benchmarks.progress import say
from benchmarks.report import Result, Table, count
from benchmarks.servers import Servers, servers
from headrace.catalog import load_catalog
from headrace.kafka import create_topics

SECONDS = 20.0
BATCH = 500
CONNECTIONS = (1, 4)
PER_SECOND = 500
BESIDE_PER_SECOND = 100
COLUMNS = (
    "",
    "events/s",
    "p50, ms",
    "p95",
    "p99",
    "failed",
    "CPU µs an event: API",
    "broker",
    "client",
    "API RSS",
)


def run(options: Options) -> Result:
    """One API process; the load comes from a process of its own."""
    seconds = options.seconds or SECONDS
    loads: list[tuple[str, tuple[str, ...]]] = [
        (f"batches of {BATCH}, {n} connection(s)", ("batches", str(n), str(BATCH)))
        for n in CONNECTIONS
    ]
    loads.append((f"single events, {PER_SECOND}/s wanted", ("single", str(PER_SECOND))))
    loads.append(
        (
            f"single events, {BESIDE_PER_SECOND}/s, beside batches of {BATCH}",
            ("beside", str(BESIDE_PER_SECOND), str(BATCH)),
        )
    )
    with servers(("postgres", "kafka", "registry", "api")) as running:
        create_topics(load_catalog(), running.settings.kafka)
        rows = [_row(running, title, (*words, str(seconds)), seconds) for title, words in loads]
    notes = [
        f"{seconds:g} s each, one API process, the client in another on the same cores; 202 means "
        "that Kafka holds the events; a single event's latency counts from when it was due; beside "
        "batches, latencies are those of the single events."
    ]
    return Result([Table("POST /api/events", COLUMNS, rows)], notes)


def _row(running: Servers, title: str, words: tuple[str, ...], seconds: float) -> tuple[str, ...]:
    trees = {"api": running.stack.pid("api"), "broker": running.stack.pid("kafka")}
    with Meter(trees, "api") as meter:
        found = run_program(
            "http_load", *words, environment=running.stack.env, seconds=seconds * 3 + 60
        )
        meter.end()
    if found["failed"]:
        say(f"{found['failed']} posts failed: {found['failure']}")
    rate = found["events_per_second"]
    used = meter.cpu | {"client": found["client_cpu"]}
    cost = Cost(
        rate,
        {name: taken / found["events"] * 1e6 for name, taken in used.items()},
        meter.peak_bytes / MIB,
    )
    latency = Latency.of(found["latencies"])
    say(f"{title}: {rate:,.0f} events/s, p95 {latency.p95:.1f} ms")
    return (
        title,
        count(rate),
        *latency.columns(),
        count(found["failed"]),
        *(f"{cost.cpu_micros[name]:.1f}" for name in ("api", "broker", "client")),
        f"{cost.peak_mib:,.0f} MiB",
    )
