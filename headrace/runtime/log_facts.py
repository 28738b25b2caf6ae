"""What Kafka says of topics and partitions: their ids, where they begin and end."""

from collections.abc import Iterable, Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka import TopicPartition as AdminPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from headrace.errors import ConfigurationError, OutageError
from headrace.kafka.config import admin_config, logger_of
from headrace.runtime.records import PartitionFacts, TopicPartition
from headrace.settings import KafkaSettings

ADMIN_SECONDS = 10.0


class LogFacts:
    """Asks the cluster; every method blocks, and raises OutageError where nobody answers."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._admin = AdminClient(admin_config(settings), logger=logger_of(settings))

    def topic_ids(self, topics: Iterable[str]) -> dict[str, str]:
        """The ids of those topics that exist: a topic made again has another one."""
        return {name: str(found.topic_id) for name, found in self._described(topics).items()}

    def partitions(self, topics: Iterable[str]) -> Sequence[TopicPartition]:
        """All partitions of those topics that exist."""
        return [
            TopicPartition(name, partition.id)
            for name, found in self._described(topics).items()
            for partition in found.partitions
        ]

    def facts(self, tps: Iterable[TopicPartition]) -> dict[TopicPartition, PartitionFacts]:
        """Of those partitions whose topic exists."""
        wanted = list(tps)
        ids = self.topic_ids({tp.topic for tp in wanted})
        known = [tp for tp in wanted if tp.topic in ids]
        first = self._offsets(known, OffsetSpec.earliest())
        last = self._offsets(known, OffsetSpec.latest())
        return {tp: PartitionFacts(ids[tp.topic], first[tp], last[tp]) for tp in known}

    def _described(self, topics: Iterable[str]) -> dict[str, Any]:
        asked = self._admin.describe_topics(
            TopicCollection(sorted(topics)), request_timeout=ADMIN_SECONDS
        )
        found = {}
        for name, future in asked.items():
            try:
                found[name] = future.result()
            except KafkaException as error:
                self._unless_missing(name, error)
        return found

    @staticmethod
    def _unless_missing(name: str, error: KafkaException) -> None:
        code = error.args[0].code()
        if code == KafkaError.TOPIC_AUTHORIZATION_FAILED:
            raise ConfigurationError(
                f"this stage's Kafka principal may not describe topic {name}; grant it READ there"
            ) from error
        if code != KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise OutageError(f"Kafka does not answer: {error.args[0]}") from error

    def _offsets(self, tps: list[TopicPartition], spec: OffsetSpec) -> dict[TopicPartition, int]:
        asked = self._admin.list_offsets(
            {AdminPartition(*tp): spec for tp in tps}, request_timeout=ADMIN_SECONDS
        )
        try:
            return {
                TopicPartition(at.topic, at.partition): future.result().offset
                for at, future in asked.items()
            }
        except KafkaException as error:
            raise OutageError(f"Kafka does not answer: {error.args[0]}") from error
