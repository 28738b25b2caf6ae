"""The thread that Faust's consumer runs in: fetches, and chains what it fetches into batches.

The comments name what goes wrong otherwise; file names are those of faust-streaming 0.15.3,
mode-streaming 0.7.1 and aiokafka 0.14.0.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import aiokafka
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.errors import (
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    TopicAuthorizationFailedError,
)
from aiokafka.structs import OffsetAndMetadata
from faust.transport.consumer import ensure_TP, ensure_TPset
from faust.transport.drivers import aiokafka as driver
from faust.types.tuples import TP
from mode.threads import WorkerThread

from headrace.kafka.errors import forbidden
from headrace.runtime.columns import CorruptRecordsError
from headrace.runtime.fetched import Fetched
from headrace.runtime.policy import StageStoppedError
from headrace.runtime.record_batches import RecordBatch, columns_of
from headrace.runtime.records import Batch, Position, Record, TopicPartition

BATCH_BYTES = 2 << 20
"""A batch is cut once its records have this many bytes or more: compressed ones may grow much."""

ANSWERS = 16
"""How many of Kafka's answers the byte budget holds at least."""


class EndsWithProcess(WorkerThread):
    """A thread that waits for a broker that is away keeps no process that has ended."""

    def __init__(self, service: Any, **options: Any) -> None:
        super().__init__(service, **options)
        self.daemon = True


class BatchThread(driver.AIOKafkaConsumerThread):
    """The consumer's thread: fetches, and chains batches from the offset last sought."""

    Worker = EndsWithProcess

    def __post_init__(self) -> None:
        super().__post_init__()
        self._next: dict[TP, Position] = {}  # touched in this thread only

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        consumer = self._consumer_of(transport)
        self._fetched = Fetched(consumer, self.app.headrace_sink.budget)
        return consumer

    def _consumer_of(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
        """As Faust makes it, but read_committed, with no silent reset of an offset out of range,
        and with fetch settings that Faust hard-codes (drivers/aiokafka.py:615) or lacks.
        """
        return aiokafka.AIOKafkaConsumer(
            bootstrap_servers=driver.server_list(transport.url, transport.default_port),
            partition_assignment_strategy=[RoundRobinPartitionAssignor],
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            **self.app.headrace_consumer,
        )

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        # Eager protocol: nothing is handed out until the next seek. Meanwhile aiokafka may fetch
        # from Kafka's committed offset; the seek discards that (aiokafka fetcher.py, seek_to).
        self._next.clear()
        # A lane of a partition that is gone must not claim it again, which would fence its owner.
        self.app.loop.call_soon_threadsafe(self.app.headrace_sink.revoke)
        await super().on_partitions_revoked(revoked)

    def joined(self) -> bool:
        """Whether the group's coordinator is known and has us. From any thread."""
        coordinator = None if self._consumer is None else self._consumer._coordinator
        if coordinator is None or coordinator.coordinator_id is None:
            return False
        return bool(coordinator.generation >= 0)

    def handed_out(self) -> Mapping[TP, Position]:
        return self._next.copy()

    async def seek_all(self, positions: Mapping[TP, Position]) -> None:
        await self.call_thread(self._seek_all, positions)

    async def _seek_all(self, positions: Mapping[TP, Position]) -> None:
        consumer = self._ensure_consumer()
        self._fit_fetch_size(consumer)
        assigned = ensure_TPset(consumer.assignment())
        for tp, position in positions.items():
            if tp not in assigned:
                continue  # a rebalance is under way; perform_seek comes again after it
            # No await between the two: a fetch that ends in between would break the chain.
            consumer.seek(driver.TopicPartition(*tp), position.offset)
            self._next[tp] = position

    def _fit_fetch_size(self, consumer: aiokafka.AIOKafkaConsumer) -> None:
        """Fetch size = byte budget ÷ assigned partitions: 160 of them must not prefetch 160 MiB. An
        answer is a sixteenth of the budget at most, since aiokafka holds it four times over.
        """
        assigned = max(len(consumer.assignment()), 1)
        configured: int = self.app.headrace_consumer["max_partition_fetch_bytes"]
        share = self.app.headrace_sink.budget.limit // assigned
        consumer._fetcher._max_partition_fetch_bytes = max(min(configured, share), 16_384)
        most: int = self.app.headrace_consumer["fetch_max_bytes"]
        answer = self.app.headrace_sink.budget.limit // ANSWERS
        consumer._fetcher._fetch_max_bytes = max(min(most, answer), 16_384)

    async def _fetch_records(
        self,
        consumer: Any,
        wanted: Collection[TP],
        timeout: float,  # noqa: ASYNC109 - the name is Faust's
        **_: Any,
    ) -> dict[TP, list[Batch]]:
        if not self.consumer.flow_active or consumer._closed:
            return {}
        try:
            with consumer._subscription.fetch_context():
                taken = await self._fetched.take(wanted, timeout)
        except NoOffsetForPartitionError:
            return {}  # asked before the first seek: the group has no offset in Kafka, rightly
        except OffsetOutOfRangeError as error:
            return self._doubt(error.args[0])
        except TopicAuthorizationFailedError as error:
            principal = self.app.headrace_settings.sasl_username
            return self._fail(forbidden(f"topic {error.args[0]}", principal))
        except CorruptRecordsError as error:
            return self._fail(
                StageStoppedError(
                    f"{error}: the log cannot be read on from there; look at the broker's disk, "
                    f"then go on behind it: headrace ledger skip"
                )
            )
        return self._chained(taken)

    def _chained(self, taken: Mapping[Any, tuple[int, list[RecordBatch]]]) -> dict[TP, list[Batch]]:
        """Batches that each begin where the one before ended, however many records they have."""
        chained = {}
        for aiokafka_tp, (end, fetched) in taken.items():
            tp = ensure_TP(aiokafka_tp)
            position = self._next.get(tp)
            if position is not None and end > position.offset:
                chained[tp] = list(_batches(TopicPartition(*tp), position, end, fetched))
                self._next[tp] = Position(end, position.token)
        return chained

    def _doubt(self, offsets: Mapping[Any, int]) -> dict[TP, list[Batch]]:
        """Kafka does not have these offsets: the claim that follows says what happened."""
        tps = [TopicPartition(*ensure_TP(tp)) for tp in offsets]
        self.app.loop.call_soon_threadsafe(self.app.headrace_sink.doubt, tps)
        return {}

    def _fail(self, failure: Exception) -> dict[TP, list[Batch]]:
        self.app.loop.call_soon_threadsafe(self.app.headrace_sink.fail, failure)
        return {}

    async def commit_offsets(self, offsets: Mapping[TP, int]) -> None:
        """Not Faust's own commit, which crashes the consumer on any error
        (drivers/aiokafka.py:811). Raises KafkaError.
        """
        await self.call_thread(self._commit_offsets, offsets)

    async def _commit_offsets(self, offsets: Mapping[TP, int]) -> None:
        await self._ensure_consumer().commit(
            {
                driver.TopicPartition(*tp): OffsetAndMetadata(offset, "")
                for tp, offset in offsets.items()
            }
        )

    async def committed_offsets(self, tps: Iterable[TP]) -> dict[TP, int | None]:
        return dict(await self.call_thread(self._committed_offsets, tps))

    async def _committed_offsets(self, tps: Iterable[TP]) -> dict[TP, int | None]:
        consumer = self._ensure_consumer()
        return {tp: await consumer.committed(driver.TopicPartition(*tp)) for tp in tps}


def _batches(
    tp: TopicPartition, position: Position, end: int, fetched: Sequence[RecordBatch]
) -> Iterator[Batch]:
    """The fetched records, cut where they get large; the last batch reaches up to `end`."""
    start, token = position.offset, position.token
    waiting: list[RecordBatch] = []
    size = 0
    for record_batch in map(RecordBatch.opened, fetched):
        if size >= BATCH_BYTES:
            yield Batch(tp, start, record_batch.base_offset, _records(waiting, start), token)
            start, waiting, size = record_batch.base_offset, [], 0
        waiting.append(record_batch)
        size += len(record_batch.body)
    yield Batch(tp, start, end, _records(waiting, start), token)


def _records(waiting: Sequence[RecordBatch], start: int) -> Sequence[Record]:
    return columns_of(waiting).since(start) if waiting else ()
