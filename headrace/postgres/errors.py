"""PostgreSQL's errors, translated once, with the cause kept."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout

from headrace.errors import ConfigurationError, OutageError, PoisonError

_OUTAGE = (
    psycopg.OperationalError,  # connection lost, shut down, disk full, deadlock, time-outs
    psycopg.InterfaceError,  # a connection that was closed under us
    PoolTimeout,
    PoolClosed,
    errors.QueryCanceled,
    errors.ReadOnlySqlTransaction,  # a standby, or a server that protects itself
    errors.InFailedSqlTransaction,
)
_SETUP = (
    errors.InsufficientPrivilege,
    errors.UndefinedTable,
    errors.UndefinedColumn,
    errors.UndefinedFunction,
    errors.InvalidSchemaName,
)
_DATA = (psycopg.DataError, psycopg.IntegrityError)


@contextmanager
def translated() -> Iterator[None]:
    """Raises OutageError, ConfigurationError or PoisonError in place of psycopg's errors."""
    try:
        yield
    except _SETUP as error:
        raise ConfigurationError(
            f"the database is not set up for this process: {first_line(error)}; "
            f"run the migrations (headrace migrate) as the owner, and look at the role's grants"
        ) from error
    except _DATA as error:
        raise PoisonError("database_refused", first_line(error)) from error
    except _OUTAGE as error:
        raise OutageError(f"PostgreSQL does not answer: {first_line(error)}") from error


def first_line(error: BaseException) -> str:
    """The error without its context lines, which may hold a row's values."""
    return (str(error).splitlines() or [type(error).__name__])[0]
