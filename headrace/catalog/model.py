"""The catalog as its users see it: immutable, complete, already checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from headrace.errors import FieldProblem, UnknownEventTypeError

Authority = Literal["log", "store"]
Key = Literal["aggregateId", "accountId", "eventId"]
DEFAULT_LEVEL = "BACKWARD_TRANSITIVE"
Start = Literal["earliest", "latest"]


@dataclass(frozen=True, slots=True)
class SchemaVersion:
    """One version of an event type's payload, and the schema that is registered for it.

    `payload` is the .avsc record, `composed` the envelope with that record inside,
    `composed_json` its canonical text. `example` holds a payload as JSON values.
    `personal_fields` are paths such as `email` or `travellers[].lastName`.
    """

    version: str
    payload: dict[str, Any]
    composed: dict[str, Any]
    composed_json: str
    subject: str
    example: Mapping[str, Any]
    path: Path
    personal_fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EventType:
    """An event type, the one topic it travels on, and its schema versions, oldest first.

    `compatibility` is the level, in the registry's words, that holds between the minor versions of
    one major.
    """

    name: str
    topic: str
    domain: str
    versions: tuple[SchemaVersion, ...]
    compatibility: str = DEFAULT_LEVEL

    @property
    def latest(self) -> SchemaVersion:
        return self.versions[-1]

    def version(self, version: str) -> SchemaVersion:
        """The version "N.M"; raises UnknownEventTypeError naming the versions that exist."""
        for candidate in self.versions:
            if candidate.version == version:
                return candidate
        known = ", ".join(candidate.version for candidate in self.versions)
        raise UnknownEventTypeError(
            FieldProblem("version", f"{self.name} has no version {version!r}; it has {known}")
        )


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic: what travels on it, who writes, who reads, and how Kafka keeps it.

    `key` None stands for the common rule: aggregateId, else accountId, else eventId.
    `producers` ("*",) means that every service may write. `consumers` maps a consumer group to
    the event types it takes. `aggregate_type` is what aggregateId names in these events, None
    where that varies. `aggregate_id` is the payloads' field that holds such an id, None where they
    have none. `config` is complete, as Kafka takes it.
    """

    name: str
    domain: str
    description: str
    authority: Authority
    event_types: tuple[str, ...]
    key: Key | None
    partitions: int
    production_partitions: int
    replication: int
    retention_ms: int
    config: Mapping[str, str]
    producers: tuple[str, ...]
    consumers: Mapping[str, tuple[str, ...]]
    start: Start
    aggregate_type: str | None
    aggregate_id: str | None = None


@dataclass(frozen=True, slots=True)
class Catalog:
    """All topics and all event types, by name."""

    topics: Mapping[str, Topic]
    event_types: Mapping[str, EventType]

    def topic(self, name: str) -> Topic:
        """The topic of that name; raises UnknownEventTypeError."""
        try:
            return self.topics[name]
        except KeyError:
            raise UnknownEventTypeError(
                FieldProblem("topic", f"the catalog has no topic {name!r}")
            ) from None

    def event_type(self, name: str) -> EventType:
        """The event type of that name; raises UnknownEventTypeError."""
        try:
            return self.event_types[name]
        except KeyError:
            raise UnknownEventTypeError(
                FieldProblem("eventType", f"the catalog has no event type {name!r}")
            ) from None

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Every consumer group that the topics declare, with the topics it reads."""
        found: dict[str, list[str]] = {}
        for topic in self.topics.values():
            for group in topic.consumers:
                found.setdefault(group, []).append(topic.name)
        return {group: tuple(topics) for group, topics in sorted(found.items())}
