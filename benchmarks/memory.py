"""Memory of the archive under a steady load; an hour with `--seconds 3600`."""

import threading
import time
from dataclasses import dataclass, field

from benchmarks.archiving import Variant, done_with, worker_process
from benchmarks.ceiling import make_today
from benchmarks.filling import make_topics, steady
from benchmarks.meters import MIB, resident_bytes
from benchmarks.options import Options
from benchmarks.progress import say
from benchmarks.report import Curves, Result, Table, count
from benchmarks.servers import Servers, servers
from benchmarks.shapes import Shape, make_shape, samples
from headrace.catalog import load_catalog
from headrace.codec import Registry

SECONDS = 60.0
PER_SECOND = 5_000
MOST_MIB = 500
SHOWN = 12
PARTITIONS = 4
DRAIN_SECONDS = 60


@dataclass
class Samples:
    """Seconds since the start, worker's RSS in MiB, events archived."""

    taken: list[tuple[float, float, int]] = field(default_factory=list)

    def shown(self) -> list[tuple[float, float, int]]:
        """At most a dozen, evenly chosen, the last among them."""
        step = max(1, -(-len(self.taken) // SHOWN))
        return self.taken[::-1][::step][::-1]

    @property
    def peak(self) -> float:
        return max(rss for _, rss, _ in self.taken)


def run(options: Options) -> Result:
    """Produce steadily, sample each second, then wait until everything has landed."""
    seconds = options.seconds or SECONDS
    with servers() as running:
        shape = make_shape("small", "", samples.small(), load_catalog(), Registry(running.settings))
        make_topics(running.settings.kafka.brokers, {shape.topics[0]: PARTITIONS})
        make_today(running)
        found = _sampled(running, shape, seconds)
    assert found.peak < MOST_MIB, f"the worker took {found.peak:.0f} MiB"
    rows = [(f"{at:,.0f}", f"{rss:,.0f}", count(done)) for at, rss, done in found.shown()]
    title = f"Archive at {PER_SECOND:,} events/s for {seconds:,.0f} s"
    table = Table(title, ("seconds", "worker RSS, MiB", "events archived"), rows)
    notes = [f"Peak {found.peak:,.0f} MiB; the run fails at {MOST_MIB} MiB."]
    curve = [(at, rss) for at, rss, _ in found.taken]
    plot = Curves("memory", title, "seconds", "worker RSS, MiB", [("archive worker", curve)])
    return Result([table], notes, [plot])


def _sampled(running: Servers, shape: Shape, seconds: float) -> Samples:
    wanted = int(PER_SECOND * seconds)
    with worker_process(running, Variant({})) as worker:
        load = threading.Thread(
            target=steady,
            args=(running.settings.kafka.brokers, shape, PER_SECOND, wanted),
            daemon=True,
        )
        load.start()
        found, began = Samples(), time.monotonic()
        while (now := time.monotonic() - began) < seconds + DRAIN_SECONDS:
            done = done_with(running)
            found.taken.append((now, resident_bytes(worker.pid) / MIB, done))
            if worker.poll() is not None:
                raise RuntimeError(f"the archive ended with {worker.returncode}")
            if done >= wanted:
                break
            time.sleep(1)
        load.join(DRAIN_SECONDS)
    landed = running.ask("SELECT count(*), count(DISTINCT event_id) FROM warm.events")
    assert landed == (wanted, wanted), f"{landed} rows and ids of {wanted}"
    say(f"peak {found.peak:,.0f} MiB over {len(found.taken)} samples")
    return found
