"""Reading what a cluster has: topics with their settings, users, ACLs. All calls block."""

from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicCollection
from confluent_kafka.admin import (
    ConfigResource,
    ConfigSource,
    ResourceType,
    ScramMechanism,
)

from headrace.catalog.planning import Acl, FoundTopic
from headrace.errors import HeadraceError
from headrace.kafka.admin_client import Admin
from headrace.kafka.provision.acls import ALL_ACLS, acl_of
from headrace.settings import KafkaSettings

_AUTHORIZER = "authorizer.class.name"
_NOT_HERE = {
    KafkaError.SECURITY_DISABLED,
    KafkaError.UNSUPPORTED_VERSION,
    KafkaError._UNSUPPORTED_FEATURE,
    KafkaError.UNSUPPORTED_SASL_MECHANISM,
}


class NotOfferedError(HeadraceError):
    """The cluster has no such thing (no authorizer, no SCRAM users); the message says which."""


class ClusterReader:
    """Asks one cluster; raises OutageError, ConfigurationError."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._admin = Admin(kafka)
        self._client, self._seconds = self._admin.client, self._admin.seconds
        self._metadata = self._admin.metadata()

    @property
    def cluster_id(self) -> str:
        return str(self._metadata.cluster_id)

    @property
    def size(self) -> int:
        """How many brokers there are, counting those that hold a replica and are down now."""
        of_replicas = {
            number
            for topic in self._metadata.topics.values()
            for partition in topic.partitions.values()
            for number in partition.replicas
        }
        return len(of_replicas | self._metadata.brokers.keys())

    def has_topic(self, name: str) -> bool:
        return name in self._metadata.topics

    def topics(self, names: Iterable[str]) -> dict[str, FoundTopic]:
        """Those of the named topics that exist."""
        wanted = sorted(set(names) & self._metadata.topics.keys())
        if not wanted:
            return {}
        ids = self._ids(wanted)
        settings = self._settings([ConfigResource(ResourceType.TOPIC, name) for name in wanted])
        there = [name for name in wanted if name in ids and name in settings]
        return {name: self._found(name, ids[name], settings[name]) for name in there}

    def users(self) -> frozenset[str]:
        """Those with a SCRAM-SHA-512 password. Raises NotOfferedError."""
        found = self._asked(
            lambda: self._client.describe_user_scram_credentials(
                request_timeout=self._seconds
            ).result(),
            "SCRAM users",
        )
        mechanism = ScramMechanism.SCRAM_SHA_512
        return frozenset(
            name
            for name, user in found.items()
            if any(each.mechanism == mechanism for each in user.scram_credential_infos)
        )

    def acls(self) -> frozenset[Acl]:
        """All of them, whoever made them. Raises NotOfferedError."""
        found = self._asked(
            lambda: self._client.describe_acls(ALL_ACLS, request_timeout=self._seconds).result(),
            "ACLs",
        )
        if not found and self._has_no_authorizer():
            raise NotOfferedError("the cluster has no authorizer")
        return frozenset(map(acl_of, found))

    def _has_no_authorizer(self) -> bool:
        """Without one, asking for ACLs is answered as if there were none. Unknown counts as one."""
        broker = str(min(self._metadata.brokers))
        try:
            (settings,) = self._settings([ConfigResource(ResourceType.BROKER, broker)]).values()
        except HeadraceError:
            return False
        return _AUTHORIZER in settings and not settings[_AUTHORIZER].value

    def _ids(self, names: list[str]) -> dict[str, str]:
        asked = self._client.describe_topics(TopicCollection(names), request_timeout=self._seconds)
        found = {}
        for name, future in asked.items():
            try:
                found[name] = str(future.result().topic_id)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise self._admin.meaning(error, name) from error
        return found

    def _settings(self, resources: list[Any]) -> dict[str, Mapping[str, Any]]:
        asked = self._client.describe_configs(resources, request_timeout=self._seconds)
        found: dict[str, Mapping[str, Any]] = {}
        for resource, future in asked.items():
            try:
                found[resource.name] = future.result()
            except KafkaException as error:
                if error.args[0].code() != KafkaError.UNKNOWN_TOPIC_OR_PART:
                    raise self._admin.meaning(error, resource.name) from error
        return found

    def _found(self, name: str, topic_id: str, settings: Mapping[str, Any]) -> FoundTopic:
        partitions = self._metadata.topics[name].partitions
        own = {key: each for key, each in settings.items() if _is_on_topic(each)}
        return FoundTopic(
            name=name,
            topic_id=topic_id,
            partitions=len(partitions),
            replication=min((len(each.replicas) for each in partitions.values()), default=0),
            config={key: str(each.value) for key, each in own.items()},
            defaults=_defaults(settings),
        )

    def _asked(self, call: Any, what: str) -> Any:
        try:
            return call()
        except KafkaException as error:
            if error.args[0].code() in _NOT_HERE:
                raise NotOfferedError(
                    f"the cluster has no {what} ({error.args[0].str()})"
                ) from error
            raise self._admin.meaning(error, what) from error


_ON_TOPIC = ConfigSource.DYNAMIC_TOPIC_CONFIG.value


def _is_on_topic(entry: Any) -> bool:
    return entry.source == _ON_TOPIC and not entry.is_default


def _defaults(settings: Mapping[str, Any]) -> dict[str, str]:
    """What each setting would be if it were not set on the topic."""
    defaults = {}
    for key, entry in settings.items():
        if not _is_on_topic(entry):
            defaults[key] = str(entry.value)
            continue
        others = [each for each in entry.synonyms.values() if not _is_on_topic(each)]
        if others:
            defaults[key] = str(others[0].value)
    return defaults
