"""One event being handled, as what the handler publishes sees it."""

from contextvars import ContextVar
from datetime import UTC, datetime
from uuid import UUID, uuid5

from headrace.codec import Record
from headrace.ids import uuid_text
from headrace.kafka.correlation import Correlation, follow
from headrace.service.metadata import Metadata, traceparent_of

_NAMESPACE = UUID("7d0c5f3e-5a60-5f0e-9b0c-6b1f6f0a3c11")
"""Of the ids of events that a handler publishes."""


class Handling:
    """With an `outbox` records wait there for the transaction. It is the `Flow` of its event.

    Without, events go to Kafka at once, and a handler that is called again for the same event
    gives them the same ids and times, so that whoever keeps an inbox, and the archive, drop them.
    """

    __slots__ = ("_group", "_published", "metadata", "outbox", "over")

    def __init__(self, metadata: Metadata, group: str, *, outbox: bool) -> None:
        self.metadata = metadata
        self.outbox: list[Record] | None = [] if outbox else None
        self.over = False
        self._group = group
        self._published = 0

    def begin(self) -> None:
        """What the running task does from here on, and the tasks that it starts, continue the flow
        of this event, until it begins the next.
        """
        _handling.set(self)
        follow(self)

    @property
    def correlation(self) -> Correlation:
        event = self.metadata.event
        event_id = uuid_text(event.event_id)
        traceparent = traceparent_of(self.metadata.record)
        return Correlation(event.correlation_id or event_id, event_id, traceparent)

    def identity(self, event_type: str) -> tuple[UUID, datetime] | None:
        """The id and the time of the next event; None where they may be new ones."""
        if self.outbox is not None:
            return None
        self._published += 1
        cause = self.metadata.event_id
        name = f"{cause}/{self._group}/{event_type}/{self._published}"
        return uuid5(_NAMESPACE, name), _arrival(self.metadata)


_handling: ContextVar[Handling | None] = ContextVar("headrace_handling", default=None)


def current_handling() -> Handling | None:
    """That of the running handler; None outside of one, and once it has ended."""
    found = _handling.get()
    return None if found is None or found.over else found


def _arrival(metadata: Metadata) -> datetime:
    """When the cause came to Kafka: the same at each attempt, and about now."""
    millis = metadata.record.timestamp
    if millis <= 0:
        return metadata.timestamp
    return datetime.fromtimestamp(millis / 1000, UTC)
