"""Reads a topic with aiokafka alone: `getmany` and nothing else, with a stage's fetch settings."""

import asyncio
import sys
import time

from aiokafka import AIOKafkaConsumer

from benchmarks.programs.timing import Timing
from headrace.settings import load_settings


async def main(topic: str, records: int) -> None:
    kafka = load_settings().kafka
    options = kafka.consumer_options()
    timing = Timing(records)
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=kafka.brokers,
        group_id=f"raw-{time.monotonic_ns()}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        isolation_level="read_committed",
        fetch_min_bytes=options.min_bytes,
        fetch_max_bytes=options.max_bytes,
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=options.max_bytes_per_partition,
    )
    async with consumer:
        while True:
            batches = await consumer.getmany(timeout_ms=1_000, max_records=20_000)
            count = sum(map(len, batches.values()))
            if count and timing.add(count):
                break
    print(timing.found)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
