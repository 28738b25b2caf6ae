"""From the catalog to everything that it wants of a cluster and a registry."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from headrace.catalog.dead_letters import (
    DEAD_LETTER_CONFIG,
    DEAD_LETTER_PARTITIONS,
    DEAD_LETTER_REPLICATION,
    dead_letter_topic,
)
from headrace.catalog.model import Catalog, EventType, Topic
from headrace.catalog.planning.principals import ADMIN, EXPORTER, Principal, principals
from headrace.catalog.planning.state import (
    CLUSTER,
    Acl,
    SubjectSpec,
    TopicSpec,
    WantedState,
)
from headrace.catalog.relay import (
    RELAY,
    RELAY_CURSOR_CONFIG,
    RELAY_CURSOR_REPLICATION,
    RELAY_CURSOR_TOPIC,
)

JOURNAL = "headrace.catalog"
"""The compacted topic in which `apply` notes what it has made."""

_JOURNAL_REPLICATION = 3
_ADMIN_OF_CLUSTER = ("alter", "create", "describe", "describe_configs")
_ADMIN_OF_TOPICS = ("alter", "alter_configs", "create", "delete", "describe", "describe_configs")


def wanted_state(catalog: Catalog, brokers: int) -> WantedState:
    """What there should be on a cluster of so many brokers.

    Fewer than a topic's replication asks for mean the catalog's local numbers.
    """
    by_name = principals(catalog)
    groups = frozenset(group for each in by_name.values() for group in each.groups)
    topics = (
        *(topic_spec(topic, brokers) for topic in catalog.topics.values()),
        *(_dead_letters(group, brokers) for group in sorted(groups)),
        *([relay_cursor(brokers)] if RELAY in by_name else []),
        _journal(brokers),
    )
    return WantedState(
        topics=MappingProxyType({topic.name: topic for topic in topics}),
        users=frozenset({ADMIN, EXPORTER, *by_name}),
        acls=frozenset(_acls(by_name.values())),
        groups=groups,
        subjects=MappingProxyType(_subjects(catalog.event_types.values())),
    )


def topic_spec(topic: Topic, brokers: int) -> TopicSpec:
    """The topic for a cluster of so many brokers."""
    if brokers >= topic.replication:
        return TopicSpec(topic.name, topic.production_partitions, topic.replication, topic.config)
    config = {key: value for key, value in topic.config.items() if key != "min.insync.replicas"}
    return TopicSpec(topic.name, topic.partitions, 1, config)


def _dead_letters(group: str, brokers: int) -> TopicSpec:
    copies = min(DEAD_LETTER_REPLICATION, brokers)
    name = dead_letter_topic(group)
    return TopicSpec(name, DEAD_LETTER_PARTITIONS, copies, DEAD_LETTER_CONFIG)


def relay_cursor(brokers: int) -> TopicSpec:
    """The topic in which the relay keeps its place."""
    copies = min(RELAY_CURSOR_REPLICATION, brokers)
    config = dict(RELAY_CURSOR_CONFIG)
    if copies < RELAY_CURSOR_REPLICATION:
        del config["min.insync.replicas"]
    return TopicSpec(RELAY_CURSOR_TOPIC, 1, copies, config)


def _journal(brokers: int) -> TopicSpec:
    copies = min(_JOURNAL_REPLICATION, brokers)
    return TopicSpec(JOURNAL, 1, copies, {"cleanup.policy": "compact"})


def _acls(found: Iterable[Principal]) -> Iterator[Acl]:
    for each in found:
        yield from _acls_of(each)
    yield from (Acl(ADMIN, "cluster", CLUSTER, operation) for operation in _ADMIN_OF_CLUSTER)
    yield from (Acl(ADMIN, "topic", "*", operation) for operation in _ADMIN_OF_TOPICS)
    yield from (Acl(ADMIN, "topic", JOURNAL, operation) for operation in ("read", "write"))
    yield Acl(EXPORTER, "cluster", CLUSTER, "describe")
    yield from (Acl(EXPORTER, kind, "*", "describe") for kind in ("topic", "group"))


def _acls_of(principal: Principal) -> Iterator[Acl]:
    """LITERAL rules: its topics one by one, its own groups and their dead letters, transactions."""
    name = principal.name
    writes = principal.writes | {dead_letter_topic(group) for group in principal.groups}
    for topic in writes:
        yield from (Acl(name, "topic", topic, operation) for operation in ("describe", "write"))
    for topic in principal.reads:
        yield from (Acl(name, "topic", topic, operation) for operation in ("describe", "read"))
    for group in principal.groups:
        yield from (Acl(name, "group", group, operation) for operation in ("describe", "read"))
    for own in principal.transactional_ids:
        rules = ("describe", "write")
        yield from (Acl(name, "transactional_id", own, operation) for operation in rules)
    if writes:  # brokers before 2.8 ask for it, later ones take the right to write for it
        yield Acl(name, "cluster", CLUSTER, "idempotent_write")


def _subjects(event_types: Iterable[EventType]) -> Mapping[str, SubjectSpec]:
    texts: dict[str, list[tuple[str, str]]] = {}
    levels: dict[str, str] = {}
    for event_type in event_types:
        for version in event_type.versions:
            levels[version.subject] = event_type.compatibility
            texts.setdefault(version.subject, []).append((version.version, version.composed_json))
    return {
        name: SubjectSpec(name, levels[name], tuple(each)) for name, each in sorted(texts.items())
    }
