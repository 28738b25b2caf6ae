"""The store's questions: statement, values, and what the rows mean. No connection is involved."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

from headrace.errors import FieldProblem, InvalidEventError
from headrace.postgres.sql import statement
from headrace.store import cursor as cursors
from headrace.store.cursor import Identity, Moment
from headrace.store.model import (
    Behind,
    Chain,
    Link,
    Page,
    Position,
    Recorded,
    Snapshot,
    Stream,
)

T = TypeVar("T")

PAGE = 1_000
MAX_PAGE = 10_000
MAX_DEPTH = 1_000
LAST_VERSION = 2**31 - 1
_FIRST_TIME = datetime(1, 1, 2, tzinfo=UTC)
_LAST_TIME = datetime(9999, 12, 30, tzinfo=UTC)
_NAMES: LiteralString = (
    "xid, sequence, event_id, event_type, schema_version, source, at, aggregate_id, "
    "aggregate_type, aggregate_version, payload, metadata, recorded_at"
)
_LOWEST, _HIGHEST = UUID(int=0), UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Query(Generic[T]):
    """A statement and its values; `shaped` makes of its rows what the caller gets."""

    sql: LiteralString
    values: dict[str, Any]
    shaped: Callable[[list[Any]], T]


def in_order(
    identity: Identity,
    after: str | None,
    categories: Sequence[str] | None,
    backwards: bool,
    limit: int,
    *,
    size: int | None = None,
) -> Query[Page]:
    """The total order, of all aggregates or of some aggregate types; `size` bytes of JSON at most,
    if it is all of them and forwards.
    """
    start = cursors.END if backwards else cursors.START
    position = start if after is None else cursors.read_total(after, identity)
    values = {
        "xid": str(position.xid),
        "sequence": position.sequence,
        "epoch": identity.epoch,
        "categories": list(categories or ()),
        "limit": _page_size(limit),
    }
    name: LiteralString = "store_read_all" if categories is None else "store_read_category"

    def page(rows: list[Any]) -> Page:
        events = recorded(rows)
        last = events[-1].position if events else position
        return Page(events, cursors.total(last, identity), len(events) == limit)

    sql = _directed(name, backwards)
    return Query(sql if size is None else _within(sql), values | {"bytes": size}, page)


def behind(
    identity: Identity, after: str | None, categories: Sequence[str] | None
) -> Query[Behind]:
    """What follows a cursor, committed or held back by the horizon."""
    position = cursors.START if after is None else cursors.read_total(after, identity)
    values = {
        "xid": str(position.xid),
        "sequence": position.sequence,
        "categories": None if categories is None else list(categories),
        "limit": Behind.MOST,
    }
    return Query(statement("store_behind"), values, lambda rows: Behind(rows[0][0], rows[0][1]))


def horizon() -> Query[Position]:
    """The place before which nothing can appear any more."""
    return Query(statement("store_horizon"), {}, lambda rows: Position(rows[0][0], 0))


def in_time(
    identity: Identity,
    *,
    since: datetime | None,
    until: datetime | None,
    after: str | None,
    backwards: bool,
    limit: int,
) -> Query[Page]:
    """By event time, from `since` to `until`, both included."""
    since, until = aware(since or _FIRST_TIME, "since"), aware(until or _LAST_TIME, "until")
    moment = _before(since, until, backwards)
    if after is not None:
        moment = cursors.read_time(after, identity)
    values = {
        "timestamp": moment.timestamp,
        "event_id": moment.event_id,
        "since": since,
        "until": until,
        "limit": _page_size(limit),
    }

    def page(rows: list[Any]) -> Page:
        events = recorded(rows)
        last = Moment(events[-1].timestamp, events[-1].event_id) if events else moment
        return Page(events, cursors.by_time(last, identity), len(events) == limit)

    return Query(_directed("store_read_time", backwards), values, page)


def of_stream(
    aggregate_id: UUID, first: int, last: int, backwards: bool, limit: int
) -> Query[list[Recorded]]:
    """An aggregate's events by version, both ends included."""
    values = {
        "aggregate_id": aggregate_id,
        "first": _version(first, "first"),
        "last": _version(last, "last"),
        "limit": _page_size(limit),
    }
    return Query(_directed("store_read_stream", backwards), values, recorded)


def version_at(aggregate_id: UUID, at: datetime) -> Query[int]:
    """The aggregate's version at a time of its events; 0 before its first."""
    values = {"aggregate_id": aggregate_id, "at": aware(at, "at")}
    return Query(statement("store_version_at"), values, lambda rows: int(rows[0][0]))


def archived_version(aggregate_id: UUID) -> Query[int]:
    """The last of the aggregate's versions that are in the archive; 0 for none."""
    values = {"aggregate_id": aggregate_id}
    return Query(statement("store_archived"), values, lambda rows: int(rows[0][0]))


def find(event_id: UUID) -> Query[Recorded | None]:
    """The event of this id."""
    values = {"event_ids": [event_id]}
    return Query(
        _directed("store_find", False), values, lambda rows: next(iter(recorded(rows)), None)
    )


def chain(event_id: UUID, towards_causes: bool, depth: int, limit: int) -> Query[Chain]:
    """From an event to its causes, or to its effects; empty where the store lacks the event."""
    if not 0 < depth <= MAX_DEPTH:
        raise InvalidEventError(FieldProblem("depth", f"must be from 1 to {MAX_DEPTH}"))
    values = {"event_id": event_id, "depth": depth + 1, "limit": _page_size(limit) + 1}
    name: LiteralString = "store_causes" if towards_causes else "store_effects"

    def shaped(rows: list[Any]) -> Chain:
        links = [Link(row[0], Recorded._make(row[1:])) for row in rows]
        kept = [link for link in links if link.distance <= depth][:limit]
        return Chain(kept, len(kept) == len(links))

    return Query(_directed(name, False), values, shaped)


def snapshot(stream: Stream, state_version: str, last: int) -> Query[Snapshot | None]:
    """The aggregate's newest snapshot of a state version, not after the version `last`."""
    values = {
        "aggregate_id": stream.aggregate_id,
        "aggregate_type": stream.aggregate_type,
        "state_version": state_version,
        "last": _version(last, "last"),
    }
    return Query(
        statement("store_snapshot"), values, lambda rows: Snapshot._make(rows[0]) if rows else None
    )


def keep_snapshot(
    stream: Stream, version: int, state: str, state_version: str, keep: int
) -> Query[None]:
    """Write a snapshot and leave the aggregate's last `keep`."""
    values = {
        "aggregate_id": stream.aggregate_id,
        "aggregate_type": stream.aggregate_type,
        "version": _version(version, "version"),
        "state_version": state_version,
        "state": state,
        "keep": keep,
    }
    return Query(statement("store_keep_snapshot"), values, lambda _: None)


def recorded(rows: list[Any]) -> list[Recorded]:
    """Rows of `store_columns.sql`."""
    return list(map(Recorded._make, rows))


def is_ahead(position: Position, next_xid: int) -> bool:
    """Whether a position is one that the database has yet to reach."""
    return next_xid <= position.xid < cursors.END.xid


def aware(moment: datetime, name: str) -> datetime:
    """The time, if it has a zone; raises InvalidEventError."""
    if moment.tzinfo is None:
        raise InvalidEventError(FieldProblem(name, "must have a time zone"))
    return moment


def _before(since: datetime, until: datetime, backwards: bool) -> Moment:
    step = timedelta(microseconds=1)
    return Moment(until + step, _LOWEST) if backwards else Moment(since - step, _HIGHEST)


def _directed(name: LiteralString, backwards: bool) -> LiteralString:
    return (
        statement(name)
        .replace("{columns}", statement("store_columns"))
        .replace("{beyond}", "<" if backwards else ">")
        .replace("{order}", "DESC" if backwards else "ASC")
    )


def _within(sql: LiteralString) -> LiteralString:
    within: LiteralString = statement("store_read_within")
    return within.replace("{all}", sql).replace("{names}", _NAMES)


def _page_size(limit: int) -> int:
    if not 0 < limit <= MAX_PAGE:
        raise InvalidEventError(FieldProblem("limit", f"must be from 1 to {MAX_PAGE}"))
    return limit


def _version(version: int, name: str) -> int:
    if not 0 <= version <= LAST_VERSION:
        raise InvalidEventError(FieldProblem(name, f"must be a version from 0 to {LAST_VERSION}"))
    return version
