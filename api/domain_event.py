"""Events of the store as its callers see them, and as they send them.

    {eventId, eventType, aggregateId, aggregateType, eventData,
     metadata: {timestamp, version, correlationId, causationId?, userId?, …}}

`metadata.version` is the aggregate's. What else the envelope has (`schemaVersion`, `source`,
`accountId`) and whatever came with the event stand beside it in `metadata`; where a name of that
is one of the envelope's, the envelope's value is the one shown.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from headrace.catalog import Catalog
from headrace.clock import Clock
from headrace.codec.json_form.refused import json_name, shown
from headrace.envelope import Event
from headrace.errors import FieldProblem, InvalidEventError
from headrace.event_json import dump_json, event_from_json, parse_json, rfc3339
from headrace.store import Recorded

DEFAULT_SOURCE = "api"
MAX_VERSION = 2**31 - 1
_CORE = {
    "eventId": "eventId",
    "eventType": "eventType",
    "aggregateId": "aggregateId",
    "aggregateType": "aggregateType",
    "eventData": "payload",
}
_META = {
    "timestamp": "timestamp",
    "schemaVersion": "version",
    "source": "source",
    "correlationId": "correlationId",
    "causationId": "causationId",
    "userId": "userId",
    "accountId": "accountId",
}
"""Keys of this form, outside of `metadata` and inside, and what the envelope's JSON calls them."""
_HERE = {there: here for here, there in _CORE.items()} | {
    there: f"metadata.{here}" for here, there in _META.items()
}


def shown_event(recorded: Recorded) -> dict[str, Any]:
    """One event for an answer; `stored` says when, and as which of the store, it was appended."""
    own = {
        "timestamp": rfc3339(recorded.timestamp),
        "version": recorded.aggregate_version,
        "schemaVersion": recorded.schema_version,
        "source": recorded.source,
    }
    metadata = parse_json(recorded.metadata_json.encode())
    metadata.setdefault("correlationId", recorded.event_id_text)
    return {
        "eventId": recorded.event_id_text,
        "eventType": recorded.event_type,
        "aggregateId": recorded.aggregate_id_text,
        "aggregateType": recorded.aggregate_type,
        "eventData": orjson.Fragment(recorded.payload_json),
        "metadata": orjson.Fragment(dump_json(metadata | own)),
        "stored": {"sequence": recorded.sequence, "recordedAt": rfc3339(recorded.recorded_at)},
    }


def ndjson(events: Iterable[Recorded]) -> bytes:
    """One event a line."""
    return b"".join(
        orjson.dumps(shown_event(event), option=orjson.OPT_APPEND_NEWLINE) for event in events
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """An event as a caller sent it, and the aggregate's version that it is said to become."""

    event: Event
    version: int | None


def sent_event(value: Any, catalog: Catalog, clock: Clock, correlation_id: str | None) -> Sent:
    """The event that a JSON value of this form is; `correlation_id` stands in for a missing one.

    Without `metadata.schemaVersion` it takes the type's latest; id and time as in an event that is
    published. Raises InvalidEventError, UnknownEventTypeError, naming the fields of this form.
    """
    if not isinstance(value, Mapping):
        reason = f"must be a JSON object, not {json_name(value)}"
        raise InvalidEventError(FieldProblem("event", reason))
    metadata = value.get("metadata")
    if not isinstance(metadata, Mapping):
        metadata = {}
    problems = [*_unknown(value), *_shape_problems(value, metadata, correlation_id)]
    envelope = _envelope(value, metadata, correlation_id)
    try:
        event = event_from_json(envelope, catalog, clock, default_source=DEFAULT_SOURCE)
    except InvalidEventError as error:
        raise InvalidEventError(*problems, *renamed(error).problems) from error
    if problems:
        raise InvalidEventError(*problems)
    return Sent(event, metadata.get("version"))


def renamed(error: InvalidEventError, prefix: str = "") -> InvalidEventError:
    """The same problems under the names that this form has for the fields."""
    return InvalidEventError(
        *(FieldProblem(prefix + _here(each.field), each.reason) for each in error.problems)
    )


def _here(field: str) -> str:
    head = re.split(r"[.\[]", field, maxsplit=1)[0]
    return _HERE.get(head, head) + field[len(head) :]


def _envelope(
    value: Mapping[str, Any], metadata: Mapping[str, Any], correlation_id: str | None
) -> dict[str, Any]:
    """The envelope's JSON of the same event."""
    made = {there: value[here] for here, there in _CORE.items() if here in value}
    made |= {there: metadata[here] for here, there in _META.items() if here in metadata}
    made["metadata"] = {
        key: each for key, each in metadata.items() if key not in _META and key != "version"
    }
    if made.get("correlationId") is None:
        made["correlationId"] = correlation_id
    if isinstance(made.get("aggregateId"), str):
        made["aggregateId"] = _canonical(made["aggregateId"])
    return made


def _canonical(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return text


def _unknown(value: Mapping[str, Any]) -> Iterable[FieldProblem]:
    for field in value:
        if field in _CORE or field in ("metadata", "stored"):
            continue
        here = f"; it is {_HERE[field]} here" if field in _HERE else ""
        yield FieldProblem(shown(field), f"is not a field of this form{here}")


def _shape_problems(
    value: Mapping[str, Any], metadata: Mapping[str, Any], correlation_id: str | None
) -> Iterable[FieldProblem]:
    given = value.get("metadata", {})
    if not isinstance(given, Mapping):
        yield FieldProblem("metadata", f"must be a JSON object, not {json_name(given)}")
    if metadata.get("correlationId") is None and correlation_id is None:
        reason = "is missing; send it here, or for all events in the header of that name"
        yield FieldProblem("metadata.correlationId", reason)
    version = metadata.get("version")
    if version is not None and not (type(version) is int and 0 < version <= MAX_VERSION):
        yield FieldProblem(
            "metadata.version",
            f"is the aggregate's version, from 1 to {MAX_VERSION} (a schema's is schemaVersion)",
        )
