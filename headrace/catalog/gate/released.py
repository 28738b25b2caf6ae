"""What was released: every schema that somebody may have written events with."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson
from fastavro import parse_schema
from fastavro.schema import SchemaParseException, UnknownType

from headrace.catalog.compose import canonical_json
from headrace.catalog.planning.state import FoundSubject


@dataclass(frozen=True, slots=True)
class Released:
    """One schema. `payload` is its payload's record, as canonical JSON.

    `file` (relative to the catalog's root), `event_type`, `version` and the `topic` that carried it
    are empty when a registry knows it, which has no such names. `level` is the compatibility level
    that held; empty where nobody has said.
    """

    subject: str
    payload: str
    file: str = ""
    event_type: str = ""
    version: str = ""
    topic: str = ""
    level: str = ""


def released_in_registry(subjects: Iterable[FoundSubject]) -> tuple[Released, ...]:
    """The schemas under a registry's subjects; what is no event's schema is left out."""
    return tuple(
        Released(subject.name, canonical_json(payload), level=subject.level or "")
        for subject in subjects
        for text in subject.schemas
        if (payload := _payload_of(text)) is not None
    )


def is_avro_record(schema: Any) -> bool:
    """Whether it is a record that Avro can read."""
    try:
        return schema["type"] == "record" and bool(parse_schema(schema))
    except (SchemaParseException, UnknownType, KeyError, TypeError, ValueError, AttributeError):
        return False


def _payload_of(text: str) -> dict[str, Any] | None:
    try:
        schema = orjson.loads(text)
        field = next(each for each in schema["fields"] if each["name"] == "payload")
    except (ValueError, KeyError, TypeError, StopIteration):
        return None
    return field["type"] if is_avro_record(field.get("type")) else None
