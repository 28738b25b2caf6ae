"""The full check of an event: it names everything that is wrong, and fastavro writes the rest.

The quick way (`headrace.codec.quick`) comes first and hands over what it does not vouch for; this
is what decides, and what the quick way is measured against in tests.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from fastavro import parse_schema, schemaless_writer

from headrace.catalog import SchemaVersion, Topic
from headrace.codec.json_form import to_avro
from headrace.codec.rules import aggregate_problems, envelope_problems
from headrace.envelope import Event
from headrace.errors import FieldProblem, InvalidEventError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def full_writer(version: SchemaVersion, topic: Topic) -> Callable[[Event, datetime], bytes]:
    """A function (event, now) -> its Avro bytes; raises InvalidEventError naming the fields."""
    schema = parse_schema(version.composed)
    to_payload = to_avro(version.payload)

    def write(event: Event, now: datetime) -> bytes:
        problems = envelope_problems(event, now)
        problems += aggregate_problems(event, topic)
        payload = _checked(to_payload, event.payload, problems)
        if problems:
            raise InvalidEventError(*problems)
        buffer = BytesIO()
        schemaless_writer(buffer, schema, _record(event, payload))
        return buffer.getvalue()

    return write


def _checked(
    to_payload: Callable[[Any, str], Any], payload: Mapping[str, Any], problems: list[FieldProblem]
) -> Any:
    try:
        return to_payload(payload, "payload")
    except InvalidEventError as error:
        problems.extend(error.problems)
        return None


def _text(value: str | None) -> tuple[str, str] | None:
    """An optional text with its branch's name, which spares fastavro a search."""
    return None if value is None else ("string", value)


def _record(event: Event, payload: Any) -> dict[str, Any]:
    return {
        "eventId": str(event.event_id),
        "eventType": event.event_type,
        "timestamp": (event.timestamp - _EPOCH) // _MICROSECOND,
        "version": event.version,
        "source": event.source,
        "correlationId": _text(event.correlation_id),
        "causationId": _text(event.causation_id),
        "aggregateType": _text(event.aggregate_type),
        "aggregateId": _text(event.aggregate_id),
        "aggregateVersion": event.aggregate_version,
        "accountId": _text(event.account_id),
        "userId": _text(event.user_id),
        "metadata": event.metadata_json,
        "payload": payload,
    }
