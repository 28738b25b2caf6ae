"""PostgreSQL: connections, migrations, the ledger, the warm tier and the dead letters' outbox.

Only this package (and the event store) speaks psycopg. Its errors leave as headrace's own
(OutageError, ConfigurationError, PoisonError), with the cause kept. SQL stands in `sql/`, numbered
migrations in `migrations/`.
"""

from headrace.postgres.database import Database
from headrace.postgres.dead_letters import DeadLetterOutbox
from headrace.postgres.ledger import PostgresLedger
from headrace.postgres.migrating import migrate
from headrace.postgres.warm import DayCloser, WarmEvents

__all__ = [
    "Database",
    "DayCloser",
    "DeadLetterOutbox",
    "PostgresLedger",
    "WarmEvents",
    "migrate",
]
