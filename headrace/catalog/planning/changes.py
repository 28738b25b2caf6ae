"""What a plan is made of: one class a kind of difference, each with its danger.

Every change has a section, a name (a topic's, a principal's, a subject's) by which a dangerous one
is allowed, a sign (`+` made, `~` changed, `-` deleted, `!` for hands only) and a line of detail.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Literal, TypeAlias

from headrace.catalog.planning.state import Acl, Section, TopicSpec

_USUAL = ("allow", "literal")
Sign = Literal["+", "~", "-", "!"]


class Danger(StrEnum):
    """What a change may cost: nothing, or something that must be allowed by name, or it cannot be
    made at all (`manual`): then its detail says what to do.
    """

    SAFE = "safe"
    SHRINK = "shrink"
    DELETE = "delete"
    INCOMPATIBLE = "incompatible"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class _Change(ABC):
    section: ClassVar[Section]
    kind: ClassVar[str]
    sign: ClassVar[Sign]

    @property
    @abstractmethod
    def name(self) -> str:
        """What is changed."""

    @property
    def danger(self) -> Danger:
        return Danger.SAFE

    @property
    def detail(self) -> str:
        return ""

    @property
    def warning(self) -> str:
        """What whoever applies it should know; empty when there is nothing."""
        return ""

    @property
    def flag(self) -> str:
        """The option of `apply` without which it is left; empty when there is none."""
        if self.danger in (Danger.SAFE, Danger.MANUAL):
            return ""
        return f"--allow-{self.danger} {self.name}"


@dataclass(frozen=True, slots=True)
class CreateTopic(_Change):
    section, kind, sign = "topics", "create_topic", "+"
    spec: TopicSpec

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def detail(self) -> str:
        sizes = f"partitions {self.spec.partitions}, replication {self.spec.replication}"
        return ", ".join((sizes, *(f"{key}={value}" for key, value in self.spec.config.items())))


@dataclass(frozen=True, slots=True)
class _OfTopic(_Change):
    section = "topics"
    topic: str

    @property
    def name(self) -> str:
        return self.topic


@dataclass(frozen=True, slots=True)
class GrowTopic(_OfTopic):
    kind, sign = "grow_topic", "~"
    before: int
    after: int

    @property
    def detail(self) -> str:
        return f"partitions {self.before} -> {self.after}"

    @property
    def warning(self) -> str:
        return (
            f"{self.topic}: most keys move to another partition, so an event may be handled before "
            "an earlier one of its key. Where that order matters, pause the producers, let every "
            "group read to the end (lag 0), then apply. Groups read the new partitions from their "
            "first record, and their ledgers get a row for each; the rows that are there stay."
        )


@dataclass(frozen=True, slots=True)
class SetConfig(_OfTopic):
    """`before` and `after` None: not set on the topic, so that the broker's default holds."""

    kind, sign = "set_config", "~"
    key: str
    before: str | None
    after: str | None
    shrinks: bool = False

    @property
    def danger(self) -> Danger:
        return Danger.SHRINK if self.shrinks else Danger.SAFE

    @property
    def detail(self) -> str:
        before, after = (
            "(default)" if value is None else value for value in (self.before, self.after)
        )
        return f"{self.key} {before} -> {after}"


@dataclass(frozen=True, slots=True)
class DifferentPartitions(_OfTopic):
    kind, sign, danger = "different_partitions", "!", Danger.MANUAL
    before: int
    after: int

    @property
    def detail(self) -> str:
        return (
            f"has {self.before} partitions, the catalog wants {self.after}: Kafka takes none away. "
            f"Write {self.before} into the catalog, or make a topic of another name"
        )


@dataclass(frozen=True, slots=True)
class DifferentReplication(_OfTopic):
    kind, sign, danger = "different_replication", "!", Danger.MANUAL
    before: int
    after: int

    @property
    def detail(self) -> str:
        return (
            f"has {self.before} replicas, the catalog wants {self.after}: "
            "move them with kafka-reassign-partitions"
        )


@dataclass(frozen=True, slots=True)
class DeleteTopic(_OfTopic):
    kind, sign, danger = "delete_topic", "-", Danger.DELETE
    topic_id: str

    @property
    def detail(self) -> str:
        return "is no longer in the catalog; its records go with it"


@dataclass(frozen=True, slots=True)
class CreateUser(_Change):
    section, kind, sign = "users", "create_user", "+"
    user: str

    @property
    def name(self) -> str:
        return self.user

    @property
    def detail(self) -> str:
        return "SCRAM-SHA-512"


@dataclass(frozen=True, slots=True)
class DeleteUser(_Change):
    section, kind, sign, danger = "users", "delete_user", "-", Danger.DELETE
    user: str

    @property
    def name(self) -> str:
        return self.user

    @property
    def detail(self) -> str:
        return "follows from the catalog no longer"


@dataclass(frozen=True, slots=True)
class _OfAcl(_Change):
    section = "acls"
    acl: Acl

    @property
    def name(self) -> str:
        return self.acl.principal

    @property
    def detail(self) -> str:
        acl = self.acl
        words = [acl.operation, acl.resource_type, acl.resource]
        words += [word for word in (acl.permission, acl.pattern) if word not in _USUAL]
        return " ".join(words) + (f" from {acl.host}" if acl.host != "*" else "")


@dataclass(frozen=True, slots=True)
class CreateAcl(_OfAcl):
    kind, sign = "create_acl", "+"


@dataclass(frozen=True, slots=True)
class DeleteAcl(_OfAcl):
    kind, sign, danger = "delete_acl", "-", Danger.DELETE


@dataclass(frozen=True, slots=True)
class _OfSubject(_Change):
    section = "schemas"
    subject: str

    @property
    def name(self) -> str:
        return self.subject


@dataclass(frozen=True, slots=True)
class RegisterSchema(_OfSubject):
    """`breaks` says what earlier versions' readers and writers would stumble over."""

    kind, sign = "register_schema", "+"
    version: str
    text: str
    level: str
    breaks: tuple[str, ...] = ()

    @property
    def danger(self) -> Danger:
        return Danger.INCOMPATIBLE if self.breaks else Danger.SAFE

    @property
    def detail(self) -> str:
        return "; ".join((f"version {self.version}", *self.breaks))


@dataclass(frozen=True, slots=True)
class SetLevel(_OfSubject):
    """`before` None: the subject has no level of its own."""

    kind, sign = "set_level", "~"
    before: str | None
    after: str

    @property
    def detail(self) -> str:
        return f"compatibility {self.before or '(default)'} -> {self.after}"


@dataclass(frozen=True, slots=True)
class UnknownSchema(_OfSubject):
    kind, sign, danger = "unknown_schema", "!", Danger.MANUAL
    position: int

    @property
    def detail(self) -> str:
        return (
            f"the registry's schema number {self.position} is not in the catalog: either this "
            "catalog is older than the registry, or somebody registered it by hand"
        )


Change: TypeAlias = (
    CreateTopic
    | GrowTopic
    | SetConfig
    | DifferentPartitions
    | DifferentReplication
    | DeleteTopic
    | CreateUser
    | DeleteUser
    | CreateAcl
    | DeleteAcl
    | RegisterSchema
    | SetLevel
    | UnknownSchema
)
