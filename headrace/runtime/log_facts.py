"""What Kafka says of topics and partitions: their ids, where they begin and end."""

from collections.abc import Iterable, Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka import TopicPartition as AdminPartition
from confluent_kafka.admin import OffsetSpec

from headrace.kafka.admin_client import Admin
from headrace.runtime.records import PartitionFacts, TopicPartition
from headrace.settings import KafkaSettings

ADMIN_SECONDS = 10.0


class LogFacts:
    """Asks the cluster; every method blocks.

    Raises OutageError where nobody answers, ConfigurationError where this principal may not.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._admin = Admin(settings)

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

    def check_group(self, group: str) -> None:
        """Raises ConfigurationError if this principal may not use it: aiokafka would wait."""
        client = self._admin.client
        asked = client.describe_consumer_groups([group], request_timeout=ADMIN_SECONDS)
        try:
            asked[group].result()
        except KafkaException as error:
            if error.args[0].code() == KafkaError.GROUP_AUTHORIZATION_FAILED:
                raise self._admin.meaning(error, f"group {group}") from error

    def _described(self, topics: Iterable[str]) -> dict[str, Any]:
        asked = self._admin.client.describe_topics(
            TopicCollection(sorted(topics)), request_timeout=ADMIN_SECONDS
        )
        found = {}
        for name, future in asked.items():
            try:
                found[name] = future.result()
            except KafkaException as error:
                self._unless_missing(name, error)
        return found

    def _unless_missing(self, name: str, error: KafkaException) -> None:
        if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
            raise self._admin.meaning(error, f"topic {name}") from error

    def _offsets(self, tps: list[TopicPartition], spec: OffsetSpec) -> dict[TopicPartition, int]:
        asked = self._admin.client.list_offsets(
            {AdminPartition(*tp): spec for tp in tps}, request_timeout=ADMIN_SECONDS
        )
        try:
            return {
                TopicPartition(at.topic, at.partition): future.result().offset
                for at, future in asked.items()
            }
        except KafkaException as error:
            raise self._admin.meaning(error, "the cluster") from error
