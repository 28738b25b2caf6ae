"""What a service remembers of a partition between two chunks: who is ahead, and who failed."""

from dataclasses import dataclass, field

from headrace.runtime import TopicPartition
from headrace.runtime.job import Job


@dataclass(slots=True)
class Failure:
    """An event that is tried again where it stands: how often it was, and from when it may be."""

    attempts: int
    error: Exception
    since: float
    due: float


@dataclass(slots=True)
class Progress:
    """Of one partition under one claim. `ahead` events are handled, though the offset before them
    is not yet; the value says whether they were duplicates.
    """

    epoch: int
    ahead: dict[int, bool] = field(default_factory=dict)
    failing: dict[int, Failure] = field(default_factory=dict)

    def forget_before(self, offset: int) -> None:
        """These are durable."""
        self.ahead = {at: known for at, known in self.ahead.items() if at >= offset}
        self.failing = {at: known for at, known in self.failing.items() if at >= offset}


class ProgressOfAll:
    """Of every partition that this process has. A partition's belongs to the writer that has it."""

    def __init__(self) -> None:
        self._of: dict[TopicPartition, Progress] = {}

    def of(self, job: Job) -> Progress:
        """A new claim begins anew: somebody else may have gone on meanwhile."""
        found = self._of.get(job.tp)
        if found is None or found.epoch != job.epoch:
            found = self._of[job.tp] = Progress(job.epoch)
        return found
