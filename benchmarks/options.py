"""What the command line may change of a benchmark."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """None stands for the benchmark's own choice."""

    events: int | None = None
    rounds: int | None = None
    seconds: float | None = None
    only: tuple[str, ...] = ()
    stages: tuple[int, ...] = ()

    def wants(self, part: str) -> bool:
        """Whether a part of a benchmark (a scenario, a peer) is to run."""
        return not self.only or part in self.only
