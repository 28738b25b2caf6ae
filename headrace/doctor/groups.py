"""Consumer groups: who reads, how far behind, in records and in time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from confluent_kafka.admin import OffsetSpec

from headrace.doctor.finding import Finding
from headrace.errors import OutageError
from headrace.groups import GroupOffsets, existing_groups, group_offsets
from headrace.kafka.admin_client import Admin
from headrace.kafka.log_offsets import Place, log_offsets

READ_ON = (
    "more instances of the service, up to one a partition; then look at how long its handler takes "
    "(docs/troubleshooting.md, High lag)"
)
NOBODY = "start the service; if it runs, its log says why it has not joined the group"

Offsets = Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class GroupLag:
    """What a group has still to read. `late` are the records older than the time allowed."""

    group: str
    members: int
    records: int
    late: int


def lag(admin: Admin, groups: Iterable[str], before: datetime, seconds: float) -> list[GroupLag]:
    """Of those groups that exist. Records appended before `before` and not read yet are late.

    Raises OutageError, ConfigurationError, and what the client raises.
    """
    existing = existing_groups(admin.kafka, list(groups), seconds)
    found = group_offsets(admin.kafka, existing, seconds)
    for group, reason in found.unanswered.items():
        raise OutageError(f"the coordinator of {group} does not answer: {reason}")
    places = {place for each in found.known.values() for place in each.committed}
    ends = log_offsets(admin.client, places, OffsetSpec.latest(), seconds)
    moment = OffsetSpec.for_timestamp(int(before.timestamp() * 1000))
    due = log_offsets(admin.client, ends, moment, seconds)
    return [judged(group, each, ends, due) for group, each in sorted(found.known.items())]


def judged(group: str, found: GroupOffsets, ends: Offsets, due: Offsets) -> GroupLag:
    """`due` has the first offset that is not late; a topic that was deleted is in neither."""
    at = {place: offset for place, offset in found.committed.items() if place in due}
    return GroupLag(
        group,
        found.members,
        sum(max(ends[place] - offset, 0) for place, offset in at.items()),
        sum(max(_due(place, due, ends) - offset, 0) for place, offset in at.items()),
    )


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


def _due(place: Place, due: Offsets, ends: Offsets) -> int:
    """Where a group should be: at the end, if nothing was appended since."""
    return due[place] if due[place] >= 0 else ends[place]
