"""The archive, Kafka to PostgreSQL, against COPY of the same rows, packed beforehand."""

import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.archiving import Cost, Variant, archive
from benchmarks.ceiling import ceiling, copies
from benchmarks.filling import fill, make_topics, remove_topics
from benchmarks.options import Options
from benchmarks.progress import say
from benchmarks.report import Bars, Result, Table, count, ratio
from benchmarks.servers import Servers, servers
from benchmarks.shapes import Shape, make_shape, samples
from benchmarks.shapes.many import many_topics
from headrace.catalog import Catalog, load_catalog
from headrace.codec import Registry
from headrace.envelope import Event

EVENTS = 1_000_000
MOST_BYTES = 500_000_000
PARTITIONS = 4
ROW_PATH = {"HEADRACE_COLUMNAR": "off"}
COLUMNS = (
    "rounds",
    "events",
    "bytes",
    "events/s",
    "COPY ceiling, 1 and 2 connections",
    "of one connection",
    "of two",
    "CPU µs a record: worker, PostgreSQL, broker",
    "worker RSS",
)


ABOUT = (
    "A round is COPY over one connection, over two, and the archive, each into the empty table; "
    "medians are shown, of a ratio each round's own. From the first applied event to the last; "
    "rows = distinct ids = events in every run."
)


@dataclass(frozen=True)
class Scenario:
    """`topics` 0 stands for the real catalog. `share` is how much of the events it takes."""

    name: str
    about: str
    events: Callable[[Catalog], Sequence[Event]]
    compression: str = "none"
    topics: int = 0
    row_path: bool = False
    share: float = 1.0
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class Measured:
    """One scenario's medians."""

    scenario: Scenario
    rounds: int
    events: int
    bytes: int
    one: float
    two: float
    of_one: float
    of_two: float
    cost: Cost


def _small(_: Catalog) -> list[Event]:
    return samples.small()


def _busy(catalog: Catalog) -> list[Event]:
    return [event for name in catalog.event_types for event in samples.small(name)[:4]]


def _flights(_: Catalog) -> list[Event]:
    return samples.flights()


def _of_size(size: int) -> Callable[[Catalog], list[Event]]:
    return lambda _: samples.sized(size)


SCENARIOS = (
    Scenario("small", "one busy topic, small typed events", _small, rounds=3),
    Scenario("rows", "the same, row path", _small, row_path=True, share=0.2),
    Scenario("zstd", "the same, topic compressed with zstd", _small, compression="zstd"),
    Scenario("forty", "40 topics of 4 partitions, the same events", _busy, topics=40),
    Scenario("mixed", "five event types mixed in each partition", samples.mixed),
    Scenario("flights", "real flights, 26 payload fields", _flights, share=0.5),
    Scenario("flight-rows", "real flights, row path", _flights, row_path=True, share=0.2),
    *(
        Scenario(f"{size}B", f"events of {size:,} bytes", _of_size(size), share=0.5)
        for size in (200, 1_000, 4_000, 10_000)
    ),
)


def run(options: Options) -> Result:
    """Every scenario in turn, on one set of servers."""
    wanted = [scenario for scenario in SCENARIOS if options.wants(scenario.name)]
    with servers() as running:
        profile = running.profile()
        found = [_measured(running, scenario, options) for scenario in wanted]
    table = Table("`headrace worker archive`, one process", ("", *COLUMNS), list(map(_row, found)))
    plot = Bars(
        "archive",
        "The archive as a share of COPY over one connection",
        "share of the ceiling",
        [(each.scenario.about, each.of_one) for each in found],
        ("goal", 0.65),
    )
    return Result([table], [profile, ABOUT], [plot])


def _measured(running: Servers, scenario: Scenario, options: Options) -> Measured:
    say(f"scenario {scenario.name}: {scenario.about}")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) if scenario.topics else None
        catalog = many_topics(root, scenario.topics) if root else load_catalog()
        registry = Registry(running.settings)
        shape = make_shape(
            scenario.name, scenario.about, scenario.events(catalog), catalog, registry
        )
        variant = Variant(ROW_PATH if scenario.row_path else {}, root)
        return _on_topics(running, scenario, shape, variant, options)


def _on_topics(
    running: Servers, scenario: Scenario, shape: Shape, variant: Variant, options: Options
) -> Measured:
    events = int((options.events or EVENTS) * scenario.share)
    events = min(events, MOST_BYTES // shape.average_bytes)
    brokers = running.settings.kafka.brokers
    make_topics(brokers, dict.fromkeys(shape.topics, PARTITIONS))
    try:
        fill(brokers, shape.records(events), scenario.compression)
        ready = copies(shape, events)
        repeat = options.rounds or scenario.rounds
        rounds = [_round(running, ready, events, variant) for _ in range(repeat)]
    finally:
        remove_topics(brokers, shape.topics)
    return _medians(scenario, shape, events, rounds)


Round = tuple[float, float, Cost]
"""COPY over one connection, over two, and the archive."""


def _medians(scenario: Scenario, shape: Shape, events: int, rounds: Sequence[Round]) -> Measured:
    """Ratios are medians of each round's own: what disturbs a round disturbs all of it."""
    ones, twos, costs = zip(*rounds, strict=True)
    return Measured(
        scenario=scenario,
        rounds=len(rounds),
        events=events,
        bytes=shape.average_bytes,
        one=median(ones),
        two=median(twos),
        of_one=median(cost.per_second / one for one, _, cost in rounds),
        of_two=median(cost.per_second / two for _, two, cost in rounds),
        cost=middle(costs),
    )


def _round(running: Servers, ready: Sequence[bytes], events: int, variant: Variant) -> Round:
    one = ceiling(running, ready, events, 1)
    two = ceiling(running, ready, events, 2)
    cost = archive(running, events, variant)
    running.empty()
    return one, two, cost


def middle(costs: Iterable[Cost]) -> Cost:
    """The run whose rate is the median (the lower one of two)."""
    ordered = sorted(costs, key=lambda cost: cost.per_second)
    return ordered[(len(ordered) - 1) // 2]


def _row(found: Measured) -> tuple[str, ...]:
    cost = found.cost
    return (
        found.scenario.about,
        str(found.rounds),
        count(found.events),
        count(found.bytes),
        count(cost.per_second),
        f"{count(found.one)}, {count(found.two)}",
        ratio(found.of_one),
        ratio(found.of_two),
        ", ".join(f"{micros:.1f}" for micros in cost.cpu_micros.values()),
        f"{cost.peak_mib:,.0f} MiB",
    )
