"""Reading topics without a group's offsets: for looking, not for processing."""

from collections.abc import Iterator
from dataclasses import dataclass
from operator import methodcaller
from typing import Any, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import OffsetSpec

from headrace.kafka.admin import describe_topics
from headrace.kafka.admin_client import Admin
from headrace.kafka.config import consumer_config, logger_of
from headrace.kafka.errors import forbidden, translated
from headrace.settings import KafkaSettings

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Record:
    """One record as Kafka has it; `timestamp_ms` is when the broker took it.

    `odd_headers`: a header's name is not UTF-8, which Kafka takes and its client does not read; the
    record is shown without headers.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    odd_headers: bool = False


class TopicReader:
    """A context manager over all partitions of some topics; commits nothing, joins no group.

    Blocks. Raises OutageError, ConfigurationError.
    """

    def __init__(
        self, kafka: KafkaSettings, topics: list[str], *, from_beginning: bool = False
    ) -> None:
        self._kafka = kafka
        self._topics = topics
        self._from_beginning = from_beginning

    def __enter__(self) -> Self:
        partitions = _partitions(self._kafka, self._topics)
        if not partitions and self._kafka.sasl_username:  # what may not be read does not show
            raise forbidden(f"each of {', '.join(self._topics)}", self._kafka.sasl_username)
        self._ends = _offsets(self._kafka, partitions, OffsetSpec.latest())
        starts = _offsets(self._kafka, partitions, OffsetSpec.earliest())
        self._next = dict(starts if self._from_beginning else self._ends)
        config = consumer_config(self._kafka, "headrace-look") | {
            "fetch.wait.max.ms": 500,
            "enable.partition.eof": True,
        }
        self._consumer = Consumer(config, logger=logger_of(self._kafka))
        self._consumer.assign(
            [TopicPartition(topic, number, at) for (topic, number), at in self._next.items()]
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._consumer.close()

    @property
    def at_end(self) -> bool:
        """Whether everything that was there when reading began has been read."""
        return all(self._next[partition] >= end for partition, end in self._ends.items())

    def poll(self, seconds: float) -> Iterator[Record]:
        """What has arrived, waiting at most `seconds` for the first record."""
        for message in self._consumer.consume(_BATCH, timeout=seconds):
            if message.error() is not None:
                if message.error().code() == KafkaError._PARTITION_EOF:
                    # a transaction ends with a marker, which is an offset but no record
                    self._next[message.topic(), message.partition()] = message.offset()
                    continue
                if message.error().code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
                    continue  # librdkafka asks for a coordinator, which nobody needs here
                where = f"topic {message.topic()}" if message.topic() else "the cluster"
                raise translated(message.error(), where, principal=self._kafka.sasl_username)
            self._next[message.topic(), message.partition()] = message.offset() + 1
            yield _record(message)


def end_offsets(kafka: KafkaSettings, topics: list[str]) -> dict[tuple[str, int], int]:
    """The offset after the last record of each partition of those topics that exist."""
    return _offsets(kafka, _partitions(kafka, topics), OffsetSpec.latest())


def _partitions(kafka: KafkaSettings, topics: list[str]) -> list[Any]:
    return [
        TopicPartition(state.name, number)
        for state in describe_topics(kafka, topics).values()
        for number in range(state.partitions)
    ]


def _offsets(kafka: KafkaSettings, partitions: list[Any], spec: Any) -> dict[tuple[str, int], int]:
    if not partitions:
        return {}
    admin = Admin(kafka)
    asked = admin.client.list_offsets(dict.fromkeys(partitions, spec))
    try:
        return {(at.topic, at.partition): each.result().offset for at, each in asked.items()}
    except KafkaException as error:
        raise admin.meaning(error, "the cluster") from error


def _record(message: Any) -> Record:
    headers = _headers(message)
    return Record(
        topic=message.topic(),
        partition=message.partition(),
        offset=message.offset(),
        timestamp_ms=message.timestamp()[1],
        key=message.key(),
        value=message.value(),
        headers=headers or (),
        odd_headers=headers is None,
    )


# The client gives a list and leaves an error set. CPython notices that at once, but not where it
# has specialised a call in a busy function: there the error would come up somewhere later.
_asked = methodcaller("headers")


def _headers(message: Any) -> tuple[tuple[str, bytes | None], ...] | None:
    """None where the client cannot read them. To be asked once: the client would give a broken list
    the next time.
    """
    try:
        return tuple(_asked(message) or ())
    except (SystemError, UnicodeDecodeError):
        return None
