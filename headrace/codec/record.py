"""What surrounds a value in Kafka: the record's key and headers."""

from headrace.catalog import Topic
from headrace.envelope import Event
from headrace.errors import FieldProblem, InvalidEventError

Headers = list[tuple[str, bytes]]


def key_of(event: Event, topic: Topic) -> bytes:
    """The record's key: what the catalog says, else aggregateId, else accountId, else eventId.

    Raises InvalidEventError when the catalog's key field is absent from the event.
    """
    if topic.key is None:
        return (event.aggregate_id or event.account_id or str(event.event_id)).encode()
    value = {
        "aggregateId": event.aggregate_id,
        "accountId": event.account_id,
        "eventId": str(event.event_id),
    }[topic.key]
    if not value:
        raise InvalidEventError(
            FieldProblem(topic.key, f"is missing; the topic {topic.name} is keyed by it")
        )
    return value.encode()


def headers_of(event: Event, traceparent: str | None = None) -> Headers:
    """What routing and filtering read without decoding; `traceparent` as in W3C Trace Context."""
    headers = [
        ("eventId", str(event.event_id).encode()),
        ("eventType", event.event_type.encode()),
    ]
    if event.account_id:
        headers.append(("accountId", event.account_id.encode()))
    if event.correlation_id:
        headers.append(("correlationId", event.correlation_id.encode()))
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
    return headers
