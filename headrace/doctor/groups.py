"""Consumer groups: who reads, how far behind, in records and in time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from confluent_kafka import ConsumerGroupTopicPartitions, TopicPartition
from confluent_kafka.admin import OffsetSpec

from headrace.doctor.finding import Finding

READ_ON = (
    "more instances of the service, up to one a partition; then look at how long its handler takes "
    "(docs/troubleshooting.md, High lag)"
)
NOBODY = "start the service; if it runs, its log says why it has not joined the group"

Offsets = Mapping[tuple[str, int], int]


@dataclass(frozen=True, slots=True)
class GroupLag:
    """What a group has still to read. `late` are the records older than the time allowed."""

    group: str
    members: int
    records: int
    late: int


def lag(client: Any, groups: Iterable[str], before: datetime, seconds: float) -> list[GroupLag]:
    """Of those groups that exist. Records appended before `before` and not read yet are late.

    Raises what the client raises.
    """
    listed = client.list_consumer_groups(request_timeout=seconds).result().valid
    known = sorted({each.group_id for each in listed} & set(groups))
    if not known:
        return []
    members = _members(client, known, seconds)
    committed = {group: dict(_committed(client, group, seconds)) for group in known}
    places = {place for offsets in committed.values() for place in offsets}
    ends = _offsets(client, places, OffsetSpec.latest(), seconds)
    moment = OffsetSpec.for_timestamp(int(before.timestamp() * 1000))
    due = _offsets(client, places, moment, seconds)
    return [
        GroupLag(
            group,
            members[group],
            sum(max(ends[place] - offset, 0) for place, offset in offsets.items()),
            sum(max(_due(place, due, ends) - offset, 0) for place, offset in offsets.items()),
        )
        for group, offsets in committed.items()
    ]


def findings(found: Iterable[GroupLag], allowed: timedelta) -> list[Finding]:
    """A group that nobody serves is a problem when records wait; a late one is a warning."""
    minutes = f"{allowed.total_seconds():g} s"
    judged = []
    for each in found:
        detail = f"{each.members} members, {each.records} records to read"
        if each.late:
            detail += f", {each.late} of them older than {minutes}"
        if each.records and not each.members:
            judged.append(Finding("consumer-lag", "problem", each.group, detail, NOBODY))
        elif each.late:
            judged.append(Finding("consumer-lag", "warning", each.group, detail, READ_ON))
        else:
            judged.append(Finding("consumer-lag", "ok", each.group, detail))
    return judged or [
        Finding("consumer-lag", "skipped", "no group", "none of the catalog's groups has read yet")
    ]


def _due(place: tuple[str, int], due: Offsets, ends: Offsets) -> int:
    """Where a group should be: at the end, if nothing was appended since."""
    return due[place] if due[place] >= 0 else ends[place]


def _members(client: Any, groups: list[str], seconds: float) -> dict[str, int]:
    described = client.describe_consumer_groups(groups, request_timeout=seconds)
    return {group: len(future.result().members) for group, future in described.items()}


def _committed(client: Any, group: str, seconds: float) -> Iterator[tuple[tuple[str, int], int]]:
    asked = client.list_consumer_group_offsets(
        [ConsumerGroupTopicPartitions(group)], request_timeout=seconds
    )
    for place in asked[group].result().topic_partitions:
        if place.offset >= 0:
            yield (place.topic, place.partition), place.offset


def _offsets(
    client: Any, places: Iterable[tuple[str, int]], spec: Any, seconds: float
) -> dict[tuple[str, int], int]:
    wanted = {TopicPartition(*place): spec for place in places}
    if not wanted:
        return {}
    asked = client.list_offsets(wanted, request_timeout=seconds)
    return {(tp.topic, tp.partition): future.result().offset for tp, future in asked.items()}
