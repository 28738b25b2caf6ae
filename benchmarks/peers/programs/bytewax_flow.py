"""Bytewax: a dataflow from Kafka into a sink of our own, which copies each batch."""

from typing import Any

import bytewax.operators as op
import psycopg
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition

from benchmarks.peers.programs.common import Decoder, Row, Task, copy_rows

BATCH = 5_000
TASK = Task.given()
DECODER = Decoder(TASK.registry)


def to_row(message: KafkaSourceMessage) -> Row:
    return DECODER.row(message.value, message.topic, message.partition, message.offset)


class CopyPartition(StatelessSinkPartition):
    """One connection a worker."""

    def __init__(self) -> None:
        self._connection = psycopg.connect(TASK.dsn, autocommit=True)

    def write_batch(self, items: list[Row]) -> None:
        copy_rows(self._connection, TASK, items)

    def close(self) -> None:
        self._connection.close()


class CopySink(DynamicSink):
    """The batches are those of the source."""

    def build(self, *_: Any) -> Any:
        return CopyPartition()


flow = Dataflow("archive")
records = op.input(
    "records",
    flow,
    KafkaSource([TASK.brokers], [TASK.topic], batch_size=BATCH),
)
op.output("copy", op.map("decode", records, to_row), CopySink())
