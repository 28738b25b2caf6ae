"""The archive against other ways to do it: same events, same columns and indexes, same run."""

from statistics import median

from benchmarks.archive import middle
from benchmarks.archiving import Cost, Variant, archive
from benchmarks.ceiling import ceiling, copies
from benchmarks.filling import fill, make_topics
from benchmarks.options import Options
from benchmarks.peers.consuming import PeerFailedError, consume
from benchmarks.peers.model import Peer
from benchmarks.peers.roster import PEERS
from benchmarks.peers.table import keep_commit_times
from benchmarks.progress import say
from benchmarks.report import Bars, Result, Table, count, ratio
from benchmarks.servers import Servers, servers
from benchmarks.shapes import Shape, make_shape, samples
from headrace.catalog import load_catalog
from headrace.codec import Registry

EVENTS = 500_000
ROUNDS = 1
PARTITIONS = 4
FLAT = "peers.flat"
COLUMNS = (
    "",
    "rows are written by",
    "events/s",
    "archive is faster by",
    "CPU µs a record: worker, PostgreSQL, broker",
    "RSS",
    "not equal",
)
Outcome = list[Cost] | str


def run(options: Options) -> Result:
    """Rounds of ceiling, archive and every peer; a peer that fails says why."""
    events, rounds = options.events or EVENTS, options.rounds or ROUNDS
    with servers() as running:
        keep_commit_times(running)
        shape = make_shape("small", "", samples.small(), load_catalog(), Registry(running.settings))
        _fill(running, shape, events)
        wanted = [peer for peer in PEERS if options.wants(peer.name)]
        limits, ours, outcomes = _rounds(running, shape, wanted, events, rounds)
        profile = running.profile()
    mine = middle(ours)
    rows = [_limit_row(limits, ours), _own_row(mine)]
    rows += [_row(peer, outcomes[peer.name], ours) for peer in wanted]
    notes = [
        profile,
        f"{events:,} events of {shape.average_bytes} bytes, one topic of {PARTITIONS} partitions, "
        f"median of {rounds} round(s); one process each, as its documentation configures it; from "
        "the first commit to the last; every row and id is counted.",
        "The archive checks each event, keeps dead letters, and is exactly once.",
        *(_failure(peer, outcomes[peer.name]) for peer in wanted if _failed(outcomes[peer.name])),
    ]
    title = "Kafka to PostgreSQL, the same table and indexes"
    return Result([Table(title, COLUMNS, rows)], notes, [_plot(mine, wanted, outcomes)])


def _fill(running: Servers, shape: Shape, events: int) -> None:
    brokers = running.settings.kafka.brokers
    make_topics(brokers, {shape.topics[0]: PARTITIONS, FLAT: PARTITIONS})
    fill(brokers, shape.records(events))
    fill(brokers, shape.flat_records(events, FLAT))


def _rounds(
    running: Servers, shape: Shape, peers: list[Peer], events: int, rounds: int
) -> tuple[list[float], list[Cost], dict[str, Outcome]]:
    ready = copies(shape, events)
    limits: list[float] = []
    ours: list[Cost] = []
    outcomes: dict[str, Outcome] = {peer.name: [] for peer in peers}
    for _ in range(rounds):
        limits.append(ceiling(running, ready, events, 1))
        ours.append(archive(running, events, Variant({})))
        running.empty()
        for peer in peers:
            outcomes[peer.name] = _once(running, shape, peer, events, outcomes[peer.name])
    return limits, ours, outcomes


def _once(running: Servers, shape: Shape, peer: Peer, events: int, before: Outcome) -> Outcome:
    """The outcome with one more run; a peer that has failed is not tried again."""
    if isinstance(before, str):
        return before
    topic = FLAT if peer.flat else shape.topics[0]
    try:
        return [*before, consume(running, peer, topic, events)]
    except (PeerFailedError, RuntimeError) as error:
        say(f"{peer.name} failed: {error}")
        return str(error)


def _failed(outcome: Outcome) -> bool:
    return isinstance(outcome, str)


def _failure(peer: Peer, outcome: Outcome) -> str:
    lines = [line for line in str(outcome).splitlines() if line.strip()]
    return f"{peer.title} did not run: {lines[0]} ({lines[-1].strip()[:200]})"


def _limit_row(limits: list[float], ours: list[Cost]) -> tuple[str, ...]:
    share = median(mine.per_second / limit for mine, limit in zip(ours, limits, strict=True))
    what = "COPY of packed rows, 1 connection"
    return what, "COPY BINARY", count(median(limits)), f"reaches {ratio(share)} of it", "", "", ""


def _own_row(mine: Cost) -> tuple[str, ...]:
    return "`headrace worker archive`", "COPY BINARY", count(mine.per_second), "", *_cost(mine), ""


def _row(peer: Peer, outcome: Outcome, ours: list[Cost]) -> tuple[str, ...]:
    if isinstance(outcome, str):
        return peer.title, peer.writes, "did not run", "", "", "", peer.unequal
    theirs = middle(outcome)
    pairs = zip(ours, outcome, strict=True)
    times = median(mine.per_second / other.per_second for mine, other in pairs)
    shown = f"{times:.1f} ×"  # noqa: RUF001 - the sign for times
    return (peer.title, peer.writes, count(theirs.per_second), shown, *_cost(theirs), peer.unequal)


def _cost(cost: Cost) -> tuple[str, str]:
    cpu = ", ".join(f"{micros:.1f}" for micros in cost.cpu_micros.values())
    return cpu, f"{cost.peak_mib:,.0f} MiB"


def _plot(mine: Cost, peers: list[Peer], outcomes: dict[str, Outcome]) -> Bars:
    bars = [("headrace archive", mine.per_second)]
    for peer in peers:
        outcome = outcomes[peer.name]
        if not isinstance(outcome, str):
            bars.append((peer.title.partition(",")[0], middle(outcome).per_second))
    return Bars("peers", "Kafka to PostgreSQL, one process each", "events/s", bars)
