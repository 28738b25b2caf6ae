"""The event store: append-only truth of event-sourced aggregates in PostgreSQL.

`EventStore` (and `AsyncEventStore`) appends with optimistic concurrency and reads: an aggregate,
the total order, a time range, a chain of causes. docs/store.md shows how.
"""

from headrace.store.async_store import AsyncEventStore, AsyncTransaction
from headrace.store.cursor import Identity
from headrace.store.errors import (
    ConcurrencyConflictError,
    DuplicateEventError,
    InvalidCursorError,
    WrongAggregateTypeError,
    YoungerTransactionError,
)
from headrace.store.model import (
    Append,
    Appended,
    Chain,
    Expected,
    Link,
    Page,
    Position,
    Recorded,
    Stream,
)
from headrace.store.store import EventStore, Transaction

__all__ = [
    "Append",
    "Appended",
    "AsyncEventStore",
    "AsyncTransaction",
    "Chain",
    "ConcurrencyConflictError",
    "DuplicateEventError",
    "EventStore",
    "Expected",
    "Identity",
    "InvalidCursorError",
    "Link",
    "Page",
    "Position",
    "Recorded",
    "Stream",
    "Transaction",
    "WrongAggregateTypeError",
    "YoungerTransactionError",
]
