"""What the exporter asks for goes away between two questions, or has a hostile name."""

from collections.abc import Iterator, Mapping

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

from deploy.local.direct import DirectStack
from headrace.catalog import load_catalog
from headrace.catalog.planning import ARCHIVE_GROUP
from headrace.clock import SystemClock
from headrace.exporter import ClusterLook
from headrace.groups import GroupOffsets, existing_groups, group_offsets
from headrace.kafka import create_topics
from headrace.kafka.log_offsets import log_offsets
from headrace.metrics.definitions import GROUP_LAG, GROUP_MEMBERS, PARTITION_RECORDS, UNKNOWN_GROUPS
from headrace.settings import KafkaSettings

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

HOSTILE = 'a"} 1\n{b="\\\u202e\U0001f4a5' + "x" * 200
TOPIC = "dreamscape.user.created"


@pytest.fixture(scope="module")
def kafka() -> Iterator[KafkaSettings]:
    with DirectStack() as made:
        settings = made.description.settings().kafka
        create_topics(load_catalog(), settings)
        yield settings


def commit(kafka: KafkaSettings, group: str, topic: str, offset: int) -> None:
    consumer = Consumer({"bootstrap.servers": kafka.brokers, "group.id": group})
    consumer.commit(offsets=[TopicPartition(topic, 0, offset)], asynchronous=False)
    consumer.close()


def test_groups_of_any_name_are_told_apart_and_one_that_is_not_there_has_nothing(
    kafka: KafkaSettings,
) -> None:
    commit(kafka, HOSTILE, TOPIC, 0)
    names = [HOSTILE, "nobody", ""]

    def known() -> Mapping[str, GroupOffsets]:
        return group_offsets(kafka, names, 10).known

    found = known()
    assert found[HOSTILE] == GroupOffsets(0, {(TOPIC, 0): 0})
    assert found["nobody"] == GroupOffsets(0, {})
    assert existing_groups(kafka, names, 10) == [HOSTILE]
    client = AdminClient({"bootstrap.servers": kafka.brokers})
    client.delete_consumer_groups([HOSTILE])[HOSTILE].result(20)
    assert known()[HOSTILE] == GroupOffsets(0, {})


def test_a_topic_that_is_gone_is_left_out_and_its_neighbours_are_told(kafka: KafkaSettings) -> None:
    client = AdminClient({"bootstrap.servers": kafka.brokers})
    asked = [(TOPIC, 0), ("gone", 0), (TOPIC, 999)]
    assert log_offsets(client, asked, OffsetSpec.latest(), 10) == {(TOPIC, 0): 0}


def test_a_topic_deleted_while_it_is_watched_ends_no_look(kafka: KafkaSettings) -> None:
    commit(kafka, ARCHIVE_GROUP, TOPIC, 0)
    look = ClusterLook(kafka, load_catalog(), SystemClock(), 10)

    def topics(metric: object) -> set[str]:
        samples = look.samples()
        assert [value for found, _, value in samples if found is UNKNOWN_GROUPS] == [0]
        return {name for found, labels, _ in samples if found is metric for name in labels}

    assert TOPIC in topics(PARTITION_RECORDS)
    assert TOPIC in topics(GROUP_LAG)
    client = AdminClient({"bootstrap.servers": kafka.brokers})
    client.delete_topics([TOPIC])[TOPIC].result(20)
    looks = [topics(PARTITION_RECORDS) for _ in range(3)]
    assert TOPIC not in looks[-1]
    assert looks[-1]
    assert TOPIC not in topics(GROUP_LAG)
    assert ARCHIVE_GROUP in topics(GROUP_MEMBERS)
    client.create_topics([NewTopic(TOPIC, 1, 1)])[TOPIC].result(20)
