"""Kafka of the local stack: `kafka_programs` runs KRaft nodes that are broker and controller each.

A stack for people has one; a test that loses a broker asks for three.
"""

from deploy.local.kafka.server import Broker, kafka_data, kafka_programs, tool_classpath

__all__ = ["Broker", "kafka_data", "kafka_programs", "tool_classpath"]
