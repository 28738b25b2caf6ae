"""Every benchmark by name; each module is imported only when its benchmark runs."""

from dataclasses import dataclass
from importlib import import_module

from benchmarks.options import Options
from benchmarks.report import Result


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`usual` ones run when none is named. `minutes` is a guess for 2 quiet cores."""

    name: str
    about: str
    minutes: float
    usual: bool = True

    def run(self, options: Options) -> Result:
        """Measure; the module of the same name does it."""
        result: Result = import_module(f"benchmarks.{self.name}").run(options)
        return result


SUITE = {
    benchmark.name: benchmark
    for benchmark in (
        Benchmark("publish", "the SDK against a bare producer of the same Avro", 1),
        Benchmark("archive", "Kafka to PostgreSQL against COPY of the same rows", 8),
    )
}
