"""Making changes: each kind of change is one request of the admin client. All calls block."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    ResourceType,
    ScramCredentialInfo,
    ScramMechanism,
    UserScramCredentialDeletion,
    UserScramCredentialUpsertion,
)

from headrace.catalog.planning import (
    Change,
    CreateAcl,
    CreateTopic,
    CreateUser,
    DeleteAcl,
    DeleteTopic,
    DeleteUser,
    GrowTopic,
    RegisterSchema,
    SetConfig,
    SetLevel,
)
from headrace.codec.subjects import Subjects
from headrace.errors import ConfigurationError
from headrace.kafka.admin_client import Admin
from headrace.kafka.provision.acls import binding, exactly
from headrace.kafka.provision.passwords import Passwords
from headrace.settings import KafkaSettings

_ITERATIONS = 8192
_MECHANISM = ScramMechanism.SCRAM_SHA_512
_DONE_ALREADY = {
    KafkaError.TOPIC_ALREADY_EXISTS,
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError.RESOURCE_NOT_FOUND,
}
_REFUSED = {
    KafkaError.INVALID_CONFIG,
    KafkaError.INVALID_PARTITIONS,
    KafkaError.INVALID_REQUEST,
    KafkaError.SECURITY_DISABLED,
    KafkaError.UNSUPPORTED_VERSION,
    KafkaError.UNACCEPTABLE_CREDENTIAL,
    KafkaError.TOPIC_DELETION_DISABLED,
    KafkaError.TOPIC_EXCEPTION,
    KafkaError.REASSIGNMENT_IN_PROGRESS,
    KafkaError.INVALID_REPLICA_ASSIGNMENT,
}


class Changer:
    """Makes changes of one kind at a time; what was done already is done.

    Raises OutageError, ConfigurationError naming what was refused.
    """

    def __init__(self, kafka: KafkaSettings, subjects: Subjects, passwords: Passwords) -> None:
        self._admin = Admin(kafka)
        self._client, self._seconds = self._admin.client, self._admin.seconds
        self._subjects = subjects
        self._passwords = passwords
        self._by_kind: Mapping[type, Callable[[Sequence[Any]], None]] = {
            CreateTopic: self._create_topics,
            GrowTopic: self._grow_topics,
            SetConfig: self._set_configs,
            DeleteTopic: self._delete_topics,
            CreateUser: self._create_users,
            DeleteUser: self._delete_users,
            CreateAcl: self._create_acls,
            DeleteAcl: self._delete_acls,
            RegisterSchema: self._register,
            SetLevel: self._set_levels,
        }

    def make(self, changes: Sequence[Change]) -> None:
        """All of one kind; returns when they are made."""
        if changes:
            self._by_kind[type(changes[0])](changes)

    def _create_topics(self, changes: Sequence[CreateTopic]) -> None:
        topics = [
            NewTopic(
                each.spec.name,
                num_partitions=each.spec.partitions,
                replication_factor=each.spec.replication,
                config=dict(each.spec.config),
            )
            for each in changes
        ]
        self._await(self._client.create_topics(topics, **self._both_timeouts()).items())

    def _grow_topics(self, changes: Sequence[GrowTopic]) -> None:
        grown = [NewPartitions(each.topic, each.after) for each in changes]
        self._await(self._client.create_partitions(grown, **self._both_timeouts()).items())

    def _set_configs(self, changes: Sequence[SetConfig]) -> None:
        by_topic: dict[str, list[ConfigEntry]] = {}
        for each in changes:
            operation = AlterConfigOpType.DELETE if each.after is None else AlterConfigOpType.SET
            entry = ConfigEntry(each.key, each.after or "", incremental_operation=operation)
            by_topic.setdefault(each.topic, []).append(entry)
        resources = [
            ConfigResource(ResourceType.TOPIC, name, incremental_configs=entries)
            for name, entries in by_topic.items()
        ]
        altered = self._client.incremental_alter_configs(resources, request_timeout=self._seconds)
        self._await((resource.name, future) for resource, future in altered.items())

    def _delete_topics(self, changes: Sequence[DeleteTopic]) -> None:
        names = [each.topic for each in changes]
        self._await(self._client.delete_topics(names, **self._both_timeouts()).items())

    def _create_users(self, changes: Sequence[CreateUser]) -> None:
        info = ScramCredentialInfo(_MECHANISM, _ITERATIONS)
        passwords = {each.user: self._passwords.of(each.user) for each in changes}
        self._alter_users(
            [
                UserScramCredentialUpsertion(user, info, password.encode())
                for user, password in passwords.items()
            ]
        )

    def _delete_users(self, changes: Sequence[DeleteUser]) -> None:
        self._alter_users([UserScramCredentialDeletion(each.user, _MECHANISM) for each in changes])

    def _alter_users(self, alterations: list[Any]) -> None:
        altered = self._client.alter_user_scram_credentials(
            alterations, request_timeout=self._seconds
        )
        self._await((f"user {name}", future) for name, future in altered.items())

    def _create_acls(self, changes: Sequence[CreateAcl]) -> None:
        rules = [binding(each.acl) for each in changes]
        made = self._client.create_acls(rules, request_timeout=self._seconds)
        self._await((f"ACL of {rule.principal}", future) for rule, future in made.items())

    def _delete_acls(self, changes: Sequence[DeleteAcl]) -> None:
        rules = [exactly(each.acl) for each in changes]
        gone = self._client.delete_acls(rules, request_timeout=self._seconds)
        self._await((f"ACL of {rule.principal}", future) for rule, future in gone.items())

    def _register(self, changes: Sequence[RegisterSchema]) -> None:
        for each in changes:
            try:
                if each.breaks:
                    self._subjects.register_despite_breaks(each.subject, each.text, each.level)
                else:
                    self._subjects.register(each.subject, each.text)
            except ConfigurationError as error:
                raise ConfigurationError(f"{each.subject} {each.version}: {error}") from error

    def _set_levels(self, changes: Sequence[SetLevel]) -> None:
        for each in changes:
            self._subjects.set_level(each.subject, each.after)

    def _both_timeouts(self) -> dict[str, float]:
        return {"operation_timeout": self._seconds, "request_timeout": self._seconds}

    def _await(self, futures: Iterable[tuple[str, Any]]) -> None:
        """Wait for all of them; the first refusal is raised after all have been answered."""
        refused: list[tuple[str, KafkaException]] = []
        for name, future in futures:
            try:
                future.result()
            except KafkaException as error:
                if error.args[0].code() not in _DONE_ALREADY:
                    refused.append((name, error))
        for name, refusal in refused[:1]:
            if refusal.args[0].code() in _REFUSED:
                raise ConfigurationError(f"{name}: {refusal.args[0].str()}") from refusal
            raise self._admin.meaning(refusal, name) from refusal
