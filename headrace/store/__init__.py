"""The event store: append-only truth of event-sourced aggregates in PostgreSQL.

`EventStore` (and `AsyncEventStore`) appends with optimistic concurrency and reads: an aggregate,
the total order, a time range, a chain of causes. `Repository` loads an aggregate
(`headrace.aggregate`) as a state, by snapshots, and saves what is decided on it. docs/store.md
shows how.
"""

from headrace.store.async_store import AsyncEventStore, AsyncTransaction
from headrace.store.checking import Checker
from headrace.store.cursor import Identity
from headrace.store.declaring import declare_types, undeclared_types
from headrace.store.errors import (
    ConcurrencyConflictError,
    DuplicateEventError,
    InvalidCursorError,
    MissingEventsError,
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
    Snapshot,
    Stream,
)
from headrace.store.rebuilding import Checked, Loaded, Snapshots
from headrace.store.repository import AsyncRepository, Repository
from headrace.store.store import EventStore, Transaction

__all__ = [
    "Append",
    "Appended",
    "AsyncEventStore",
    "AsyncRepository",
    "AsyncTransaction",
    "Behind",
    "Chain",
    "Checked",
    "Checker",
    "ConcurrencyConflictError",
    "DuplicateEventError",
    "EventStore",
    "Expected",
    "Identity",
    "InvalidCursorError",
    "Link",
    "Loaded",
    "MissingEventsError",
    "Page",
    "Position",
    "Recorded",
    "Repository",
    "Snapshot",
    "Snapshots",
    "Stream",
    "Transaction",
    "WrongAggregateTypeError",
    "YoungerTransactionError",
    "declare_types",
    "undeclared_types",
]
