"""Kafka of the local stack: `kafka_programs` runs KRaft nodes that are broker and controller each.

A stack for people has one; a test that loses a broker asks for three. With a `KafkaSecurity` they
speak SASL_SSL and obey ACLs.
"""

from deploy.local.kafka.security import KafkaSecurity, client_settings
from deploy.local.kafka.server import Broker, Cluster, kafka_data, kafka_programs, tool_classpath

__all__ = [
    "Broker",
    "Cluster",
    "KafkaSecurity",
    "client_settings",
    "kafka_data",
    "kafka_programs",
    "tool_classpath",
]
