"""Pages of warm.events on a real PostgreSQL, against a plain Python sort and filter."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg.rows import TupleRow

from deploy.local.direct import DirectStack
from headrace.clock import SystemClock
from headrace.errors import ConfigurationError, OutageError
from headrace.postgres import (
    EventFilter,
    Page,
    Pool,
    StatementTimeoutError,
    StoredEvent,
    async_pool,
    connection,
    explain_query,
    migrate,
    query_events,
    stored_event_types,
)

pytestmark = pytest.mark.integration

TYPES = ("user.created", "user.updated", "voyage.flight.selected", "100%_odd")
SOURCES = ("user-service", "voyage-service")
DAY = datetime.combine(SystemClock().now().date() - timedelta(days=5), time(), UTC)
INSERT = """INSERT INTO warm.events (event_id, event_type, "timestamp", version, source,
    correlation_id, causation_id, aggregate_type, aggregate_id, aggregate_version, account_id,
    user_id, metadata, payload, topic, "partition", record_offset, schema_id, recorded_at)
    VALUES (%(event_id)s, %(event_type)s, %(timestamp)s, %(version)s, %(source)s,
    %(correlation_id)s, %(causation_id)s, %(aggregate_type)s, %(aggregate_id)s,
    %(aggregate_version)s, %(account_id)s, %(user_id)s, %(metadata)s, %(payload)s, %(topic)s,
    %(partition)s, %(record_offset)s, %(schema_id)s, %(recorded_at)s)"""

MANY = """INSERT INTO warm.events (event_id, event_type, "timestamp", version, source, metadata,
    payload, topic, "partition", record_offset, schema_id)
    SELECT gen_random_uuid(), 'test.many', %(day)s + n * interval '1 s', '1.0', 'test', '{}', '{}',
    'dreamscape.test', 0, n, 1 FROM generate_series(1, 20000) AS n"""


def _generated(count: int) -> list[StoredEvent]:
    """Rows over three days on few distinct moments, so that ties are many."""
    chance = random.Random(7)
    return [_row(number, chance) for number in range(count)]


def _row(number: int, chance: random.Random) -> StoredEvent:
    return StoredEvent(
        event_id=UUID(int=chance.getrandbits(128), version=4),
        event_type=chance.choice(TYPES),
        timestamp=DAY + timedelta(hours=chance.randrange(72), microseconds=chance.randrange(2)),
        version="1.0",
        source=chance.choice(SOURCES),
        correlation_id=chance.choice(("c1", "c2", None)),
        causation_id=None,
        aggregate_type=chance.choice(("User", None)),
        aggregate_id=chance.choice(("a1", "a2", "a3", None)),
        aggregate_version=number,
        account_id=chance.choice(("acme", "umbrella", None)),
        user_id=None,
        metadata='{"n": 1e400}' if number % 50 == 0 else "{}",
        payload=json.dumps({"colour": chance.choice(("red", "blue")), "big": 10**30 + number}),
        topic="dreamscape.test",
        partition=number % 4,
        record_offset=number // 4,
        schema_id=1,
        recorded_at=DAY + timedelta(days=3),
    )


ROWS = _generated(500)


@dataclass(frozen=True, slots=True)
class Reader:
    """Runs the module's coroutines on one loop, over one pool."""

    runner: asyncio.Runner
    pool: Pool

    def page(self, wanted: EventFilter) -> Page:
        return self.runner.run(query_events(self.pool, wanted))

    def walk(self, wanted: EventFilter) -> list[StoredEvent]:
        found: list[StoredEvent] = []
        while True:
            page = self.page(wanted)
            found += page.events
            if page.next is None:
                return found
            wanted = replace(wanted, after=page.next)


@pytest.fixture(scope="module")
def reader(stack: DirectStack) -> Iterator[Reader]:
    migrate(stack.database_url)
    with psycopg.connect(stack.database_url, autocommit=True) as owner:
        owner.execute("TRUNCATE warm.events")  # other tests' events would match the filters too
        for day in range(3):
            owner.execute("SELECT warm.make_day(%s)", [(DAY + timedelta(days=day)).date()])
        owner.cursor().executemany(INSERT, [asdict(row) for row in ROWS])
    with asyncio.Runner() as runner:
        pool = async_pool(stack.api_database_url, application_name="test")
        runner.run(pool.open())
        yield Reader(runner, pool)
        runner.run(pool.close())
    with psycopg.connect(stack.database_url, autocommit=True) as owner:
        owner.execute("DELETE FROM warm.events WHERE topic = 'dreamscape.test'")


def _expected(wanted: EventFilter) -> list[StoredEvent]:
    rows = [row for row in ROWS if _matches(row, wanted)]
    rows.sort(key=lambda row: (row.timestamp, row.event_id), reverse=wanted.order == "desc")
    return rows


def _matches(row: StoredEvent, wanted: EventFilter) -> bool:
    tests: tuple[tuple[Any, Callable[[Any], bool]], ...] = (
        (wanted.event_types, lambda types: row.event_type in types),
        (wanted.sources, lambda sources: row.source in sources),
        (wanted.aggregate_id, lambda value: row.aggregate_id == value),
        (wanted.aggregate_type, lambda value: row.aggregate_type == value),
        (wanted.correlation_id, lambda value: row.correlation_id == value),
        (wanted.account_id, lambda value: row.account_id == value),
        (wanted.since, lambda value: row.timestamp >= value),
        (wanted.until, lambda value: row.timestamp < value),
        (wanted.payload_json, lambda text: json.loads(text).items() <= _payload(row).items()),
    )
    return all(holds(value) for value, holds in tests if value is not None)


def _payload(row: StoredEvent) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(row.payload)
    return value


moments = st.integers(-1, 73).map(lambda hours: DAY + timedelta(hours=hours))
filters = st.builds(
    EventFilter,
    event_types=st.none() | st.lists(st.sampled_from((*TYPES, "none.such")), max_size=4),
    sources=st.none() | st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2),
    aggregate_id=st.sampled_from((None, None, "a1")),
    aggregate_type=st.sampled_from((None, None, "User")),
    correlation_id=st.sampled_from((None, None, "c1")),
    account_id=st.sampled_from((None, None, "acme")),
    since=st.none() | moments,
    until=st.none() | moments,
    payload_json=st.sampled_from((None, None, '{"colour": "red"}', "{}")),
    order=st.sampled_from(("asc", "desc")),
    limit=st.integers(7, 200),
)


@settings(max_examples=60, deadline=None)
@given(wanted=filters)
def test_walking_the_pages_gives_each_matching_event_once_and_in_order(
    reader: Reader, wanted: EventFilter
) -> None:
    # a type listed twice must not double its events: the caller gives each type once
    types = wanted.event_types and tuple(dict.fromkeys(wanted.event_types))
    wanted = replace(wanted, event_types=types)
    found = [row.event_id for row in reader.walk(wanted)]
    assert found == [row.event_id for row in _expected(wanted)]


def test_a_page_has_at_most_its_limit_and_the_last_page_has_no_next(reader: Reader) -> None:
    wanted = EventFilter(event_types=TYPES, limit=len(ROWS) - 1)
    page = reader.page(wanted)
    assert len(page.events) == len(ROWS) - 1
    assert page.next is not None
    assert reader.page(replace(wanted, limit=len(ROWS))).next is None


def test_a_row_comes_back_as_it_was_written(reader: Reader) -> None:
    found = reader.page(EventFilter(event_types=TYPES, limit=1)).events[0]
    wrote = next(row for row in ROWS if row.event_id == found.event_id)
    assert replace(found, payload="", metadata="") == replace(wrote, payload="", metadata="")
    assert _payload(found) == _payload(wrote)  # whole numbers past 64 bits included


def test_the_stored_types_are_found(reader: Reader) -> None:
    found = reader.runner.run(stored_event_types(reader.pool))
    assert set(TYPES) <= set(found)
    assert list(found) == sorted(found)


@pytest.fixture
def many_events(stack: DirectStack, reader: Reader) -> Iterator[str]:
    """An event type with so many rows on one day that the planner would not read them all."""
    with psycopg.connect(stack.database_url, autocommit=True) as owner:
        owner.execute(MANY, {"day": DAY})
        owner.execute("ANALYZE warm.events")
        yield "test.many"
        owner.execute("DELETE FROM warm.events WHERE event_type = 'test.many'")


def test_a_page_of_one_type_walks_the_index_without_sorting_its_events(
    reader: Reader, many_events: str
) -> None:
    first = reader.page(EventFilter(event_types=[many_events], limit=10))
    wanted = EventFilter(event_types=[many_events], since=DAY, limit=10, after=first.next)
    inner = reader.runner.run(explain_query(reader.pool, wanted)).partition("Nested Loop")[2]
    assert 'Index Cond: ((event_type = wanted.event_type) AND ("timestamp" >=' in inner
    assert 'ROW("timestamp", event_id) > ROW(' in inner
    assert "Sort" not in inner


def test_a_time_range_prunes_the_partitions_outside_it(reader: Reader) -> None:
    wanted = EventFilter(event_types=TYPES, since=DAY, until=DAY + timedelta(days=1))
    plan = reader.runner.run(explain_query(reader.pool, wanted))
    assert f"events_{DAY:%Y%m%d}" in plan
    assert f"events_{DAY + timedelta(days=1):%Y%m%d}" not in plan


def test_a_lookups_plan_is_kept_and_nothing_else_is_prepared(stack: DirectStack) -> None:
    async def look() -> list[TupleRow]:
        pool = async_pool(stack.api_database_url, application_name="test", max_size=1)
        async with pool:
            for number in range(8):
                await query_events(pool, EventFilter(correlation_id=f"c{number}"))
            async with connection(pool) as conn:
                found = await conn.execute(
                    "SELECT custom_plans, generic_plans FROM pg_prepared_statements"
                )
                return await found.fetchall()

    assert asyncio.run(look()) == [(5, 3)]


def test_the_reader_cannot_write(reader: Reader) -> None:
    async def write() -> None:
        async with connection(reader.pool) as conn:
            await conn.execute("SET default_transaction_read_only = off")
            await conn.execute("DELETE FROM warm.events")

    with pytest.raises(ConfigurationError, match="grants"):
        reader.runner.run(write())


def test_a_statement_past_its_time_limit_is_told_apart_from_an_outage(stack: DirectStack) -> None:
    async def sleep() -> None:
        pool = async_pool(stack.api_database_url, application_name="test", statement_seconds=0.05)
        async with pool, connection(pool) as conn:
            await conn.execute("SELECT pg_sleep(5)")

    with pytest.raises(StatementTimeoutError):
        asyncio.run(sleep())


def test_an_unreachable_server_is_an_outage() -> None:
    async def ask() -> None:
        pool = async_pool("postgresql://nobody@127.0.0.1:1/none", application_name="test")
        async with pool:
            await query_events(pool, EventFilter())

    with pytest.raises(OutageError):
        asyncio.run(ask())
