"""Fixtures for the API's tests on the real servers."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import uuid4

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from deploy.local.direct import DirectStack
from headrace.clock import SystemClock
from headrace.kafka import create_topics
from headrace.postgres import migrate
from headrace.settings import KafkaSettings, Settings
from tests.integration.api.support import CATALOG, TOKEN, Log, served

TEN_EVENTS = """INSERT INTO warm.events (event_id, event_type, "timestamp", version, source,
    correlation_id, metadata, payload, topic, "partition", record_offset, schema_id)
    SELECT gen_random_uuid(), CASE WHEN n %% 2 = 0 THEN 'user.created' ELSE 'user.deleted' END,
    %(start)s + n * interval '1 s', '1.0', 'user-service', %(correlation)s,
    '{"n": 123456789012345678901234567890}', jsonb_build_object('n', n), 'dreamscape.user', 0, n, 1
    FROM generate_series(1, 10) AS n"""


@pytest.fixture(scope="module")
def settings(stack: DirectStack) -> Settings:
    made = Settings(
        kafka=KafkaSettings(brokers=stack.kafka_brokers),
        schema_registry_url=stack.schema_registry_url,
        database_url=SecretStr(stack.api_database_url),
        token=SecretStr(TOKEN),
    )
    migrate(stack.database_url)
    create_topics(CATALOG, made.kafka)
    return made


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    async with served(settings) as made:
        yield made


@pytest.fixture(scope="module")
def log(settings: Settings) -> Iterator[Log]:
    made = Log(settings)
    yield made
    made.close()


@pytest.fixture
def correlation(stack: DirectStack) -> Iterator[str]:
    """Ten archived events, a second apart, under a correlation id of their own."""
    made = f"test-{uuid4()}"
    start = (SystemClock().now() - timedelta(days=3)).replace(
        hour=12, minute=0, second=0, microsecond=0
    )
    with psycopg.connect(stack.database_url, autocommit=True) as owner:
        owner.execute("SELECT warm.make_day(%s)", [start.date()])
        owner.execute(TEN_EVENTS, {"correlation": made, "start": start})
        yield made
        owner.execute("DELETE FROM warm.events WHERE correlation_id = %s", [made])
