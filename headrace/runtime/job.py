"""What a writer is given to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from headrace.runtime.ledger import Move
from headrace.runtime.records import Record, TopicPartition


@dataclass(frozen=True, slots=True)
class Job:
    """A range of one partition to apply. `attempt` counts its failures in a row, `unforeseen` those
    of them that no policy names; since the monotonic second `unknown_since` it waits for a schema
    that the registry does not know, since `transient_since` for a passing trouble of its events.
    """

    tp: TopicPartition
    start: int
    end: int
    epoch: int
    records: Sequence[Record]
    attempt: int = 0
    unknown_since: float | None = None
    unforeseen: int = 0
    transient_since: float | None = None

    @property
    def move(self) -> Move:
        return Move(self.tp, self.start, self.end, self.epoch)
