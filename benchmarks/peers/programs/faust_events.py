"""Stock Faust: an agent that is handed one event after another, decoded by fastavro."""

import os
import sys

import faust

from benchmarks.peers.programs.common import Decoder, Task
from benchmarks.programs.timing import Timing

TASK = Task.given()
DECODER = Decoder(TASK.registry)
TIMING = Timing(int(os.environ["PEER_EVENTS"]))

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
async def handle(stream: faust.Stream) -> None:
    """Offsets are committed by Faust."""
    async for value in stream:
        DECODER.record(value)
        if TIMING.add(1):
            os.write(1, f"{TIMING.found}\n".encode())  # Faust takes stdout for its log
            os._exit(0)


if __name__ == "__main__":
    sys.argv[1:] = ["worker", "-l", "warn", "--without-web"]
    app.main()
