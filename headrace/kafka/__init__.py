"""Kafka for producers and tools (the stages' consumer is headrace.runtime's).

`AsyncProducer` publishes events and awaits their delivery; `correlated` and `caused_by` carry a
flow's ids to the events published within. `create_topics`, `describe_topics`, `describe_cluster`
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
from headrace.kafka.producer import AsyncProducer
from headrace.kafka.reader import Record, TopicReader

__all__ = [
    "AsyncProducer",
    "ClusterState",
    "Correlation",
    "DeliveryError",
    "Receipt",
    "Record",
    "Result",
    "TopicReader",
    "TopicState",
    "admin_config",
    "caused_by",
    "consumer_config",
    "correlated",
    "create_topics",
    "current",
    "describe_cluster",
    "describe_topics",
    "ensure_topic",
    "producer_config",
]
