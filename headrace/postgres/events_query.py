"""Pages of events in the order (timestamp, event id), by filter and keyset position.

Of `warm.events`, what the archive keeps, and of `store.events`, the event store's own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Literal, LiteralString
from uuid import UUID

from psycopg import sql
from psycopg.rows import TupleRow, class_row
from psycopg.types.string import TextLoader

from headrace.postgres.pool import Pool, connection
from headrace.postgres.sql import statement

Order = Literal["asc", "desc"]
Tier = Literal["warm", "store"]

_TYPE = "event_type_"
_PARAMETER = re.compile(r"%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Position:
    """The place of one event in the order (timestamp, event id)."""

    timestamp: datetime
    event_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """Which events, in which order, from where on. Every filter that is None lets all through.

    `since` <= timestamp < `until`. `payload_json` is the text of a JSON object that the payload
    must contain (jsonb's @>). `after` is the last event of the page before.
    """

    event_types: Sequence[str] | None = None
    sources: Sequence[str] | None = None
    aggregate_id: str | None = None
    aggregate_type: str | None = None
    correlation_id: str | None = None
    account_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    payload_json: str | None = None
    order: Order = "asc"
    limit: int = 100
    after: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One row; payload and metadata stay JSON text, so no number is rounded.

    An event of the store has no topic, and its place is the store's sequence number.
    """

    event_id: UUID
    event_type: str
    timestamp: datetime
    version: str
    source: str
    correlation_id: str | None
    causation_id: str | None
    aggregate_type: str | None
    aggregate_id: str | None
    aggregate_version: int | None
    account_id: str | None
    user_id: str | None
    metadata: str
    payload: str
    topic: str | None
    partition: int | None
    record_offset: int
    schema_id: int | None
    recorded_at: datetime

    @property
    def position(self) -> Position:
        return Position(self.timestamp, self.event_id)


@dataclass(frozen=True, slots=True)
class Page:
    """The events of one page, and the position that the next one starts after, if there is one."""

    events: tuple[StoredEvent, ...]
    next: Position | None


async def query_events(pool: Pool, wanted: EventFilter, tier: Tier = "warm") -> Page:
    """One page of a tier's events. Raises what `headrace.postgres.pool.connection` raises."""
    query, parameters = _query(wanted, tier)
    async with connection(pool) as conn, conn.cursor(row_factory=class_row(StoredEvent)) as cursor:
        cursor.adapters.register_loader("jsonb", TextLoader)
        await cursor.execute(query, parameters, prepare=True)
        rows = await cursor.fetchall()
    more = len(rows) > wanted.limit
    events = tuple(rows[: wanted.limit])
    return Page(events, events[-1].position if more else None)


async def explain_query(pool: Pool, wanted: EventFilter, tier: Tier = "warm") -> str:
    """The plan that PostgreSQL has for `wanted`, as text; nothing is run."""
    query, parameters = _query(wanted, tier)
    async with connection(pool) as conn:
        cursor = await conn.execute(sql.SQL("EXPLAIN {}").format(query), parameters, prepare=False)
        return "\n".join(row[0] for row in await cursor.fetchall())


async def stored_event_types(pool: Pool, tier: Tier = "warm") -> tuple[str, ...]:
    """The event types that a tier holds, or may hold, in order. Raises as `query_events` does."""
    async with connection(pool) as conn:
        cursor = await conn.execute(_text(f"{tier}_types"))
        rows: list[TupleRow] = await cursor.fetchall()
    return tuple(row[0] for row in rows)


def _query(wanted: EventFilter, tier: Tier) -> tuple[sql.Composed, Mapping[str, Any]]:
    """Every parameter that is given, and the statement for exactly these."""
    shape, parameters = _shape(wanted), _parameters(wanted)
    if shape == "by_type":
        types = parameters.pop("event_types")
        parameters |= {f"{_TYPE}{number}": each for number, each in enumerate(types)}
    query = _statement(tier, shape, wanted.order, frozenset(parameters), wanted.limit + 1)
    return query, parameters


def _shape(wanted: EventFilter) -> str:
    few = wanted.correlation_id is not None or wanted.aggregate_id is not None
    return "gathered" if few or wanted.event_types is None else "by_type"


def _parameters(wanted: EventFilter) -> dict[str, Any]:
    after = wanted.after
    all_parameters = {
        "event_types": _array(wanted.event_types),
        "sources": _array(wanted.sources),
        "aggregate_id": wanted.aggregate_id,
        "aggregate_type": wanted.aggregate_type,
        "correlation_id": wanted.correlation_id,
        "account_id": wanted.account_id,
        "since": wanted.since,
        "until": wanted.until,
        "payload": wanted.payload_json,
        "after_timestamp": after and after.timestamp,
        "after_event_id": after and after.event_id,
    }
    return {name: value for name, value in all_parameters.items() if value is not None}


def _array(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else list(values)


@lru_cache(maxsize=256)
def _statement(
    tier: Tier, shape: str, order: Order, given: frozenset[str], limit: int
) -> sql.Composed:
    """The limit and the number of types stand in the text: of what it does not know PostgreSQL
    expects a tenth of all rows, or ten types, and a plan for all values looks dear.
    """
    beyond = ">" if order == "asc" else "<"
    conditions: list[sql.Composable] = [
        sql.SQL(line).format(beyond=sql.SQL(beyond), beyond_or_at=sql.SQL(f"{beyond}="))
        for line, names in _conditions(tier)
        if names <= given
    ]
    types = sorted(name for name in given if name.startswith(_TYPE))
    return _text(shape).format(
        events=sql.Identifier(tier, "events"),
        columns=_text(f"{tier}_columns"),
        conditions=sql.SQL(" AND ").join(conditions or [sql.SQL("true")]),
        direction=sql.SQL(order.upper()),
        event_types=sql.SQL(", ").join(map(sql.Placeholder, types)),
        limit=sql.Literal(limit),
    )


@cache
def _conditions(tier: Tier) -> tuple[tuple[LiteralString, frozenset[str]], ...]:
    """Each condition on an event, with the names of its parameters."""
    lines = statement(f"events_query_{tier}_conditions").splitlines()
    return tuple(
        (line, frozenset(_PARAMETER.findall(line))) for line in lines if not line.startswith("--")
    )


def _text(name: str) -> sql.SQL:
    return sql.SQL(statement(f"events_query_{name}"))
