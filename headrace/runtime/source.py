"""Where a stage's records come from: the port of Kafka (through Faust) and the log in memory."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from headrace.runtime.records import Batch, ByteBudget, PartitionFacts, Position, TopicPartition


class Sink(Protocol):
    """The engine, as a source sees it. Called on the event loop."""

    budget: ByteBudget

    async def claim(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, Position]:
        """All partitions now assigned. Waits out outages; the source seeks where it says.

        Partitions that are not in the answer are not to be read.
        """

    def offer(self, batch: Batch) -> None:
        """Hand over a batch; never blocks, never raises."""

    def revoke(self) -> None:
        """Every partition is taken away until the next `claim`."""

    def doubt(self, tps: Iterable[TopicPartition]) -> None:
        """The log does not have what comes next of these, or is another log: claim them anew. The
        claim goes on, or says what happened.
        """

    def fail(self, error: BaseException) -> None:
        """Stop the stage: reading cannot go on without losing or guessing."""


class Source(Protocol):
    """A member of a consumer group. Called on the event loop, except where said."""

    async def start(self, sink: Sink) -> None:
        """Join the group and begin."""

    async def stop(self) -> None:
        """Leave the group; nothing is offered afterwards."""

    async def facts(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, PartitionFacts]:
        """Raises OutageError when the log cannot be reached."""

    async def partitions(self, topics: Iterable[str]) -> Sequence[TopicPartition]:
        """All partitions that these topics have now. Raises OutageError."""

    async def seek(self, positions: Mapping[TopicPartition, Position]) -> None:
        """Read on from there; batches carry the position's token."""

    def joined(self) -> bool:
        """Whether the group has this member now, as far as the member knows."""

    def handed_out(self) -> Mapping[TopicPartition, Position]:
        """Where each partition's next batch will begin."""

    def pause(self, tp: TopicPartition) -> None:
        """Fetch nothing more of it for now."""

    def resume(self, tp: TopicPartition) -> None:
        """Undo `pause`."""

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Tell the group's offsets, as a courtesy to lag tools; failures are logged, not raised."""
