"""The last committed record of a partition: where a compacted topic keeps one thing's state."""

from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from headrace.kafka.config import consumer_config, logger_of
from headrace.kafka.errors import translated, translated_exception
from headrace.settings import KafkaSettings

_FIRST_LOOK = 100
"""Offsets before the end: records, markers of their transactions, and what was aborted."""


def last_value(kafka: KafkaSettings, topic: str) -> bytes | None:
    """The value of the last committed record in the topic's partition 0; None if there is none.

    Whoever has opened a TransactionalProducer before reads what its predecessors left for good.
    Blocks. Raises OutageError, ConfigurationError.
    """
    config = consumer_config(kafka, "headrace-look") | {
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 100,
    }
    consumer = Consumer(config, logger=logger_of(kafka))
    try:
        return _last(consumer, topic, kafka)
    except KafkaException as error:
        who = kafka.sasl_username
        raise translated_exception(error, f"topic {topic}", principal=who) from error
    finally:
        consumer.close()


def _last(consumer: Any, topic: str, kafka: KafkaSettings) -> bytes | None:
    seconds = kafka.request_timeout / 1000
    low, high = consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=seconds)
    look = _FIRST_LOOK
    while True:
        start = max(low, high - look)
        found = _between(consumer, TopicPartition(topic, 0, start), high, kafka)
        if found is not None or start == low:
            return found
        look *= 10


def _between(consumer: Any, start: Any, end: int, kafka: KafkaSettings) -> bytes | None:
    """The last value from an offset to another; a partition's end before that is not believed."""
    consumer.assign([start])
    found: bytes | None = None
    left = kafka.request_timeout / 1000
    while True:
        message = consumer.poll(1.0)
        if message is None:
            left -= 1.0
            if left <= 0:
                raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "reading the last record"))
        elif message.error() is None:
            found = message.value()
        elif message.error().code() == KafkaError._PARTITION_EOF:
            if message.offset() >= end:
                return found
        elif message.error().code() != KafkaError.GROUP_AUTHORIZATION_FAILED:
            # (librdkafka asks for a coordinator, which nobody needs here)
            who = kafka.sasl_username
            raise translated(message.error(), f"topic {start.topic}", principal=who)
