"""PostgreSQL: connections, migrations, the ledger, the warm tier and the dead letters' outbox.

Stages write through `Database`, whose connections block; a process that serves reads has an
`async_pool` and asks `query_events` for pages of the warm tier.
Only this package (and the event store) speaks psycopg. Its errors leave as headrace's own
(OutageError, ConfigurationError, PoisonError), with the cause kept. SQL stands in `sql/`, numbered
migrations in `migrations/`.
"""

from headrace.postgres.closing import DayCloser, GivesWay
from headrace.postgres.database import Database
from headrace.postgres.dead_letters import DeadLetterOutbox
from headrace.postgres.events_query import (
    EventFilter,
    Order,
    Page,
    Position,
    StoredEvent,
    Tier,
    explain_query,
    query_events,
    stored_event_types,
)
from headrace.postgres.health import DatabaseState, database_state
from headrace.postgres.ledger import PostgresLedger
from headrace.postgres.migrating import migrate
from headrace.postgres.open_days import OpenDays
from headrace.postgres.pool import Pool, StatementTimeoutError, async_pool, connection
from headrace.postgres.tenure import Held, Tenure
from headrace.postgres.warm import WarmEvents

__all__ = [
    "Database",
    "DatabaseState",
    "DayCloser",
    "DeadLetterOutbox",
    "EventFilter",
    "GivesWay",
    "Held",
    "OpenDays",
    "Order",
    "Page",
    "Pool",
    "Position",
    "PostgresLedger",
    "StatementTimeoutError",
    "StoredEvent",
    "Tenure",
    "Tier",
    "WarmEvents",
    "async_pool",
    "connection",
    "database_state",
    "explain_query",
    "migrate",
    "query_events",
    "stored_event_types",
]
