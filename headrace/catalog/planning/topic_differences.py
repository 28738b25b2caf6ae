"""Topics: made, grown, configured, or no longer wanted."""

from collections.abc import Callable, Iterator, Mapping

from headrace.catalog.planning.changes import (
    Change,
    CreateTopic,
    DeleteTopic,
    DifferentPartitions,
    DifferentReplication,
    GrowTopic,
    SetConfig,
)
from headrace.catalog.planning.state import FoundTopic, Made, TopicSpec

_OF_REASSIGNMENTS = (".throttled.replicas",)
"""Settings that come and go while replicas move."""


def topic_differences(
    wanted: Mapping[str, TopicSpec], found: Mapping[str, FoundTopic]
) -> Iterator[Change]:
    """What is missing or different; nothing is deleted here."""
    for name, spec in sorted(wanted.items()):
        if name not in found:
            yield CreateTopic(spec)
        else:
            yield from _sizes(spec, found[name])
            yield from _settings(spec, found[name])


def topics_to_delete(
    wanted: Mapping[str, TopicSpec], found: Mapping[str, FoundTopic], made: Made
) -> Iterator[Change]:
    """Those that headrace made and that are still the same topic, not another of the name."""
    for name, topic_id in sorted(made.topics.items()):
        if name not in wanted and name in found and found[name].topic_id == topic_id:
            yield DeleteTopic(name, topic_id)


def _sizes(spec: TopicSpec, found: FoundTopic) -> Iterator[Change]:
    if found.partitions < spec.partitions:
        yield GrowTopic(spec.name, found.partitions, spec.partitions)
    elif found.partitions > spec.partitions:
        yield DifferentPartitions(spec.name, found.partitions, spec.partitions)
    if found.replication != spec.replication:
        yield DifferentReplication(spec.name, found.replication, spec.replication)


def _settings(spec: TopicSpec, found: FoundTopic) -> Iterator[Change]:
    """A setting that the catalog does not have was made by hand: it goes back to its default."""
    for key in sorted({*spec.config, *found.config}):
        before, after = found.config.get(key), spec.config.get(key)
        if before == after or key.endswith(_OF_REASSIGNMENTS):
            continue
        default = found.defaults.get(key)
        shrinks = _shrinks(
            key, default if before is None else before, default if after is None else after
        )
        yield SetConfig(spec.name, key, before, after, shrinks)


def _shrinks(key: str, before: str | None, after: str | None) -> bool:
    """Whether the change may cost records or their safety. A value nobody knows may."""
    rule = _RULES.get(key)
    if rule is None or before == after:
        return False
    if before is None or after is None:
        return True
    return rule(before, after)


def _lower(before: str, after: str) -> bool:
    return _number(after) < _number(before)


def _number(text: str) -> float:
    """-1 stands for no limit; what is no number counts as none."""
    try:
        value = float(text)
    except ValueError:
        return float("nan")
    return float("inf") if value < 0 else value


def _any(before: str, after: str) -> bool:
    return before != after


def _becomes_true(before: str, after: str) -> bool:
    return after == "true" != before


_RULES: Mapping[str, Callable[[str, str], bool]] = {
    "retention.ms": _lower,
    "retention.bytes": _lower,
    "local.retention.ms": _lower,
    "local.retention.bytes": _lower,
    "delete.retention.ms": _lower,
    "max.message.bytes": _lower,
    "min.insync.replicas": _lower,
    "cleanup.policy": _any,
    "unclean.leader.election.enable": _becomes_true,
}
