"""Every benchmark by name; each module is imported only when its benchmark runs."""

from dataclasses import dataclass
from importlib import import_module

from benchmarks.options import Options
from benchmarks.report import Result


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`usual` ones run when none is named. `minutes` is a guess for 2 quiet cores.

    `parts` are what `--only` may name.
    """

    name: str
    about: str
    minutes: float
    usual: bool = True
    module: str = ""
    parts: tuple[str, ...] = ()

    def run(self, options: Options) -> Result:
        """Measure; the module of the same name does it, unless another is given."""
        module = import_module(f"benchmarks.{self.module or self.name}")
        result: Result = module.run(options)
        return result


_SCENARIOS = (
    *("small", "rows", "zstd", "forty", "mixed", "flights", "flight-rows"),
    *("200B", "1000B", "4000B", "10000B"),
)
_PEERS = ("faust", "connect", "quixstreams", "bytewax", "faststream")

SUITE = {
    benchmark.name: benchmark
    for benchmark in (
        Benchmark("publish", "the SDK against a bare producer of the same Avro", 1),
        Benchmark("runtime", "a stage that does nothing against raw aiokafka", 2),
        Benchmark(
            "archive", "Kafka to PostgreSQL against COPY of the same rows", 7, parts=_SCENARIOS
        ),
        Benchmark(
            "peers",
            "the archive against five other ways",
            5,
            module="peers.compare",
            parts=_PEERS,
        ),
        Benchmark(
            "service",
            "typed publishing and handlers called event by event",
            3,
            parts=("publish", "handlers"),
        ),
        Benchmark("poison", "records that do not decode, among those that do", 1),
        Benchmark("http", "posting events over REST", 2),
        Benchmark("steps", "what each step of a post takes, without servers", 0.5, usual=False),
        Benchmark(
            "store",
            "the event store against the eventsourcing package and message-db",
            4,
            usual=False,
            parts=("rates", "rebuild", "growth"),
        ),
        Benchmark("relay", "from the event store to Kafka", 2, usual=False),
        Benchmark("queries", "pages of events from the warm tier", 7, usual=False),
        Benchmark("memory", "the archive under a steady load", 2, usual=False),
        Benchmark("growth", "a growing table and a closing day", 24, usual=False),
    )
}
