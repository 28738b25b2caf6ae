"""Kafka of the local stack: `kafka_program` runs one KRaft node that is broker and controller."""

from deploy.local.kafka.server import kafka_program, tool_classpath

__all__ = ["kafka_program", "tool_classpath"]
