"""The catalog in other people's forms, for their tools: `FORMATS` maps a name to its renderer.

AsyncAPI 3, a reference page for people, Strimzi's KafkaTopic and KafkaUser. Each renderer gives the
whole text of one file; committed files are held in step by comparing them with it.
"""

from collections.abc import Callable, Mapping

from headrace.catalog.export.asyncapi import asyncapi
from headrace.catalog.export.reference import reference
from headrace.catalog.export.strimzi import kafka_topics, kafka_users
from headrace.catalog.model import Catalog

FORMATS: Mapping[str, Callable[[Catalog], str]] = {
    "asyncapi": asyncapi,
    "reference": reference,
    "kafka-topics": kafka_topics,
    "kafka-users": kafka_users,
}

__all__ = ["FORMATS"]
