"""What can go wrong in the event store, and PostgreSQL's word for it made ours."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn
from uuid import UUID

import psycopg
from psycopg import errors
from psycopg_pool import PoolTimeout

from headrace.errors import (
    FieldProblem,
    HeadraceError,
    InvalidEventError,
    TransientError,
    UnknownEventTypeError,
)
from headrace.postgres.errors import first_line
from headrace.store.model import Expected, Stream

ATTEMPTS = 8


class ConcurrencyConflictError(HeadraceError):
    """Somebody else has appended. Load the aggregate again and decide anew.

    `expected` is what the caller said (a version, or an `Expected`), `actual` the aggregate's
    version, 0 where it has no events.
    """

    def __init__(self, stream: Stream, expected: int, actual: int) -> None:
        super().__init__(
            f"{stream} {_is_at(actual)}, expected was {_said(expected)}; "
            "load it again and decide anew"
        )
        self.stream, self.expected, self.actual = stream, expected, actual


class YoungerTransactionError(TransientError):
    """A transaction that began after this one has appended to the same aggregate. Run this one
    again from its start: with a new transaction id its events come after the others'.
    """

    def __init__(self, stream: Stream) -> None:
        super().__init__(
            f"a younger transaction has appended to {stream}; run this transaction again"
        )
        self.stream = stream


class DuplicateEventError(InvalidEventError):
    """An event id that is taken. A retry must send the same events; new events need new ids."""

    def __init__(self, reason: str, event_id: UUID | None = None) -> None:
        super().__init__(FieldProblem("eventId", reason))
        self.event_id = event_id


class WrongAggregateTypeError(InvalidEventError):
    """The aggregate of this id is of another type. Give each aggregate an id of its own."""

    def __init__(self, aggregate_id: UUID, given: str, actual: str) -> None:
        super().__init__(
            FieldProblem("aggregateType", f"aggregate {aggregate_id} is a {actual}, not a {given}")
        )
        self.aggregate_id, self.given, self.actual = aggregate_id, given, actual


class MissingEventsError(HeadraceError):
    """The store lacks an aggregate's versions `first` to `last`, which it once had."""

    def __init__(self, stream: Stream, first: int, last: int) -> None:
        super().__init__(
            f"versions {first} to {last} of {stream} are missing in the store: it was damaged or "
            "restored in part; look with `headrace store verify`, and restore them"
        )
        self.stream, self.first, self.last = stream, first, last


class InvalidCursorError(HeadraceError):
    """The cursor is not one, or not of this store as it is now. The message says what to do."""


@contextmanager
def store_errors() -> Iterator[None]:
    """Raises the errors of this module, and TransientError for what a new try may heal; leaves the
    rest to `headrace.postgres.errors.translated`.
    """
    try:
        yield
    except (errors.SerializationFailure, errors.DeadlockDetected) as error:
        raise TransientError(
            f"transactions stood in each other's way, run it again: {first_line(error)}"
        ) from error
    except errors.UniqueViolation as error:
        if error.diag.constraint_name != "events_pkey":
            raise
        raise DuplicateEventError("was taken at the same time by another append") from error
    except psycopg.Error as error:
        meaning = _MEANINGS.get(error.sqlstate or "")
        if meaning is None:
            raise
        meaning(json.loads(error.diag.message_detail or "{}"), error)


def heals(error: Exception, attempt: int) -> bool:
    """Whether an append that failed for the `attempt`th time is worth another: with a new
    transaction, or over a new connection where the old one broke (it is idempotent).
    """
    if isinstance(error, TransientError):
        return attempt < ATTEMPTS
    cause = error.__cause__
    if not isinstance(cause, psycopg.OperationalError) or isinstance(cause, PoolTimeout):
        return False
    return attempt == 1 and (cause.sqlstate or "57P")[:3] == "57P"


def _stream(detail: dict[str, Any]) -> Stream:
    return Stream(detail["aggregateType"], UUID(detail["aggregateId"]))


def _conflict(detail: dict[str, Any], cause: psycopg.Error) -> NoReturn:
    raise ConcurrencyConflictError(_stream(detail), detail["expected"], detail["actual"]) from cause


def _other_content(detail: dict[str, Any], cause: psycopg.Error) -> NoReturn:
    event_id = UUID(detail["eventId"])
    raise DuplicateEventError(
        f"{event_id} was appended before with other content; give a new event a new id", event_id
    ) from cause


def _in_part(detail: dict[str, Any], cause: psycopg.Error) -> NoReturn:
    raise DuplicateEventError(
        f"{detail['known']} of {detail['given']} events were appended before; "
        "repeat a batch as it was, or send the new events alone"
    ) from cause


def _unknown_type(detail: dict[str, Any], cause: psycopg.Error) -> NoReturn:
    raise UnknownEventTypeError(
        FieldProblem(
            "eventType",
            f"the store knows no {detail['eventType']} of {detail['aggregateType']}; "
            "if the catalog has it, run `headrace migrate` as the database's owner",
        )
    ) from cause


def _wrong_type(detail: dict[str, Any], cause: psycopg.Error) -> NoReturn:
    raise WrongAggregateTypeError(
        UUID(detail["aggregateId"]), detail["given"], detail["actual"]
    ) from cause


def _younger(detail: dict[str, Any], cause: psycopg.Error) -> NoReturn:
    raise YoungerTransactionError(_stream(detail)) from cause


def _not_reached(detail: dict[str, Any], cause: psycopg.Error) -> NoReturn:
    raise InvalidEventError(
        FieldProblem("version", f"{_stream(detail)} has no version {detail['version']} to keep")
    ) from cause


_MEANINGS: dict[str, Callable[[dict[str, Any], psycopg.Error], NoReturn]] = {
    "HR001": _conflict,
    "HR002": _other_content,
    "HR003": _in_part,
    "HR004": _unknown_type,
    "HR005": _wrong_type,
    "HR006": _younger,
    "HR009": _not_reached,
}


def _is_at(actual: int) -> str:
    return f"is at version {actual}" if actual else "has no events"


def _said(expected: int) -> str:
    words = {Expected.ANY: "any", Expected.EXISTS: "one with events", Expected.NO_STREAM: "none"}
    return f"version {expected}" if expected > 0 else words[Expected(expected)]
