"""What the cluster has, and the topics that the catalog wants there. All calls block."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import NewTopic

from headrace.catalog import Catalog
from headrace.catalog.planning import TopicSpec, topic_spec
from headrace.errors import ConfigurationError
from headrace.kafka.admin_client import Admin
from headrace.settings import KafkaSettings

Outcome = Literal["created", "exists"]


@dataclass(frozen=True, slots=True)
class TopicState:
    """A topic as the cluster has it."""

    name: str
    partitions: int
    replication: int


@dataclass(frozen=True, slots=True)
class ClusterState:
    """The cluster: its id, its brokers (`host:port` by id), the controller's id, its topics."""

    cluster_id: str
    brokers: Mapping[int, str]
    controller: int
    topics: Mapping[str, TopicState]


def describe_cluster(kafka: KafkaSettings, timeout_s: float | None = None) -> ClusterState:
    """Ask any broker; raises OutageError after `timeout_s` (KAFKA_REQUEST_TIMEOUT)."""
    return _describe(Admin(kafka), timeout_s)


def describe_topics(kafka: KafkaSettings, names: Iterable[str]) -> dict[str, TopicState]:
    """Those of the named topics that exist."""
    found = describe_cluster(kafka).topics
    return {name: found[name] for name in names if name in found}


def create_topics(
    catalog: Catalog, kafka: KafkaSettings, names: Iterable[str] | None = None
) -> list[tuple[str, Outcome]]:
    """Create the named topics (all) of the catalog with their declared settings; idempotent.

    A cluster of fewer brokers than a topic's replication gets the catalog's local numbers.
    Raises UnknownEventTypeError for a name outside the catalog, ConfigurationError, OutageError.
    """
    wanted = [catalog.topic(name) for name in (catalog.topics if names is None else names)]
    admin = Admin(kafka)
    cluster = _describe(admin)
    missing = [topic for topic in wanted if topic.name not in cluster.topics]
    made = _create(admin, [_new(topic_spec(topic, len(cluster.brokers))) for topic in missing])
    return [(topic.name, made.get(topic.name, "exists")) for topic in wanted]


def ensure_topic(
    kafka: KafkaSettings, name: str, *, partitions: int, config: Mapping[str, str]
) -> Outcome:
    """A topic of a stage's own (its dead letters), unless it is there: three replicas, or as many
    as there are brokers. Raises ConfigurationError, OutageError.
    """
    admin = Admin(kafka)
    cluster = _describe(admin)
    if name in cluster.topics:
        return "exists"
    topic = NewTopic(
        name,
        num_partitions=partitions,
        replication_factor=min(3, len(cluster.brokers)),
        config=dict(config),
    )
    return _create(admin, [topic])[name]


def _describe(admin: Admin, timeout_s: float | None = None) -> ClusterState:
    metadata = admin.metadata(timeout_s)
    return ClusterState(
        cluster_id=metadata.cluster_id,
        brokers={node.id: f"{node.host}:{node.port}" for node in metadata.brokers.values()},
        controller=metadata.controller_id,
        topics={
            name: TopicState(name, len(found.partitions), _replication(found))
            for name, found in metadata.topics.items()
        },
    )


def _replication(topic: Any) -> int:
    return min((len(partition.replicas) for partition in topic.partitions.values()), default=0)


def _new(spec: TopicSpec) -> Any:
    return NewTopic(
        spec.name,
        num_partitions=spec.partitions,
        replication_factor=spec.replication,
        config=dict(spec.config),
    )


def _create(admin: Admin, topics: list[Any]) -> dict[str, Outcome]:
    if not topics:
        return {}
    futures = admin.client.create_topics(
        topics, operation_timeout=admin.seconds, request_timeout=admin.seconds
    )
    return {name: _outcome(admin, name, future) for name, future in futures.items()}


def _outcome(admin: Admin, name: str, future: Any) -> Outcome:
    try:
        future.result()
    except KafkaException as error:
        if error.args[0].code() == KafkaError.TOPIC_ALREADY_EXISTS:
            return "exists"  # somebody else was quicker
        if error.args[0].code() == KafkaError.INVALID_CONFIG:
            raise ConfigurationError(f"{name}: {error.args[0].str()}") from error
        raise admin.meaning(error, f"topic {name}") from error
    return "created"
