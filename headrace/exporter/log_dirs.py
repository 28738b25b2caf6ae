"""Bytes of each partition on each broker: Kafka's DescribeLogDirs, on aiokafka's connections.

Neither librdkafka nor aiokafka has this request (docs/decisions/0019-metrics.md); its form is
https://kafka.apache.org/protocol#The_Messages_DescribeLogDirs
"""

import asyncio
from collections.abc import Collection, Iterator
from typing import Any

from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import Array, Boolean, Int16, Int32, Int64, Schema, String

from headrace.errors import OutageError
from headrace.groups.asking import asking
from headrace.settings import KafkaSettings

Sizes = dict[tuple[str, int, int], int]
"""Bytes by topic, partition and broker id."""

_TEXT = String("utf-8")


class _DescribedV1(Response):  # type: ignore[misc] # aiokafka has no usable types
    API_KEY = 35
    API_VERSION = 1
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "results",
            Array(
                ("error_code", Int16),
                ("log_dir", _TEXT),
                (
                    "topics",
                    Array(
                        ("name", _TEXT),
                        (
                            "partitions",
                            Array(
                                ("partition_index", Int32),
                                ("partition_size", Int64),
                                ("offset_lag", Int64),
                                ("is_future_key", Boolean),
                            ),
                        ),
                    ),
                ),
            ),
        ),
    )


class _DescribeV1(RequestStruct):  # type: ignore[misc]
    API_KEY = 35
    API_VERSION = 1
    RESPONSE_TYPE = _DescribedV1
    SCHEMA = Schema(("topics", Array(("topic", _TEXT), ("partitions", Array(Int32)))))


class _Describe(Request[_DescribeV1]):  # type: ignore[misc]
    API_KEY = 35

    def __init__(self, topics: list[tuple[str, list[int]]]) -> None:
        self._topics = topics

    def build(self, request_struct_class: Any) -> Any:
        return request_struct_class(self._topics)


def log_sizes(
    kafka: KafkaSettings,
    brokers: Collection[int],
    partitions: Collection[tuple[str, int]],
    seconds: float,
) -> Sizes:
    """Of these partitions, as these brokers have them. Blocks, for so many seconds at most.

    Raises OutageError: nobody answered, or this user may not describe the cluster.
    """
    return asyncio.run(_asked(kafka, brokers, _by_topic(partitions), seconds))


async def _asked(
    kafka: KafkaSettings,
    brokers: Collection[int],
    topics: list[tuple[str, list[int]]],
    seconds: float,
) -> Sizes:
    async with asking(kafka, "log sizes", seconds) as client:
        answers = {each: await _one(client, each, topics) for each in brokers}
    return {
        (topic, partition, broker): size
        for broker, answer in answers.items()
        for topic, partition, size in _sizes(broker, answer)
    }


async def _one(client: Any, broker: int, topics: list[tuple[str, list[int]]]) -> Any:
    return await client._send_request_to_node(broker, _Describe(topics))


def _sizes(broker: int, answer: Any) -> Iterator[tuple[str, int, int]]:
    if not answer.results:  # which is how version 1 says no
        raise OutageError(f"no log sizes: broker {broker} wants the right to describe the cluster")
    for error, _, topics in answer.results:
        if error:
            raise OutageError(f"no log sizes: broker {broker} answers with error {error}")
        for topic, partitions in topics:
            for partition, size, _, moving in partitions:
                if not moving:  # a copy that is being made in another folder
                    yield topic, partition, size


def _by_topic(partitions: Collection[tuple[str, int]]) -> list[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for topic, partition in sorted(partitions):
        found.setdefault(topic, []).append(partition)
    return list(found.items())
