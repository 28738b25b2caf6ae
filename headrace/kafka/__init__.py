"""Kafka for producers and tools (the stages' consumer is headrace.runtime's).

`AsyncProducer` publishes events and awaits their delivery; `correlated` and `caused_by` carry a
flow's ids to the events published within. `TransactionalProducer` writes many records or
none, and one process at a time. `create_topics`, `describe_topics`, `describe_cluster`
speak to the cluster; `TopicReader` looks at topics without a group. `producer_config`,
`consumer_config`, `admin_config` give the settings in librdkafka's words.
"""

from headrace.kafka.admin import (
    ClusterState,
    TopicState,
    create_topics,
    describe_cluster,
    describe_topics,
    ensure_topic,
)
from headrace.kafka.config import admin_config, consumer_config, producer_config
from headrace.kafka.correlation import Correlation, caused_by, correlated, current
from headrace.kafka.delivery import Receipt, Result
from headrace.kafka.errors import DeliveryError
from headrace.kafka.last_record import last_value
from headrace.kafka.producer import AsyncProducer
from headrace.kafka.reader import Record, TopicReader, end_offsets
from headrace.kafka.transactions import FencedError, TransactionalProducer

__all__ = [
    "AsyncProducer",
    "ClusterState",
    "Correlation",
    "DeliveryError",
    "FencedError",
    "Receipt",
    "Record",
    "Result",
    "TopicReader",
    "TopicState",
    "TransactionalProducer",
    "admin_config",
    "caused_by",
    "consumer_config",
    "correlated",
    "create_topics",
    "current",
    "describe_cluster",
    "describe_topics",
    "end_offsets",
    "ensure_topic",
    "last_value",
    "producer_config",
]
