"""Stock Faust: an agent that takes a thousand events at a time and copies them."""

import asyncio
import sys

import faust
import psycopg

from benchmarks.peers.programs.common import Decoder, Task, copy_rows

BATCH = 1_000
TASK = Task.given()
DECODER = Decoder(TASK.registry)

app = faust.App(
    TASK.group,
    broker=f"kafka://{TASK.brokers}",
    value_serializer="raw",
    consumer_auto_offset_reset="earliest",
    topic_disable_leader=True,
    topic_allow_declare=False,
    web_enabled=False,
    stream_wait_empty=False,
)
topic = app.topic(TASK.topic, value_type=bytes, value_serializer="raw")


@app.agent(topic)
async def archive(stream: faust.Stream) -> None:
    """Offsets are committed by Faust, after the batch."""
    with psycopg.connect(TASK.dsn, autocommit=True) as connection:
        async for events in stream.take_events(BATCH, within=0.5):
            rows = [
                DECODER.row(event.value, TASK.topic, event.message.partition, event.message.offset)
                for event in events
            ]
            await asyncio.to_thread(copy_rows, connection, TASK, rows)


if __name__ == "__main__":
    sys.argv[1:] = ["worker", "-l", "warn", "--without-web"]
    app.main()
