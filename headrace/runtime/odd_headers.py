"""Records that aiokafka cannot read, by librdkafka: in Kafka a header's name need not be UTF-8."""

from collections.abc import Sequence
from dataclasses import dataclass

from confluent_kafka import Consumer, KafkaException, Message
from confluent_kafka import TopicPartition as Place

from headrace.errors import OutageError
from headrace.kafka.config import consumer_config
from headrace.runtime.records import Record, TopicPartition
from headrace.settings import KafkaSettings

SECONDS = 5.0
MORE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class PlainRecord:
    """A record; one whose headers cannot be told has none."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


def read_records(
    settings: KafkaSettings, tp: TopicPartition, offset: int, most: int
) -> list[Record]:
    """Up to `most` committed records from `offset` on; joins no group, commits nothing. Blocks."""
    consumer = Consumer(consumer_config(settings, "headrace-odd-headers"))
    try:
        consumer.assign([Place(tp.topic, tp.partition, offset)])
        messages = consumer.consume(1, timeout=SECONDS)
        messages += consumer.consume(most - 1, timeout=MORE_SECONDS) if messages else []
    except KafkaException as error:
        raise OutageError(f"{tp} cannot be read: {error}") from error
    finally:
        consumer.close()
    return [_record(message) for message in messages if message.error() is None]


def _record(message: Message) -> Record:
    return PlainRecord(
        message.offset(), message.timestamp()[1], message.key(), message.value(), _headers(message)
    )


def _headers(message: Message) -> Sequence[tuple[str, bytes | None]]:
    try:
        return tuple(message.headers() or ())
    except (UnicodeDecodeError, SystemError):  # the second is what confluent-kafka 2.16 makes of it
        return ()
