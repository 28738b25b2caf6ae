"""The files as they are written: strict readers, and the shape of topics/<domain>.yaml.

Nothing is guessed: an unknown key, a key given twice, a number in quotes are all refused.
"""

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
KafkaName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,249}$")]
DomainName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*$")]
EventTypeName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]*([._][A-Za-z0-9]+)*$")
]
Producer = Annotated[str, StringConstraints(pattern=r"^(\*|[a-z][a-z0-9-]*)$")]
Level = Literal[
    "BACKWARD",
    "BACKWARD_TRANSITIVE",
    "FORWARD",
    "FORWARD_TRANSITIVE",
    "FULL",
    "FULL_TRANSITIVE",
    "NONE",
]
Count = Annotated[int, Field(ge=1)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PartitionsDocument(_Document):
    """How many partitions a topic has in the local set-up and in production."""

    local: Count
    production: Count


class TopicDocument(_Document):
    """One topic, the file's defaults already merged in."""

    description: Text
    authority: Literal["log", "store"]
    aggregate_type: Text | None
    aggregate_id: Text | None = None
    compatibility: Level | dict[EventTypeName, Level] = "BACKWARD_TRANSITIVE"
    key: Literal["aggregateId", "accountId", "eventId"] | None
    partitions: PartitionsDocument
    replication: Count
    retention_days: Count
    start: Literal["earliest", "latest"]
    producers: Annotated[list[Producer], Field(min_length=1)]
    events: Annotated[list[EventTypeName], Field(min_length=1)]
    consumers: dict[KafkaName, Annotated[list[EventTypeName], Field(min_length=1)]]


class DomainDocument(_Document):
    """One file: a domain, what its topics have in common, and the topics."""

    domain: DomainName
    description: Text
    defaults: dict[str, Any] = {}
    topics: Annotated[dict[KafkaName, dict[str, Any]], Field(min_length=1)]


class _UniqueKeyLoader(yaml.SafeLoader):
    """YAML lets a later key silently replace an earlier one; a catalog must not."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise ValueError(f"the key {key.value!r} is given twice")
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The file's value; raises ValueError saying where the text is wrong."""
    try:
        # a subclass of the safe loader
        return yaml.load(path.read_text("utf-8"), _UniqueKeyLoader)  # noqa: S506
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML: {' '.join(str(error).split())}") from error


def _unique_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} is given twice")
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")


def read_json_object(path: Path) -> dict[str, Any]:
    """The file's JSON object; raises ValueError saying where the text is wrong."""
    text = path.read_text("utf-8")
    value = json.loads(text, object_pairs_hook=_unique_object, parse_constant=_refuse_constant)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value
