"""The event store: append-only truth of event-sourced aggregates in PostgreSQL.

`EventStore` (and `AsyncEventStore`) appends with optimistic concurrency and reads: an aggregate,
the total order, a time range, a chain of causes. `Repository` loads an aggregate as a state and
saves what is decided on it. docs/store.md shows how.
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
    Behind,
    Chain,
    Expected,
    Link,
    Page,
    Position,
    Recorded,
    Stream,
)
from headrace.store.repository import Aggregate, AsyncRepository, Loaded, Repository
from headrace.store.store import EventStore, Transaction

__all__ = [
    "Aggregate",
    "Append",
    "Appended",
    "AsyncEventStore",
    "AsyncRepository",
    "AsyncTransaction",
    "Behind",
    "Chain",
    "ConcurrencyConflictError",
    "DuplicateEventError",
    "EventStore",
    "Expected",
    "Identity",
    "InvalidCursorError",
    "Link",
    "Loaded",
    "Page",
    "Position",
    "Recorded",
    "Repository",
    "Stream",
    "Transaction",
    "WrongAggregateTypeError",
    "YoungerTransactionError",
]
