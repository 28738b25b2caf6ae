"""The catalog as Strimzi's custom resources: KafkaTopic and KafkaUser, with production's numbers.

https://strimzi.io/docs/operators/latest/configuring.html; the users' rules are those of
`headrace plan`.
"""

import re
from collections.abc import Iterator
from typing import Any

from headrace.catalog.export.yaml_text import yaml_text
from headrace.catalog.model import Catalog
from headrace.catalog.planning import Acl, TopicSpec, WantedState, wanted_state

API_VERSION = "kafka.strimzi.io/v1"
CLUSTER = "headrace"
"""The name of the Kafka resource that these belong to."""

_BROKERS = 3
_ABOUT = "Generated from the catalog by `headrace topics export {}`; do not edit."
_RESOURCE_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_TYPES = {"transactional_id": "transactionalId"}


def kafka_topics(catalog: Catalog) -> str:
    """A KafkaTopic for each topic, dead letters and the journal among them."""
    topics = _production(catalog).topics
    documents = [_topic(topics[name]) for name in sorted(topics)]
    return yaml_text(*documents, about=_ABOUT.format("kafka-topics"))


def kafka_users(catalog: Catalog) -> str:
    """A KafkaUser for each principal, with all its rules."""
    wanted = _production(catalog)
    documents = [
        _user(name, sorted(each for each in wanted.acls if each.principal == name))
        for name in sorted(wanted.users)
    ]
    return yaml_text(*documents, about=_ABOUT.format("kafka-users"))


def _production(catalog: Catalog) -> WantedState:
    copies = max((topic.replication for topic in catalog.topics.values()), default=_BROKERS)
    return wanted_state(catalog, brokers=max(copies, _BROKERS))


def _resource(kind: str, name: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": API_VERSION,
        "kind": kind,
        "metadata": {"name": name, "labels": {"strimzi.io/cluster": CLUSTER}},
        "spec": spec,
    }


def _topic(topic: TopicSpec) -> dict[str, Any]:
    spec: dict[str, Any] = {
        "partitions": topic.partitions,
        "replicas": topic.replication,
        "config": {name: topic.config[name] for name in sorted(topic.config)},
    }
    name = topic.name
    if not _RESOURCE_NAME.fullmatch(name):
        name = re.sub(r"[^a-z0-9.-]", "-", name.lower()).strip("-.")
        spec = {"topicName": topic.name, **spec}
    return _resource("KafkaTopic", name, spec)


def _user(name: str, acls: list[Acl]) -> dict[str, Any]:
    """Its password is made by the operator, and kept in a Secret of the user's name."""
    spec: dict[str, Any] = {"authentication": {"type": "scram-sha-512"}}
    if acls:
        spec["authorization"] = {"type": "simple", "acls": list(_rules(acls))}
    return _resource("KafkaUser", name, spec)


def _rules(acls: list[Acl]) -> Iterator[dict[str, Any]]:
    by_resource: dict[tuple[str, ...], list[str]] = {}
    for acl in acls:
        place = (acl.resource_type, acl.resource, acl.pattern, acl.permission, acl.host)
        by_resource.setdefault(place, []).append(_camel(acl.operation))
    for (kind, name, pattern, permission, host), operations in by_resource.items():
        resource: dict[str, Any] = {"type": _TYPES.get(kind, kind)}
        if kind != "cluster":  # Strimzi knows one cluster, and takes no name for it
            resource |= {"name": name, "patternType": {"prefixed": "prefix"}.get(pattern, pattern)}
        yield {
            "type": permission,
            "resource": resource,
            "operations": sorted(operations),
            "host": host,
        }


def _camel(operation: str) -> str:
    return "".join(word.capitalize() for word in operation.split("_"))
