"""Faust's Kafka transport, with one message a fetched (partition, batch) instead of one a record.

Faust keeps life cycle, group membership, rebalancing and supervision. The offsets are the ledger's:
`perform_seek`, which Faust calls after every rebalance, claims the partitions there and seeks.
Named `headrace://host:port;host:port` (entry point group `faust.transports`).

The comments name what goes wrong otherwise; file names are those of faust-streaming 0.15.3,
mode-streaming 0.7.1 and aiokafka 0.14.0.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import chain
from typing import Any

import structlog
from aiokafka.errors import (
    KafkaError,
)
from faust.transport.consumer import ensure_TPset
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP, ConsumerMessage

from headrace.errors import OutageError
from headrace.runtime.fetching import BatchThread
from headrace.runtime.records import Batch, Position, TopicPartition
from headrace.runtime.source import Sink

log = structlog.get_logger(__name__)

HELD_SECONDS = 0.02
"""How long a fetch may wait for the other partitions while some are held back."""


class Consumer(driver.Consumer):
    """The consumer on Faust's side: hands batches to the stage's agent."""

    _thread: BatchThread

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._positioned = asyncio.Event()
        self._unpaused = asyncio.Event()
        self._claiming: asyncio.Future[None] | None = None
        self._held: set[TP] = set()

    @property
    def sink(self) -> Sink:
        sink: Sink = self.app.headrace_sink
        return sink

    def _new_consumer_thread(self) -> BatchThread:
        return BatchThread(self, loop=self.loop, beacon=self.beacon)

    # Back-pressure is the byte budget's and the lanes' matter. When all partitions count as
    # buffered, Faust sleeps a whole second (faust/transport/consumer.py:808).
    def on_buffer_full(self, tp: TP) -> None:
        """Nothing to do."""

    def on_buffer_drop(self, tp: TP) -> None:
        """Nothing to do."""

    def hold(self, tp: TP) -> None:
        """Fetch nothing more of this partition for now."""
        self._held.add(tp)

    def release(self, tp: TP) -> None:
        """Undo `hold`."""
        self._held.discard(tp)
        self._unpaused.set()

    async def perform_seek(self) -> None:
        """Claim every assigned partition in the ledger and seek there.

        Every one, since Faust clears the agents' queues of all partitions on each rebalance
        (faust/app/base.py:1823). Returns at once: Faust waits for this under a time-out, and when
        it passes ends its recovery loop without a word, which leaves a worker that owns partitions
        and never reads (faust/tables/recovery.py:321, mode/services.py:796).
        """
        self._positioned.clear()
        if self._claiming is not None:
            self._claiming.cancel()
        self._claiming = self.add_future(self._claim(self.app.consumer_generation_id))

    async def _claim(self, generation: int) -> None:
        tps = [TopicPartition(*tp) for tp in self.assignment()]
        positions = await self.sink.claim(tps)
        if generation != self.app.consumer_generation_id or self.should_stop:
            return  # a newer perform_seek is on its way
        await self.seek_to(positions)
        self._positioned.set()

    async def seek_to(self, positions: Mapping[TopicPartition, Position]) -> None:
        """Read on from there. Faust drops a message at or before the offset that it handed out
        last (faust/transport/consumer.py, _drain_messages): it must forget it first.
        """
        for tp in positions:
            self._read_offset[TP(*tp)] = None
        # A hold belongs to the lane that asked for it, and that lane is another one now.
        self._held -= {TP(*tp) for tp in positions}
        self._unpaused.set()
        await self._thread.seek_all({TP(*tp): position for tp, position in positions.items()})

    def joined(self) -> bool:
        return self._thread.joined()

    def handed_out(self) -> Mapping[TopicPartition, Position]:
        return {TopicPartition(*tp): at for tp, at in self._thread.handed_out().items()}

    async def _or_stopped(self, coroutine: Any) -> bool:
        """Wait for it; True when the consumer stops meanwhile."""
        result = await self.wait_first(asyncio.ensure_future(coroutine))
        return bool(result.stopped)

    async def getmany(  # the name and shape are Faust's
        self,
        timeout: float,  # noqa: ASYNC109
    ) -> AsyncIterator[tuple[TP, ConsumerMessage]]:
        """One message a batch, while there is room for more bytes.

        The generation is read before the fetch: Faust reads it after, and so gives a fetch that
        was pending over a rebalance to the new generation (faust/transport/consumer.py:740).
        """
        if await self._or_stopped(self.sink.budget.wait_for_room()):
            return
        if await self._or_stopped(self._positioned.wait()):
            return
        if not self._readable():
            self._unpaused.clear()
            await self.wait_first(self._unpaused.wait(), timeout=timeout)
            return
        generation = self.app.consumer_generation_id
        batches = await self._batches(timeout)
        if self.should_stop or not self._current(generation):
            return  # the seek after the rebalance rewinds
        for batch in chain.from_iterable(batches.values()):
            batch.charge(self.sink.budget)
        for tp, chained in batches.items():
            for batch in chained:
                if not self._current(generation):
                    return
                yield tp, self._message(tp, batch, generation)

    def _readable(self) -> bool:
        return bool(self._get_active_partitions() - self._held)

    async def _batches(self, seconds: float) -> Mapping[TP, list[Batch]]:
        if not self.flow_active:
            await self.wait(self.can_resume_flow)
            return {}
        # An empty set would mean every partition (aiokafka fetcher.py, fetched_records).
        wanted = self._get_active_partitions() - self._held
        if self._held:
            seconds = HELD_SECONDS  # a partition released meanwhile must not wait for idle ones
        batches: Mapping[TP, list[Batch]] = await self._getmany(wanted, seconds) if wanted else {}
        return batches

    def _current(self, generation: int) -> bool:
        return bool(self.flow_active and generation == self.app.consumer_generation_id)

    @staticmethod
    def _message(tp: TP, batch: Batch, generation: int) -> ConsumerMessage:
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            batch.start,
            0.0,
            0,
            None,
            None,
            batch,
            None,
            0,
            0,
            tp,
            generation_id=generation,
        )

    async def commit_courtesy(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit to Kafka for lag tools; never while rebalancing, never fatal."""
        owned = ensure_TPset(self.assignment())
        told = {tp: at for tp, at in offsets.items() if TP(*tp) in owned}
        if self.app.rebalancing or not told:
            return
        try:
            await self.commit_durably(told)
        except OutageError as error:
            log.info("offsets not told to Kafka", error=str(error))

    async def commit_durably(self, offsets: Mapping[TopicPartition, int]) -> None:
        """Commit to Kafka; raises OutageError when the group's coordinator did not take it."""
        try:
            await self._thread.commit_offsets({TP(*tp): at for tp, at in offsets.items()})
        except KafkaError as error:
            raise OutageError(f"Kafka took no offsets: {error!r}") from error

    async def committed(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, int | None]:
        """The group's offsets in Kafka; None where it has none. Raises OutageError."""
        try:
            found = await self._thread.committed_offsets([TP(*tp) for tp in tps])
        except KafkaError as error:
            raise OutageError(f"Kafka does not tell offsets: {error!r}") from error
        return {TopicPartition(*tp): offset for tp, offset in found.items()}

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Faust's livelock detector knows nothing of batches and lanes."""

    def assigned(self) -> Iterable[TopicPartition]:
        return [TopicPartition(*tp) for tp in self.assignment()]


class Transport(driver.Transport):
    """What Faust finds under `headrace://`."""

    Consumer = Consumer
