"""Connections of the event store: autocommit, so that an append is one round trip."""

from typing import Any

from psycopg import AsyncConnection, Connection
from psycopg_pool import AsyncConnectionPool, ConnectionPool

from headrace.errors import ConfigurationError
from headrace.postgres.database import CONNECT_SECONDS, KEEPALIVES, SESSION
from headrace.store.cursor import Identity

NOT_HERE = (
    "the event store's tables were restored from another database, whose transaction ids mean "
    "nothing here; as the database's owner: SELECT store.new_epoch('restored'), then let "
    "whoever reads the total order start anew"
)


def pool(url: str, application: str, connections: int) -> ConnectionPool[Connection[Any]]:
    """An open pool; it connects when it is asked, and replaces a connection that broke."""
    return ConnectionPool(url, open=True, **_arguments(application, connections))


def async_pool(
    url: str, application: str, connections: int
) -> AsyncConnectionPool[AsyncConnection[Any]]:
    """The same, closed: open it inside of the event loop."""
    return AsyncConnectionPool(url, open=False, **_arguments(application, connections))


def _arguments(application: str, connections: int) -> dict[str, Any]:
    options = " ".join(f"-c {name}={value}" for name, value in SESSION.items())
    return {
        "min_size": 0,
        "max_size": connections,
        "timeout": CONNECT_SECONDS,
        "reconnect_timeout": CONNECT_SECONDS,
        "name": application,
        "kwargs": {
            "application_name": application,
            "autocommit": True,
            "options": f"{options} -c enable_seqscan=off",  # every question has its index
            **KEEPALIVES,
        },
    }


def identified(rows: list[Any]) -> tuple[Identity, int]:
    """Which store this is, and its next transaction id. Raises ConfigurationError."""
    store_id, epoch, is_here, next_xid = rows[0]
    if not is_here:
        raise ConfigurationError(NOT_HERE)
    return Identity(store_id, epoch), next_xid
