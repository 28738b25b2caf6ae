"""What a handler is told beside the event."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from headrace.envelope import Event
from headrace.runtime.records import Happened, Record, TopicPartition
from headrace.service.statements import NoTransaction, Transaction


class Metadata:
    """An event's envelope, its place in Kafka, and the handler's transaction.

    `attempt` counts from 1. `transaction` writes what commits with the event's offset; a service
    whose ledger is Kafka's offsets has none, and says so when it is used.
    """

    __slots__ = ("_happened", "attempt", "record", "topic_partition", "transaction")

    def __init__(
        self,
        event: Event | Happened,
        record: Record,
        topic_partition: TopicPartition,
        attempt: int = 1,
        transaction: Transaction | None = None,
    ) -> None:
        self._happened, self.record = event, record
        self.topic_partition = topic_partition
        self.attempt = attempt
        self.transaction = transaction or NoTransaction()

    @property
    def event(self) -> Event:
        happened = self._happened
        return happened if isinstance(happened, Event) else happened.event

    @property
    def event_id(self) -> UUID:
        return self._happened.event_id

    @property
    def event_type(self) -> str:
        return self._happened.event_type

    @property
    def version(self) -> str:
        """The schema version that the event was written with, "N.M"."""
        return self._happened.version

    @property
    def timestamp(self) -> datetime:
        """When it happened: aware, UTC."""
        return self.event.timestamp

    @property
    def source(self) -> str:
        return self.event.source

    @property
    def correlation_id(self) -> str:
        """The flow's id; an event without one begins a flow under its own id."""
        return self.event.correlation_id or str(self.event.event_id)

    @property
    def causation_id(self) -> str | None:
        return self.event.causation_id

    @property
    def aggregate_type(self) -> str | None:
        return self.event.aggregate_type

    @property
    def aggregate_id(self) -> str | None:
        return self.event.aggregate_id

    @property
    def aggregate_version(self) -> int | None:
        return self.event.aggregate_version

    @property
    def account_id(self) -> str | None:
        return self.event.account_id

    @property
    def user_id(self) -> str | None:
        return self.event.user_id

    @property
    def metadata(self) -> Mapping[str, Any]:
        """The envelope's free part."""
        return self.event.metadata

    @property
    def topic(self) -> str:
        return self.topic_partition.topic

    @property
    def partition(self) -> int:
        return self.topic_partition.partition

    @property
    def offset(self) -> int:
        return self.record.offset

    @property
    def key(self) -> bytes | None:
        return self.record.key

    @property
    def traceparent(self) -> str | None:
        """W3C Trace Context, as its publisher sent it."""
        return traceparent_of(self.record)

    def __repr__(self) -> str:
        place = f"{self.topic_partition}@{self.offset}"
        return f"Metadata({self.event_type} {self.event_id} at {place}, attempt {self.attempt})"


def traceparent_of(record: Record) -> str | None:
    """The header's text, if there is one."""
    for name, value in record.headers:
        if name == "traceparent" and value is not None:
            return value.decode("ascii", "replace")
    return None
