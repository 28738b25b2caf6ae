"""Kafka's brokers, partitions and topics, from one answer of the cluster."""

from collections.abc import Iterable, Mapping
from typing import Any

from headrace.catalog import Catalog
from headrace.doctor.finding import Finding

MOST_NAMED = 5


def brokers(metadata: Any) -> list[Finding]:
    """How many there are, and whether one of them leads."""
    if metadata.controller_id < 0:
        return [
            Finding(
                "kafka-controller",
                "problem",
                metadata.cluster_id,
                "the cluster has no controller: no topic can be made and no leader be chosen",
                "look into the logs of the controllers: a majority of them has to run",
            )
        ]
    count = len(metadata.brokers)
    detail = f"{count} broker{'s' * (count != 1)}, controller {metadata.controller_id}"
    return [Finding("kafka-cluster", "ok", metadata.cluster_id, detail)]


def partitions(metadata: Any) -> list[Finding]:
    """Partitions without a leader, then those with fewer live copies than they should have."""
    headless = _named(metadata, lambda partition: partition.leader < 0)
    short = _named(metadata, lambda partition: len(partition.isrs) < len(partition.replicas))
    findings = []
    if headless:
        findings.append(
            Finding(
                "kafka-partitions",
                "problem",
                _some(headless),
                f"{len(headless)} partitions have no leader: nobody can write or read them",
                "start the brokers that hold their copies; see docs/troubleshooting.md",
            )
        )
    if short:
        findings.append(
            Finding(
                "kafka-replicas",
                "warning",
                _some(short),
                f"{len(short)} partitions have fewer copies in sync than they should: one more "
                "broker lost may stop their writers",
                "is a broker down or slow? headrace doctor again in a minute tells whether it "
                "catches up",
            )
        )
    total = sum(len(topic.partitions) for topic in metadata.topics.values())
    return findings or [
        Finding("kafka-replicas", "ok", f"{total} partitions", "each has its leader and all copies")
    ]


def topics(metadata: Any, catalog: Catalog) -> list[Finding]:
    """Whether the catalog's topics are there, with at least the partitions that were planned."""
    missing = sorted(set(catalog.topics) - set(metadata.topics))
    if missing:
        return [
            Finding(
                "kafka-topics",
                "warning",
                _some(missing),
                f"{len(missing)} of the catalog's {len(catalog.topics)} topics are not in Kafka",
                "headrace plan shows what is missing, headrace apply makes it",
            )
        ]
    return [Finding("kafka-topics", "ok", f"{len(catalog.topics)} topics", "all are in Kafka")]


def _named(metadata: Any, wrong: Any) -> list[str]:
    return [
        f"{name}[{number}]"
        for name, topic in sorted(metadata.topics.items())
        for number, partition in sorted(_partitions(topic).items())
        if wrong(partition)
    ]


def _partitions(topic: Any) -> Mapping[int, Any]:
    found: Mapping[int, Any] = topic.partitions
    return found


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - MOST_NAMED
    return ", ".join(listed[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
