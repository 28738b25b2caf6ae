"""The two sides of a plan as values: what is wanted, and what was found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Section = Literal["topics", "users", "acls", "schemas"]
ALL_SECTIONS: tuple[Section, ...] = ("topics", "users", "acls", "schemas")
CLUSTER = "kafka-cluster"  # the one resource name of resource type cluster


class Acl(NamedTuple):
    """One rule of Kafka's authorizer; all words in lower case, as in Kafka's documentation.

    `principal` is a user's bare name (Kafka's `User:` left out); one of another type keeps its
    prefix.
    """

    principal: str
    resource_type: str  # topic, group, cluster, transactional_id
    resource: str
    operation: str  # read, write, describe, …
    pattern: str = "literal"  # or prefixed
    permission: str = "allow"  # or deny
    host: str = "*"

    def touches(self, resource_type: str, names: frozenset[str]) -> bool:
        """Whether the rule speaks of one of these resources, by name, prefix or `*`."""
        if self.resource_type != resource_type:
            return False
        if self.pattern == "prefixed":
            return any(name.startswith(self.resource) for name in names)
        return self.resource == "*" or self.resource in names


@dataclass(frozen=True, slots=True)
class TopicSpec:
    """A topic as it should be."""

    name: str
    partitions: int
    replication: int
    config: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as the cluster has it.

    `config` is what is set on the topic itself, `defaults` what each of these settings would be
    without; a default that the cluster does not tell is missing there.
    """

    name: str
    topic_id: str
    partitions: int
    replication: int
    config: Mapping[str, str]
    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubjectSpec:
    """A subject as it should be; `versions` are (N.M, canonical schema text), oldest first."""

    name: str
    level: str
    versions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FoundSubject:
    """A subject as the registry has it: its own level (None: the registry's), and its schemas'
    canonical texts in the order of their registration.
    """

    name: str
    level: str | None
    schemas: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """What headrace has made, or taken over because the catalog wanted it: topics by name with
    their ids, principals, consumer groups. Nothing else is ever deleted.
    """

    topics: Mapping[str, str] = field(default_factory=dict)
    principals: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WantedState:
    """Everything that the catalog wants, for a cluster of one size."""

    topics: Mapping[str, TopicSpec]
    users: frozenset[str]
    acls: frozenset[Acl]
    groups: frozenset[str]
    subjects: Mapping[str, SubjectSpec]


@dataclass(frozen=True, slots=True)
class FoundState:
    """Everything that was found; None where it was not looked at, or there is no such thing."""

    topics: Mapping[str, FoundTopic] | None = None
    users: frozenset[str] | None = None
    acls: frozenset[Acl] | None = None
    subjects: Mapping[str, FoundSubject] | None = None
    made: Made = field(default_factory=Made)
