"""The stage runtime with a handler that does nothing, against raw aiokafka on the same topic."""

from statistics import median
from typing import Any

from benchmarks.filling import fill, make_topics
from benchmarks.options import Options
from benchmarks.programs import run_program
from benchmarks.progress import say
from benchmarks.report import Result, Table, count, ratio
from benchmarks.servers import Servers, servers
from benchmarks.shapes import make_shape, samples
from headrace.catalog import load_catalog
from headrace.codec import Registry

EVENTS = 1_000_000
ROUNDS = 3
PARTITIONS = 4
SECONDS = 300
WAYS = (
    ("raw aiokafka, `getmany`", "raw_getmany", ()),
    ("stage, ledger in PostgreSQL, nothing decoded", "noop_stage", ("nothing",)),
    ("stage, ledger in PostgreSQL, every event decoded and checked", "noop_stage", ("all",)),
)


def run(options: Options) -> Result:
    """Medians of rounds in which each way reads the whole topic once."""
    events, rounds = options.events or EVENTS, options.rounds or ROUNDS
    with servers() as running:
        shape = make_shape("small", "", samples.small(), load_catalog(), Registry(running.settings))
        topic, brokers = shape.topics[0], running.settings.kafka.brokers
        make_topics(brokers, {topic: PARTITIONS})
        fill(brokers, shape.records(events))
        found = [[_once(running, topic, events, way) for way in WAYS] for _ in range(rounds)]
    columns = ("", "records/s", "ratio", "CPU µs a record")
    raw = median(each[0]["per_second"] for each in found)
    rows = []
    for at, (title, _, _) in enumerate(WAYS):
        rate = median(each[at]["per_second"] for each in found)
        cpu = median(each[at]["cpu_micros"] for each in found)
        rows.append((title, count(rate), ratio(rate / raw), f"{cpu:.1f}"))
    title = (
        f"{events:,} records of {shape.average_bytes} bytes, {PARTITIONS} partitions, one process"
    )
    return Result([Table(title, columns, rows)], [f"Medians of {rounds} rounds."])


def _once(
    running: Servers, topic: str, events: int, way: tuple[str, str, tuple[str, ...]]
) -> dict[str, Any]:
    _, program, arguments = way
    running.empty()
    environment = running.worker_environment()
    found = run_program(
        program, topic, str(events), *arguments, environment=environment, seconds=SECONDS
    )
    say(f"{program} {' '.join(arguments)}: {found['per_second']:,.0f} records/s")
    return found
