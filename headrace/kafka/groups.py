"""What consumer groups have committed, and where the log stands. All calls block, and raise what
the client raises.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition

Place = tuple[str, int]
"""Topic and partition."""


@dataclass(frozen=True, slots=True)
class GroupOffsets:
    """A group, how many members it has, and the offsets that it has committed."""

    group: str
    members: int
    committed: Mapping[Place, int]


def group_offsets(client: Any, groups: Iterable[str], seconds: float) -> list[GroupOffsets]:
    """Of those groups that exist, in the order of their names."""
    return [
        GroupOffsets(group, members, _committed(client, group, seconds))
        for group, members in group_members(client, groups, seconds).items()
    ]


def group_members(client: Any, groups: Iterable[str], seconds: float) -> dict[str, int]:
    """How many each of those groups has that exist, in the order of their names."""
    listed = client.list_consumer_groups(request_timeout=seconds).result().valid
    known = sorted({each.group_id for each in listed} & set(groups))
    if not known:
        return {}
    described = client.describe_consumer_groups(known, request_timeout=seconds)
    return {group: len(described[group].result().members) for group in known}


def log_offsets(
    client: Any, places: Iterable[Place], spec: Any, seconds: float
) -> dict[Place, int]:
    """The offset that `spec` (an OffsetSpec) means in each partition; -1 where it means none."""
    return offsets_at(client, dict.fromkeys(places, spec), seconds)


def offsets_at(client: Any, specs: Mapping[Place, Any], seconds: float) -> dict[Place, int]:
    """The same with an OffsetSpec for each partition."""
    if not specs:
        return {}
    wanted = {TopicPartition(*place): spec for place, spec in specs.items()}
    asked = client.list_offsets(wanted, request_timeout=seconds)
    return {(tp.topic, tp.partition): future.result().offset for tp, future in asked.items()}


def _committed(client: Any, group: str, seconds: float) -> dict[Place, int]:
    asked = client.list_consumer_group_offsets(
        [ConsumerGroupTopicPartitions(group)], request_timeout=seconds
    )
    return {
        (place.topic, place.partition): place.offset
        for place in asked[group].result().topic_partitions
        if place.offset >= 0
    }
