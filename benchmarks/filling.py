"""Fills topics as fast as one bare producer can."""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks.progress import say
from benchmarks.shapes import Produced, Shape

POLL_EVERY = 1_000
FLUSH_SECONDS = 120
TICKS = 10


def make_topics(brokers: str, topics: Mapping[str, int]) -> None:
    """Topics with so many partitions each, kept as the catalog keeps its own."""
    client = AdminClient({"bootstrap.servers": brokers, "log_level": 3})
    config = {"cleanup.policy": "delete", "message.timestamp.type": "LogAppendTime"}
    new = [
        NewTopic(name, num_partitions=partitions, replication_factor=1, config=config)
        for name, partitions in topics.items()
    ]
    for future in client.create_topics(new, operation_timeout=60).values():
        future.result(60)


def remove_topics(brokers: str, names: Iterable[str]) -> None:
    """Delete topics, so that their events do not fill disk and page cache."""
    client = AdminClient({"bootstrap.servers": brokers, "log_level": 3})
    for future in client.delete_topics(list(names), operation_timeout=60).values():
        future.result(60)


def fill(brokers: str, records: Iterable[Produced], compression: str = "none") -> int:
    """Produce all records, acknowledged; returns how many. Keys choose partitions as in the SDK."""
    failed: list[Any] = []
    producer = Producer(_config(brokers, compression))

    def done(error: Any, _: Any) -> None:
        if error is not None:
            failed.append(error)

    count = 0
    for record in records:
        _produce(producer, record, done)
        count += 1
        if count % POLL_EVERY == 0:
            producer.poll(0)
    left = producer.flush(FLUSH_SECONDS)
    if failed or left:
        raise RuntimeError(
            f"{len(failed)} records were not taken and {left} not sent: {failed[:1]}"
        )
    say(f"filled {count:,} records ({compression})")
    return count


def _produce(producer: Any, record: Produced, done: Any) -> None:
    while True:
        try:
            producer.produce(
                record.topic, record.value, record.key, headers=record.headers, on_delivery=done
            )
            return
        except BufferError:
            producer.poll(0.05)


def _config(brokers: str, compression: str) -> dict[str, Any]:
    return {
        "bootstrap.servers": brokers,
        "partitioner": "murmur2_random",
        "acks": "all",
        "compression.type": compression,
        "linger.ms": 20,
        "batch.size": 262_144,
        "queue.buffering.max.messages": 500_000,
        "queue.buffering.max.kbytes": 262_144,
        "delivery.report.only.error": True,
        "log_level": 3,
    }


def steady(brokers: str, shape: Shape, per_second: int, count: int) -> None:
    """Produce `count` events at a rate, each with the time of its tenth of a second."""
    a_tick = max(per_second // TICKS, 1)
    producer = Producer(_config(brokers, "zstd") | {"linger.ms": 5})
    began = time.monotonic()
    for first in range(0, count, a_tick):
        time.sleep(max(began + first / per_second - time.monotonic(), 0))
        for record in shape.records(min(a_tick, count - first), first):
            _produce(producer, record, None)
        producer.poll(0)
    producer.flush(FLUSH_SECONDS)
