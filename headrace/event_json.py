"""Events as JSON at every edge: the fields of BaseEvent in camelCase, optional ones beside them.

`event_from_json` is strict and names every field that is unknown, missing or wrong; what the
payload may hold is checked against its schema when the event is encoded. `event_to_json` gives
what `event_from_json` takes.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from headrace.catalog import Catalog
from headrace.clock import Clock
from headrace.codec.json_form import leaves, moments
from headrace.codec.json_form.refused import MAX_PROBLEMS, Refused, json_name, shown
from headrace.codec.json_form.texts import text
from headrace.codec.quick import Doubt, read_event
from headrace.codec.rules import envelope_problems
from headrace.codec.strict_json import JsonError, dump_json, parse_json
from headrace.envelope import Event
from headrace.errors import FieldProblem, InvalidEventError, UnknownEventTypeError
from headrace.ids import uuid7, uuid7_time

__all__ = ["JsonError", "dump_json", "event_from_json", "event_to_json", "parse_json"]

_instant = moments.instant()
_long = leaves.LEAVES["long"]

# JSON field -> (attribute of Event, check); `payload` and `metadata` have checks of their own
_OPTIONAL: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "correlationId": ("correlation_id", text),
    "causationId": ("causation_id", text),
    "aggregateType": ("aggregate_type", text),
    "aggregateId": ("aggregate_id", text),
    "aggregateVersion": ("aggregate_version", _long),
    "accountId": ("account_id", text),
    "userId": ("user_id", text),
}
_CORE: dict[str, Callable[[Any], Any]] = {
    "eventId": leaves.uuid,
    "eventType": text,
    "timestamp": _instant,
    "version": text,
    "source": text,
}
FIELDS = (*_CORE, *_OPTIONAL, "metadata", "payload")
_KNOWN = frozenset(FIELDS)


def event_from_json(
    value: Any, catalog: Catalog, clock: Clock, *, default_source: str | None = None
) -> Event:
    """The event that a JSON value (as `parse_json` gives it) describes.

    Without `version` it takes the type's latest; without `eventId` a new UUIDv7; without
    `timestamp` the time inside its UUIDv7, or now when it has no id either. `default_source`
    stands in for an absent `source`. Raises InvalidEventError, UnknownEventTypeError.
    """
    try:
        return read_event(value, catalog, clock, default_source)
    except (Doubt, ValueError, OverflowError):
        return _fully_checked(value, catalog, clock, default_source)


def _fully_checked(value: Any, catalog: Catalog, clock: Clock, default_source: str | None) -> Event:
    """The same, naming every field that is wrong."""
    if not isinstance(value, Mapping):
        raise InvalidEventError(
            FieldProblem("event", f"must be a JSON object, not {json_name(value)}")
        )
    problems = [
        FieldProblem(shown(field), "is not a field of an event")
        for field in value
        if field not in _KNOWN
    ][:MAX_PROBLEMS]
    fields = _checked(value, problems)
    fields.setdefault("source", default_source)
    _require(fields, problems)
    _complete(fields, catalog, clock, problems)
    if problems:
        raise InvalidEventError(*problems)
    event = _made(fields)
    refused = envelope_problems(event, clock.now())
    if refused:
        raise InvalidEventError(*refused)
    return event


def event_to_json(event: Event) -> dict[str, Any]:
    """The event as JSON values; absent optional fields are left out. Serialise with `dump_json`."""
    optional = {
        field: value
        for field, (name, _) in _OPTIONAL.items()
        if (value := getattr(event, name)) is not None
    }
    return {
        "eventId": str(event.event_id),
        "eventType": event.event_type,
        "timestamp": rfc3339(event.timestamp),
        "version": event.version,
        "source": event.source,
        **optional,
        "metadata": {} if event.metadata_json == "{}" else parse_json(event.metadata_json.encode()),
        "payload": event.payload,
    }


def rfc3339(moment: datetime) -> str:
    """A UTC time with micros and Z."""
    return moment.isoformat(timespec="microseconds")[:-6] + "Z"


def _checked(value: Mapping[str, Any], problems: list[FieldProblem]) -> dict[str, Any]:
    """The fields that are there and right; null stands for absent."""
    checks = _CORE | {field: check for field, (_, check) in _OPTIONAL.items()}
    checks |= {"metadata": _object, "payload": _object}
    fields: dict[str, Any] = {}
    for field, check in checks.items():
        if value.get(field) is None:
            continue
        try:
            fields[field] = check(value[field])
        except Refused as refused:
            problems.append(FieldProblem(field, refused.problems[0][1]))
            fields[field] = None
    return fields


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Refused(("", f"must be a JSON object, not {json_name(value)}"))
    return value


def _require(fields: dict[str, Any], problems: list[FieldProblem]) -> None:
    for field in ("eventType", "source", "payload"):
        if fields.setdefault(field, None) is None and not _named(field, problems):
            problems.append(FieldProblem(field, "is missing"))


def _complete(
    fields: dict[str, Any], catalog: Catalog, clock: Clock, problems: list[FieldProblem]
) -> None:
    """Fill in version, time and id by the rules of the docstring above."""
    try:
        if fields["eventType"] is not None:
            found = catalog.event_type(fields["eventType"])
            version = fields.get("version")
            fields["version"] = (found.version(version) if version else found.latest).version
    except UnknownEventTypeError as error:
        if not problems:
            raise
        problems.extend(error.problems)
    if not _named("timestamp", problems) and not _named("eventId", problems):
        _complete_time(fields, clock, problems)


def _complete_time(fields: dict[str, Any], clock: Clock, problems: list[FieldProblem]) -> None:
    event_id: UUID | None = fields.get("eventId")
    if event_id is None:
        fields["eventId"] = uuid7(clock)
        fields.setdefault("timestamp", clock.now())
    elif "timestamp" not in fields:
        try:
            fields["timestamp"] = uuid7_time(event_id)
        except (ValueError, OverflowError):
            reason = "is missing; only an eventId that is a UUIDv7 carries its own"
            problems.append(FieldProblem("timestamp", reason))


def _named(field: str, problems: list[FieldProblem]) -> bool:
    return any(problem.field == field for problem in problems)


def _made(fields: Mapping[str, Any]) -> Event:
    metadata = fields.get("metadata")
    return Event(
        event_id=fields["eventId"],
        event_type=fields["eventType"],
        timestamp=fields["timestamp"],
        version=fields["version"],
        source=fields["source"],
        payload=fields["payload"],
        metadata_json=_metadata_text(metadata) if metadata else "{}",
        **{name: fields.get(field) for field, (name, _) in _OPTIONAL.items()},
    )


def _metadata_text(metadata: Mapping[str, Any]) -> str:
    try:
        return dump_json(metadata).decode("utf-8", "surrogatepass")
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidEventError(FieldProblem("metadata", f"is not JSON: {error}")) from error
