"""PostgreSQL's errors, translated once, with the cause kept."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout

from headrace.errors import (
    ConfigurationError,
    HeadraceError,
    OutageError,
    PoisonError,
    TransientError,
)

_TOO_LARGE = (errors.ProgramLimitExceeded, errors.StatementTooComplex)
_OUTAGE = (
    psycopg.OperationalError,  # connection lost, shut down, disk full, deadlock, time-outs
    psycopg.InterfaceError,  # a connection that was closed under us
    psycopg.InternalError,  # the server's or the session's state, never the event's fault
    PoolTimeout,
    PoolClosed,
)
_SETUP = (psycopg.ProgrammingError, psycopg.NotSupportedError)
_DATA = (psycopg.DataError, psycopg.IntegrityError)


@contextmanager
def translated() -> Iterator[None]:
    """Raises headrace's OutageError, TransientError, ConfigurationError or PoisonError."""
    try:
        yield
    except psycopg.Error as error:
        raise _meaning(error) from error


def _meaning(error: psycopg.Error) -> HeadraceError:
    said = first_line(error)
    match error:
        case errors.CheckViolation() if error.diag.constraint_name is None:
            return TransientError(
                f"the event's day has no partition, and PostgreSQL makes none over two "
                f"days ahead of its own clock; look at the clocks: {said}"
            )
        case _ if isinstance(error, _TOO_LARGE + _DATA):
            return PoisonError("database_refused", said)
        case errors.DiskFull():
            return OutageError(f"PostgreSQL has no room left, work goes on once it has: {said}")
        case _ if isinstance(error, _OUTAGE):
            return OutageError(f"PostgreSQL does not answer: {said}")
        case _ if isinstance(error, _SETUP):
            return ConfigurationError(
                f"the database is not set up for this process: {said}; run the migrations "
                f"(headrace migrate) as the owner, and look at the role's grants"
            )
    return OutageError(f"PostgreSQL cannot do it: {said}")


def first_line(error: BaseException) -> str:
    """The error without its context lines, which may hold a row's values."""
    return (str(error).splitlines() or [type(error).__name__])[0]
