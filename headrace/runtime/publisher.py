"""The copies of dead letters in Kafka: rows first, then `<group>.dlq`, at least once."""

import asyncio
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import structlog
from confluent_kafka import KafkaException, Producer

from headrace.errors import OutageError
from headrace.kafka import ensure_topic, producer_config
from headrace.runtime.dead_letters import DeadLetter, connect_headers
from headrace.settings import KafkaSettings

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
SEND_SECONDS = 30.0
LARGEST_BYTES = 2 << 20
"""A copy is larger than its record: it carries the reason in headers."""
TOPIC_CONFIG = {
    "retention.ms": str(30 * 86_400_000),
    "message.timestamp.type": "LogAppendTime",
    "max.message.bytes": str(LARGEST_BYTES),
}


class Outbox(Protocol):
    """Where unpublished letters wait. `lease` marks them when its block ends without an error."""

    group: str

    def lease(self, limit: int = 500) -> AbstractContextManager[list[DeadLetter]]: ...


class DeadLetterPublisher:
    """Copies a group's dead letters to its topic. `publish` blocks; `run` does it in a thread."""

    def __init__(self, outbox: Outbox, topic: "DeadLetterTopic") -> None:
        self._outbox = outbox
        self._topic = topic

    async def run(self) -> None:
        """Until cancelled; outages are waited out, since the rows are safe where they are."""
        while True:
            try:
                published = await asyncio.to_thread(self.publish)
            except OutageError as error:
                log.warning("dead letters wait", group=self._outbox.group, error=str(error))
                published = 0
            if not published:
                await asyncio.sleep(IDLE_SECONDS)

    def publish(self) -> int:
        """Publish what is due; returns how many. Raises OutageError."""
        with self._outbox.lease() as letters:
            if letters:
                self._topic.send(letters)
        return len(letters)


class DeadLetterTopic:
    """`<group>.dlq`, made when it is first needed. Blocks."""

    def __init__(self, group: str, settings: KafkaSettings) -> None:
        self._group = group
        self._settings = settings
        self._topic = f"{group}.dlq"
        self._producer: Producer | None = None

    def send(self, letters: Sequence[DeadLetter]) -> None:
        """Return once Kafka has all of them; raises OutageError."""
        producer = self._connected()
        failures: list[str] = []

        def told(error: object, _: object) -> None:
            if error is not None:
                failures.append(str(error))

        for letter in letters:
            headers = [*letter.headers, *connect_headers(self._group, letter)]
            producer.produce(self._topic, letter.raw, letter.key, headers=headers, on_delivery=told)
        left = producer.flush(SEND_SECONDS)
        if failures or left:
            raise OutageError(f"{self._topic} took no copies: {failures[:1] or 'time-out'}")

    def _connected(self) -> Producer:
        if self._producer is None:
            ensure_topic(self._settings, self._topic, partitions=1, config=TOPIC_CONFIG)
            try:
                self._producer = Producer(
                    producer_config(self._settings) | {"message.max.bytes": LARGEST_BYTES}
                )
            except KafkaException as error:
                raise OutageError(f"no producer for {self._topic}: {error}") from error
        return self._producer
