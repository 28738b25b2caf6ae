"""What an engine's writer threads do with jobs."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from headrace.runtime.fates import Fate
from headrace.runtime.job import Job
from headrace.runtime.records import TopicPartition


class Applying(Protocol):
    """Called from several writer threads at once, never twice at once for a partition. May block.

    Neither method raises: every error ends as a fate.
    """

    def process(self, jobs: Sequence[Job]) -> Mapping[TopicPartition, Fate]:
        """Apply each job, or a part of it from its start; what became of each."""

    def visit(self, job: Job) -> Fate:
        """Try the parked records of a job's partition again."""
