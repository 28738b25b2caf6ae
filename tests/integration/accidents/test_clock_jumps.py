"""The archive's wall clock is wrong: by an hour, a day, a year, to either side."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from headrace.catalog import Catalog
from headrace.clock import ManualClock, SystemClock
from headrace.envelope import Event
from headrace.ids import uuid7
from headrace.kafka import AsyncProducer
from headrace.postgres import Database, DayCloser
from headrace.runtime import Engine, FailurePolicy
from headrace.runtime.worker import running
from headrace.settings import Settings
from processors.archive import GROUP, build
from tests.conftest import Servers
from tests.crash.clocks import JumpingClock
from tests.runtime.stages import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

TRUTH = SystemClock()
TYPE = "user.deleted"
HOUR, DAY, YEAR = 3600.0, 86_400.0, 31_536_000.0
JUMPS = (HOUR, -HOUR, DAY, -DAY, 3 * DAY, -3 * DAY, YEAR, -YEAR, 0.0)
MANY = 150
"""Enough for the columnar path."""

LANDED = "SELECT count(*), count(DISTINCT event_id) FROM warm.events WHERE correlation_id = %s"
LETTERS = """
SELECT reason, published_at IS NOT NULL FROM stage.dead_letters
WHERE consumer_group = %s AND topic = %s AND raw LIKE %s
"""
TOO_LATE_DAYS = """
SELECT count(*) FROM warm.days WHERE day > (now() AT TIME ZONE 'UTC')::date + 2
"""
CLOSED_TOO_EARLY = """
SELECT count(*) FROM warm.days
WHERE closed_at IS NOT NULL AND day >= (now() AT TIME ZONE 'UTC')::date
"""

CLOSED_YESTERDAY = """
SELECT closed_at IS NOT NULL FROM warm.days WHERE day = (now() AT TIME ZONE 'UTC')::date - 1
"""


@pytest.fixture
def clock(tmp_path: Path) -> JumpingClock:
    clock = JumpingClock(tmp_path / "clock")
    clock.jump(0)
    return clock


@pytest.fixture
def settings(stack: Servers) -> Settings:
    own = SecretStr(stack.archive_database_url)
    return stack.description.settings().model_copy(update={"database_url": own})


@pytest.fixture
def database(stack: Servers) -> Iterator[Database]:
    database = Database(stack.database_url, application="test")
    yield database
    database.close()


@asynccontextmanager
async def archiving(settings: Settings, clock: JumpingClock) -> AsyncIterator[Engine]:
    wired = build(settings, clock=clock, policy=FailurePolicy(first_wait=0.05))
    async with running(wired.engine, wired.source, wired.companions):
        yield wired.engine
    wired.database.close()


def events_of(catalog: Catalog, mark: str, count: int) -> list[Event]:
    """Events of now, of one aggregate: they share a partition."""
    return [
        Event(
            event_id=uuid7(TRUTH),
            event_type=TYPE,
            timestamp=TRUTH.now(),
            version="1.0",
            source="clock-test",
            correlation_id=mark,
            aggregate_id="a-1",
            payload=catalog.event_type(TYPE).latest.example,
        )
        for _ in range(count)
    ]


def one(database: Database, query: str, *values: Any) -> Any:
    with database.transaction() as connection:
        return connection.execute(query, values).fetchone()


def letters(database: Database, topics: Catalog, mark: str) -> list[Any]:
    topic = topics.event_type(TYPE).topic
    with database.transaction() as connection:
        return connection.execute(LETTERS, [GROUP, topic, f"%{mark}%".encode()]).fetchall()


async def test_events_land_and_none_is_buried_however_wrong_the_clock_is(
    settings: Settings, topics: Catalog, database: Database, clock: JumpingClock
) -> None:
    mark, landed = uuid4().hex, 0

    def all_have() -> bool:
        return bool(one(database, LANDED, mark)[0] >= landed)

    async with archiving(settings, clock), AsyncProducer(settings, topics) as producer:
        for jump in JUMPS:
            clock.jump(jump)
            await producer.publish_many(events_of(topics, mark, MANY))
            landed += MANY
            await until(all_have)
    assert one(database, LANDED, mark) == (landed, landed)
    assert letters(database, topics, mark) == []
    assert one(database, TOO_LATE_DAYS) == (0,)
    assert one(database, CLOSED_TOO_EARLY) == (0,)


async def test_an_event_far_ahead_waits_for_a_wrong_clock_and_is_buried_by_a_right_one(
    settings: Settings, topics: Catalog, database: Database, clock: JumpingClock
) -> None:
    """A clock that is a year ahead takes it for one of last year; PostgreSQL makes no such day."""
    mark = uuid4().hex
    before, ahead, behind = events_of(topics, mark, 3)
    ahead = replace(ahead, timestamp=TRUTH.now() + timedelta(days=10))
    later = AsyncProducer(settings, topics, clock=ManualClock(ahead.timestamp))
    clock.jump(YEAR)
    with capture_logs() as logs:
        async with archiving(settings, clock), later as producer:
            await producer.publish_many([before, ahead, behind])
            await until(lambda: any("look at the clocks" in str(line) for line in logs))
            clock.jump(0)
            await until(lambda: letters(database, topics, mark) == [("time_ahead", True)])
            await until(lambda: one(database, LANDED, mark) == (2, 2))


def test_a_day_is_closed_only_when_postgresqls_clock_says_that_it_is_over(
    stack: Servers, database: Database
) -> None:
    with database.transaction() as connection:
        for day in (-1, 0, 1):
            connection.execute("SELECT warm.make_day((now() AT TIME ZONE 'UTC')::date + %s)", [day])
    closer = Database(stack.archive_database_url, application="test")
    DayCloser(closer).close_before((TRUTH.now() + timedelta(days=365)).date())
    closer.close()
    assert one(database, CLOSED_TOO_EARLY) == (0,)
    assert one(database, CLOSED_YESTERDAY) == (True,)
