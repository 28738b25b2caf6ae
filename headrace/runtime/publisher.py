"""The copies of dead letters in Kafka: rows first, then `<group>.dlq`, at least once."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import structlog
from confluent_kafka import KafkaError, KafkaException, Producer

from headrace.catalog import (
    DEAD_LETTER_CONFIG,
    DEAD_LETTER_PARTITIONS,
    LARGEST_DEAD_LETTER_BYTES,
    dead_letter_topic,
)
from headrace.errors import OutageError
from headrace.kafka import ensure_topic, producer_config
from headrace.runtime.dead_letters import DeadLetter, connect_headers
from headrace.settings import KafkaSettings

log = structlog.get_logger(__name__)

IDLE_SECONDS = 1.0
SEND_SECONDS = 25.0
"""Shorter than a letter's lease: what was not sent by then is sent again later, under a new one."""

Send = Callable[[Sequence[DeadLetter]], Sequence[DeadLetter]]
"""Sends letters and returns those that Kafka has."""


class Outbox(Protocol):
    """Where unpublished letters wait."""

    group: str

    def publish(self, send: Send) -> int:
        """Send what is due; returns how many letters are out. Blocks; raises OutageError."""


class DeadLetterPublisher:
    """Copies a group's dead letters to its topic until it is cancelled."""

    def __init__(self, outbox: Outbox, topic: "DeadLetterTopic") -> None:
        self._outbox = outbox
        self._topic = topic

    async def run(self) -> None:
        """Outages are waited out, since the rows are safe where they are."""
        while True:
            try:
                published = await asyncio.to_thread(self._outbox.publish, self._topic.try_send)
            except OutageError as error:
                log.warning("dead letters wait", group=self._outbox.group, error=str(error))
                published = 0
            if not published:
                await asyncio.sleep(IDLE_SECONDS)


class DeadLetterTopic:
    """`<group>.dlq`, made when it is first needed. Blocks."""

    def __init__(self, group: str, settings: KafkaSettings) -> None:
        self._group = group
        self._settings = settings
        self._topic = dead_letter_topic(group)
        self._producer: Producer | None = None

    def send(self, letters: Sequence[DeadLetter]) -> None:
        """Return once Kafka has all of them; raises OutageError."""
        if len(self.try_send(letters)) < len(letters):
            raise OutageError(f"{self._topic} did not take all dead letters")

    def try_send(self, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
        """The letters that Kafka has; why others were not taken is in the log."""
        producer = self._connected()
        out: list[DeadLetter] = []
        for letter in letters:
            self._produce(producer, letter, partial(self._told, letter, out))
        producer.flush(SEND_SECONDS)
        return out

    def _told(self, letter: DeadLetter, out: list[DeadLetter], error: object, _: object) -> None:
        if error is None:
            out.append(letter)
        else:
            log.warning("dead letter not copied", id=letter.identity, error=str(error))

    def _produce(
        self, producer: Producer, letter: DeadLetter, told: Callable[[object, object], None]
    ) -> None:
        about = connect_headers(self._group, letter)
        key, value, headers = letter.key, letter.raw, [*letter.headers, *about]
        while True:
            try:
                producer.produce(self._topic, value, key, headers=headers, on_delivery=told)
                return
            except BufferError:
                producer.poll(0.1)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.MSG_SIZE_TOO_LARGE or value is None:
                    raise OutageError(f"{self._topic} takes no copies: {error}") from error
                # The row keeps the bytes; the copy says that it lacks them.
                key, value, headers = None, None, [*about, ("headrace.truncated", b"1")]

    def _connected(self) -> Producer:
        if self._producer is None:
            ensure_topic(
                self._settings,
                self._topic,
                partitions=DEAD_LETTER_PARTITIONS,
                config=DEAD_LETTER_CONFIG,
            )
            own = {
                "message.max.bytes": LARGEST_DEAD_LETTER_BYTES,
                "message.timeout.ms": int(SEND_SECONDS * 1000),
                "request.timeout.ms": int(SEND_SECONDS * 1000) - 1,
            }
            try:
                self._producer = Producer(producer_config(self._settings) | own)
            except KafkaException as error:
                raise OutageError(f"no producer for {self._topic}: {error}") from error
        return self._producer
