"""The envelope's rules at the edge: what an event must look like before it is published."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from headrace.catalog import Topic
from headrace.codec.json_form.refused import Refused
from headrace.codec.json_form.texts import text
from headrace.codec.strict_json import JsonError, parse_json
from headrace.envelope import Event
from headrace.errors import FieldProblem

MAX_EVENT_TYPE = 100
MAX_ID = 255
MAX_METADATA_BYTES = 65_536
MAX_EVENT_BYTES = 1_000_000
MAX_AHEAD = timedelta(days=1)
MAX_LONG = 2**63 - 1

# (field in JSON and Avro, attribute, longest in characters)
_REQUIRED = (("eventType", "event_type", MAX_EVENT_TYPE), ("source", "source", MAX_ID))
_OPTIONAL = (
    ("correlationId", "correlation_id", MAX_ID),
    ("causationId", "causation_id", MAX_ID),
    ("aggregateType", "aggregate_type", MAX_ID),
    ("aggregateId", "aggregate_id", MAX_ID),
    ("accountId", "account_id", MAX_ID),
    ("userId", "user_id", MAX_ID),
)


def envelope_problems(event: Event, now: datetime) -> list[FieldProblem]:
    """Everything that the rules refuse in an event's envelope; the payload is its schema's."""
    problems = [_text_problem(field, getattr(event, name), most) for field, name, most in _REQUIRED]
    problems += [
        _text_problem(field, value, most)
        for field, name, most in _OPTIONAL
        if (value := getattr(event, name)) is not None
    ]
    problems += [_time_problem(event.timestamp, now), _version_problem(event.aggregate_version)]
    if event.metadata_json != "{}":
        problems.append(metadata_problem(event.metadata_json))
    return [problem for problem in problems if problem is not None]


def aggregate_problems(event: Event, topic: Topic) -> list[FieldProblem]:
    """What is wrong with the aggregate's type, on a topic that knows but one."""
    if event.aggregate_type in (None, topic.aggregate_type) or topic.aggregate_type is None:
        return []
    return [FieldProblem("aggregateType", f"must be {topic.aggregate_type} on {topic.name}")]


def _text_problem(field: str, value: object, longest: int) -> FieldProblem | None:
    try:
        length = len(text(value))
    except Refused as refused:
        return FieldProblem(field, refused.problems[0][1])
    if not length:
        return FieldProblem(field, "must not be empty")
    if length > longest:
        return FieldProblem(field, f"may have at most {longest} characters, not {length}")
    return None


def _time_problem(timestamp: datetime, now: datetime) -> FieldProblem | None:
    if timestamp.tzinfo is not UTC and timestamp.utcoffset() != timedelta(0):
        return FieldProblem("timestamp", "must be in UTC")
    if timestamp - now > MAX_AHEAD:
        return FieldProblem("timestamp", "is more than a day ahead of the clock")
    return None


def _version_problem(version: int | None) -> FieldProblem | None:
    if version is None or (type(version) is int and 0 <= version <= MAX_LONG):
        return None
    return FieldProblem("aggregateVersion", f"must be a whole number from 0 to {MAX_LONG}")


@lru_cache(maxsize=256)  # a producer's metadata is often the same text
def metadata_problem(metadata_json: str) -> FieldProblem | None:
    """What is wrong with the text of `metadata`, if anything."""
    try:
        size = len(text(metadata_json).encode())
        if size > MAX_METADATA_BYTES:
            return FieldProblem("metadata", f"may take {MAX_METADATA_BYTES} bytes, not {size}")
        value = parse_json(metadata_json.encode())
        if not isinstance(value, dict):
            return FieldProblem("metadata", "must be a JSON object")
        check_texts(value)
    except Refused as refused:
        return FieldProblem("metadata", refused.problems[0][1])
    except JsonError as error:
        return FieldProblem("metadata", error.reason)
    return None


def check_texts(value: object) -> None:
    """Raise Refused if any string or key of a JSON value is one that PostgreSQL cannot hold."""
    if isinstance(value, str):
        text(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            text(key)
            check_texts(item)
    elif isinstance(value, list):
        for item in value:
            check_texts(item)
