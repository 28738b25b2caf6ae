"""FastStream: a batch subscriber that copies what it gets."""

import asyncio
from typing import Any

import psycopg
from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker, KafkaMessage

from benchmarks.peers.programs.common import Decoder, Task, copy_rows

BATCH = 5_000
TASK = Task.given()
DECODER = Decoder(TASK.registry)


async def rows_of(message: KafkaMessage) -> list[Any]:
    """The decoder of a batch: FastStream's own would try each value as JSON."""
    return [
        DECODER.row(record.value, record.topic, record.partition, record.offset)
        for record in message.raw_message
    ]


async def main() -> None:
    """Subscribe and run until stopped."""
    broker = KafkaBroker(TASK.brokers, apply_types=False, logger=None)
    with psycopg.connect(TASK.dsn, autocommit=True) as connection:

        @broker.subscriber(
            TASK.topic,
            group_id=TASK.group,
            batch=True,
            max_records=BATCH,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.NACK_ON_ERROR,
            decoder=rows_of,
        )
        async def archive(rows: list[Any]) -> None:
            await asyncio.to_thread(copy_rows, connection, TASK, rows)

        await FastStream(broker).run()


if __name__ == "__main__":
    asyncio.run(main())
