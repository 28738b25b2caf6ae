"""The thread that Faust's consumer runs in: fetches, and chains what it fetches into batches.

The comments name what goes wrong otherwise; file names are those of faust-streaming 0.15.3,
mode-streaming 0.7.1 and aiokafka 0.14.0.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
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

from headrace.errors import ConfigurationError
from headrace.runtime.odd_headers import read_records
from headrace.runtime.records import Batch, Position, Record, TopicPartition

PREFETCH_SECONDS = 0.2
ODD_RECORDS = 500
"""How many records are read by the other client at once, when aiokafka cannot read one of them."""


class BatchThread(driver.AIOKafkaConsumerThread):
    """The consumer's thread: fetches, and chains batches from the offset last sought."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self._next: dict[TP, Position] = {}  # touched in this thread only

    def _create_worker_consumer(self, transport: Any) -> aiokafka.AIOKafkaConsumer:
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
        """Fetch size = byte budget ÷ assigned partitions: 160 of them must not prefetch 160 MiB."""
        assigned = max(len(consumer.assignment()), 1)
        configured: int = self.app.headrace_consumer["max_partition_fetch_bytes"]
        share = self.app.headrace_sink.budget.limit // assigned
        consumer._fetcher._max_partition_fetch_bytes = max(min(configured, share), 16_384)

    async def _fetch_records(self, *args: Any, **kwargs: Any) -> dict[TP, Batch]:
        try:
            fetched = await super()._fetch_records(*args, **kwargs)
        except UnicodeDecodeError:
            return await self._around_odd_headers(*args, **kwargs)
        except NoOffsetForPartitionError:
            return {}  # asked before the first seek: the group has no offset in Kafka, rightly
        except OffsetOutOfRangeError as error:
            return self._doubt(error.args[0])
        except TopicAuthorizationFailedError as error:
            return self._fail(
                ConfigurationError(
                    f"this stage's Kafka principal may not read topic {error}; grant it READ "
                    f"there, and READ on its group"
                )
            )
        return self._chained(fetched)

    def _chained(self, fetched: Mapping[Any, Sequence[Record]]) -> dict[TP, Batch]:
        """Batches that each begin where the one before ended, however many records they have."""
        batches = {}
        for aiokafka_tp, records in fetched.items():
            tp = ensure_TP(aiokafka_tp)
            position = self._next.get(tp)
            if records and position is not None:
                end = records[-1].offset + 1
                batches[tp] = Batch(
                    TopicPartition(*tp), position.offset, end, records, position.token
                )
                self._next[tp] = Position(end, position.token)
        return batches

    async def _around_odd_headers(
        self, consumer: aiokafka.AIOKafkaConsumer, *_: Any, max_records: int, **__: Any
    ) -> dict[TP, Batch]:
        """A header's name is not UTF-8: Kafka allows it, aiokafka raises, for all partitions of the
        fetch. Find the partition, and read the records in question with the other client.

        What aiokafka had handed out before it raised is lost to us: every partition is rewound.
        """
        await self._seek_all(dict(self._next))
        await asyncio.sleep(PREFETCH_SECONDS)
        for tp in list(self._next):
            try:
                fetched = await super()._fetch_records(
                    consumer, {tp}, timeout=0, max_records=max_records
                )
            except UnicodeDecodeError:
                at = self._next[tp]
                records = await asyncio.to_thread(self._read_elsewhere, tp, at.offset)
                batches = self._chained({tp: records})
                await self._seek_all({tp: self._next[tp]})
                return batches
            if batches := self._chained(fetched):
                return batches
        return {}

    def _read_elsewhere(self, tp: TP, offset: int) -> list[Record]:
        kafka = self.app.headrace_settings
        return read_records(kafka, TopicPartition(*tp), offset, ODD_RECORDS)

    def _doubt(self, offsets: Mapping[Any, int]) -> dict[TP, Batch]:
        """Kafka does not have these offsets: the claim that follows says what happened."""
        tps = [TopicPartition(*ensure_TP(tp)) for tp in offsets]
        self.app.loop.call_soon_threadsafe(self.app.headrace_sink.doubt, tps)
        return {}

    def _fail(self, failure: Exception) -> dict[TP, Batch]:
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
