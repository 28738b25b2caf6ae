"""A record such as no client of ours writes, and Kafka takes."""

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy

from tests.conftest import Servers


class OddName(str):
    """A header's name that is written as bytes which are no UTF-8."""

    __slots__ = ()

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


async def produce_with_odd_header(stack: Servers, topic: str, value: bytes) -> None:
    """One record of partition 0, whose header's name is no UTF-8."""
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka_brokers)
    await producer.start()
    try:
        batch = producer.create_batch()
        batch._builder = _DefaultRecordBatchBuilderPy(2, 0, False, -1, -1, 0, 16_384)
        batch.append(key=None, value=value, timestamp=None, headers=[(OddName("odd"), b"v")])
        batch.close()
        await (await producer.send_batch(batch, topic, partition=0))
    finally:
        await producer.stop()
