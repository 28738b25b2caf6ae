"""What the event store's relay has in Kafka beside the topics that it publishes to."""

from collections.abc import Mapping
from types import MappingProxyType

RELAY = "headrace-relay"
"""Publishes what the event store holds; also the transactional id that it does so under."""

RELAY_CURSOR_TOPIC = "headrace-relay.cursor"
"""One partition, compacted: how far the relay is, written in the transaction of the events."""

RELAY_CURSOR_REPLICATION = 3
RELAY_CURSOR_CONFIG: Mapping[str, str] = MappingProxyType(
    {
        "cleanup.policy": "compact",
        "segment.bytes": str(16 << 20),  # a segment is compacted once the next one has begun
        "message.timestamp.type": "LogAppendTime",
        "min.insync.replicas": "2",  # left out where there are fewer brokers
    }
)
