"""What a read_committed consumer finds in the topics of a setting."""

import logging
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from confluent_kafka import Consumer, KafkaError, TopicPartition

from headrace.codec import EventDecoder, Registry
from headrace.envelope import Event
from headrace.kafka import consumer_config, describe_topics
from tests.relay.setting import Setting


def arrived(setting: Setting) -> dict[tuple[str, int], list[Any]]:
    """Every committed message by (topic, partition), in its order, up to the present end."""
    kafka = setting.settings.kafka
    topics = describe_topics(kafka, setting.catalog.topics)
    wanted = [TopicPartition(t.name, n, 0) for t in topics.values() for n in range(t.partitions)]
    config = consumer_config(kafka, "tests") | {
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 50,
    }
    consumer = Consumer(config, logger=logging.getLogger("kafka"))
    found: dict[tuple[str, int], list[Any]] = defaultdict(list)
    ended: set[tuple[str, int]] = set()
    consumer.assign(wanted)
    while len(ended) < len(wanted):
        for message in consumer.consume(1000, timeout=1.0):
            place = (message.topic(), message.partition())
            if message.error() is None:
                found[place].append(message)
            elif message.error().code() == KafkaError._PARTITION_EOF:
                ended.add(place)
    consumer.close()
    return found


def number_arrived(setting: Setting) -> int:
    return sum(map(len, arrived(setting).values()))


def check_arrived(setting: Setting, committed: Iterable[UUID]) -> None:
    """Each committed event once, none else, each aggregate's versions from 1 without a gap, on the
    partition of its key, in the order of the store.
    """
    decoder = EventDecoder(setting.catalog, Registry(setting.settings))
    versions: dict[str, list[int]] = defaultdict(list)
    ids: list[UUID] = []
    for messages in arrived(setting).values():
        positions = [_position(message) for message in messages]
        assert positions == sorted(positions)
        for message in messages:
            event = _decoded(decoder, message)
            assert message.key().decode() == event.aggregate_id
            versions[event.aggregate_id or ""].append(event.aggregate_version or 0)
            ids.append(event.event_id)
    assert len(set(ids)) == len(ids), f"{len(ids) - len(set(ids))} twice"
    assert set(ids) == set(committed)
    for found in versions.values():
        assert found == list(range(1, len(found) + 1))


def _position(message: Any) -> tuple[int, int]:
    xid, sequence = dict(message.headers())["storePosition"].split(b":")
    return int(xid), int(sequence)


def _decoded(decoder: EventDecoder, message: Any) -> Event:
    return decoder.decode(message.value()).event
