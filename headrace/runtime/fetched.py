"""What aiokafka's fetcher has fetched, taken out as record batches instead of as records.

aiokafka keeps the bytes of a response where Python cannot see them, so they are remembered as the
response comes by. The names that begin with an underscore are those of aiokafka 0.14.0,
consumer/fetcher.py; `take` is its `fetched_records` but for what it hands out.
"""

import asyncio
from collections.abc import Collection, Mapping
from typing import Any

from aiokafka.consumer.fetcher import FetchResult
from aiokafka.structs import TopicPartition as Place

from headrace.runtime.columns import CorruptRecordsError
from headrace.runtime.record_batches import RecordBatch, record_batches
from headrace.runtime.records import ByteBudget

LOOK_SECONDS = 0.01
"""How often it is looked for room, while there is none."""


class Fetched:
    """The responses of one consumer. Belongs to the consumer's thread.

    What has been fetched and waits here counts against `budget` like what the lanes hold: while
    there is no room for more, nothing more is asked for.
    """

    def __init__(self, consumer: Any, budget: ByteBudget) -> None:
        self._consumer = consumer
        self._budget = budget
        self._send = consumer._client.send
        self._bytes: dict[Place, tuple[int, bytes]] = {}  # and the offset that was asked for
        consumer._client.send = self._remembering

    @property
    def waiting(self) -> int:
        """Bytes that nobody has taken yet."""
        untaken = self._consumer._fetcher._records
        return sum(len(data) for tp, (_, data) in self._bytes.items() if tp in untaken)

    async def _room(self) -> None:
        # The budget is another thread's: it cannot wake us.
        while self._budget.used + self.waiting >= self._budget.limit:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)

    async def _remembering(self, node_id: int, request: Any, **options: Any) -> Any:
        if type(request).__name__.startswith("FetchRequest"):
            await self._room()
        response = await self._send(node_id, request, **options)
        if type(response).__name__.startswith("FetchResponse"):
            asked = {
                Place(topic, partition): offset
                for topic, partitions in request.topics
                for partition, offset, _ in partitions
            }
            for topic, partitions in response.topics:
                for partition, error, _, *rest in partitions:
                    tp = Place(topic, partition)
                    if not error and rest[-1]:
                        self._bytes[tp] = asked[tp], rest[-1]
        return response

    async def take(
        self, wanted: Collection[Any], seconds: float
    ) -> Mapping[Place, tuple[int, list[RecordBatch]]]:
        """For each partition where reading goes on, and the batches before that; waits for some.

        Batches of aborted transactions and control batches are left out. Raises what aiokafka
        raises (KafkaError), and CorruptRecordsError.
        """
        fetcher = self._consumer._fetcher
        deadline = asyncio.get_running_loop().time() + seconds
        while True:
            if fetcher._subscriptions.reassignment_in_progress:
                await fetcher._subscriptions.wait_for_assignment()
            taken = self._drain(fetcher, wanted)
            left = deadline - asyncio.get_running_loop().time()
            if taken or left <= 0:
                return taken
            waiter = fetcher._create_fetch_waiter()
            done, _ = await asyncio.wait([waiter], timeout=left)
            if not done or fetcher._closed:
                waiter.cancel()
                return {}
            waiter.result()  # raises authorization errors

    def _drain(
        self, fetcher: Any, wanted: Collection[Any]
    ) -> dict[Place, tuple[int, list[RecordBatch]]]:
        taken: dict[Place, tuple[int, list[RecordBatch]]] = {}
        for tp, result in list(fetcher._records.items()):
            if tp not in wanted:
                if not fetcher._subscriptions.is_assigned(tp):
                    del fetcher._records[tp]
                continue
            if type(result) is not FetchResult and taken:
                break  # an error is raised by the next call
            del fetcher._records[tp]
            fetcher._notify(fetcher._wait_consume_future)
            if type(result) is not FetchResult:
                result.check_raise()
            elif result.check_assignment(tp):
                offset, data = self._bytes.pop(tp)
                # An answer that aiokafka threw away may have come after this one's; then the
                # position stands where it stood, and is asked for again.
                if offset == result._partition_records.next_fetch_offset:
                    taken[tp] = _batches_of(tp, result, data)
        return taken


def _batches_of(tp: Place, result: Any, data: bytes) -> tuple[int, list[RecordBatch]]:
    """Moves the consumer's position behind the last whole batch."""
    fetched = result._partition_records
    batches = []
    try:
        for batch in record_batches(data):
            if _is_visible(batch, fetched):
                batches.append(batch)
            fetched.next_fetch_offset = max(fetched.next_fetch_offset, batch.next_offset)
    except CorruptRecordsError as error:
        raise CorruptRecordsError(f"{tp.topic}[{tp.partition}]: {error}") from error
    result._update_position()
    return fetched.next_fetch_offset, batches


def _is_visible(batch: RecordBatch, fetched: Any) -> bool:
    """As `PartitionRecords._unpack_records` decides it, for read_committed."""
    if batch.producer_id >= 0:
        fetched._consume_aborted_up_to(batch.base_offset)
        if batch.control and batch.aborts:
            fetched._aborted_producers.discard(batch.producer_id)
        if batch.transactional and batch.producer_id in fetched._aborted_producers:
            return False
    return not batch.control
