"""What surrounds a value in Kafka: the record's key and headers."""

from typing import NamedTuple

from headrace.catalog import Topic
from headrace.envelope import Event
from headrace.errors import FieldProblem, InvalidEventError
from headrace.ids import uuid_text

Headers = list[tuple[str, bytes]]


class Record(NamedTuple):
    """An event as Kafka takes it."""

    topic: str
    value: bytes
    key: bytes
    headers: Headers

    @property
    def event_id(self) -> str:
        """The event's id, which the first header is."""
        return self.headers[0][1].decode()

    @property
    def event_type(self) -> str:
        """The event's type, which the second header is."""
        return self.headers[1][1].decode()


def key_of(event: Event, topic: Topic, event_id: str | None = None) -> bytes:
    """The record's key: what the catalog says, else aggregateId, else accountId, else eventId.

    `event_id` is the id's text, if it is at hand. Raises InvalidEventError when the catalog's key
    field is absent from the event.
    """
    match topic.key:
        case None:
            value = event.aggregate_id or event.account_id
        case "aggregateId":
            value = event.aggregate_id
        case "accountId":
            value = event.account_id
        case "eventId":
            value = None
    if value:
        return value.encode()
    if topic.key in (None, "eventId"):
        return (event_id or uuid_text(event.event_id)).encode()
    raise InvalidEventError(
        FieldProblem(topic.key, f"is missing; the topic {topic.name} is keyed by it")
    )


def headers_of(
    event: Event, traceparent: str | None = None, event_id: str | None = None
) -> Headers:
    """What routing and filtering read without decoding; `traceparent` as in W3C Trace Context."""
    headers = [
        ("eventId", (event_id or uuid_text(event.event_id)).encode()),
        ("eventType", event.event_type.encode()),
    ]
    if event.account_id:
        headers.append(("accountId", event.account_id.encode()))
    if event.correlation_id:
        headers.append(("correlationId", event.correlation_id.encode()))
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
    return headers
