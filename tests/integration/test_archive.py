"""The archive from a topic to `warm.events`: what lands, what does not, and why."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from confluent_kafka import Producer
from pydantic import SecretStr

from headrace.catalog import Catalog
from headrace.clock import SystemClock
from headrace.codec import EventEncoder, Registry, dump_json
from headrace.envelope import Event
from headrace.errors import ConfigurationError, PoisonError
from headrace.ids import uuid7
from headrace.kafka import AsyncProducer, TopicReader
from headrace.postgres import Database, DayCloser
from headrace.runtime import FailurePolicy
from headrace.runtime.worker import running
from headrace.settings import Settings
from processors.archive import GROUP, build
from tests.conftest import Servers
from tests.integration.odd_headers import produce_with_odd_header
from tests.runtime.stages import until

pytestmark = pytest.mark.integration

CLOCK = SystemClock()
TYPES = (
    "user.created",
    "auth.login",
    "voyage.flight.selected",
    "payment.completed",
    "analytics.event.tracked",
)
ROWS = """
SELECT event_id, event_type, payload::text, metadata::text, topic, source, aggregate_id
FROM warm.events WHERE correlation_id = %s ORDER BY event_id
"""
LETTERS = """
SELECT raw, reason, published_at IS NOT NULL FROM stage.dead_letters
WHERE topic = %s AND "partition" = %s AND record_offset >= %s ORDER BY record_offset
"""
LONG_ID = """
INSERT INTO warm.events (event_id, event_type, timestamp, version, source, correlation_id, metadata,
    payload, topic, "partition", record_offset, schema_id)
SELECT gen_random_uuid(), 'long', %(day)s, '1.0', 'long',
    (SELECT string_agg(md5(n::text), '') FROM generate_series(1, 1000) AS n),
    '{}', '{}', 'long', 0, 0, 1
"""
UNBALANCED = """
SELECT count(*) FROM stage.stage_offsets
WHERE applied + duplicate + dead + skipped + parked <> next_offset - first_offset
"""


@pytest.fixture
def settings(stack: Servers) -> Settings:
    """The archive's own, with the rights of its database role."""
    own = SecretStr(stack.archive_database_url)
    return stack.description.settings().model_copy(update={"database_url": own})


@pytest.fixture
def database(stack: Servers) -> Iterator[Database]:
    database = Database(stack.database_url, application="test")
    yield database
    database.close()


@asynccontextmanager
async def archiving(settings: Settings, **policy: Any) -> AsyncIterator[None]:
    wired = build(settings, policy=FailurePolicy(first_wait=0.05, **policy))
    async with running(wired.engine, wired.source, wired.companions):
        yield
    wired.database.close()


def event_of(catalog: Catalog, name: str, mark: str, **changes: Any) -> Event:
    made = Event(
        event_id=uuid7(CLOCK),
        event_type=name,
        timestamp=CLOCK.now(),
        version="1.0",
        source="test",
        correlation_id=mark,
        aggregate_id="a-1",
        payload=catalog.event_type(name).latest.example,
        metadata_json='{"n": [1, {"deep": true}], "text": "é\\"\\\\"}',
    )
    return replace(made, **changes)


def rows(database: Database, mark: str) -> list[Any]:
    with database.transaction() as connection:
        return connection.execute(ROWS, [mark]).fetchall()


async def test_events_of_many_types_land_as_they_were_published(
    settings: Settings, topics: Catalog, database: Database
) -> None:
    mark = uuid4().hex
    events = [event_of(topics, name, mark) for name in TYPES for _ in range(20)]
    async with archiving(settings), AsyncProducer(settings, topics) as producer:
        await producer.publish_many(events)
        await until(lambda: len(rows(database, mark)) == len(events))
    landed = {row[0]: row[1:] for row in rows(database, mark)}
    for event in events:
        kind, payload, metadata, topic, source, aggregate = landed[event.event_id]
        assert (kind, source, aggregate) == (event.event_type, "test", "a-1")
        assert topic == topics.event_type(kind).topic
        assert orjson.loads(payload) == orjson.loads(dump_json(event.payload))
        assert orjson.loads(metadata) == event.metadata


async def test_the_same_event_sent_twice_lands_once(
    settings: Settings, topics: Catalog, database: Database
) -> None:
    mark = uuid4().hex
    once = [event_of(topics, "user.created", mark) for _ in range(50)]
    last = event_of(topics, "user.created", mark)
    async with archiving(settings), AsyncProducer(settings, topics) as producer:
        await producer.publish_many(once)
        await until(lambda: len(rows(database, mark)) == 50)
        await producer.publish_many([*once, *once[:10], last])
        await until(lambda: len(rows(database, mark)) == 51)
    with database.transaction() as connection:
        row = connection.execute(
            "SELECT sum(duplicate) FROM stage.stage_offsets WHERE topic = %s",
            ["dreamscape.user.created"],
        ).fetchone()
    assert row is not None
    assert row[0] >= 60


async def test_bad_records_become_dead_letters_with_their_bytes_and_their_neighbours_land(
    settings: Settings, topics: Catalog, database: Database
) -> None:
    mark, topic = uuid4().hex, "dreamscape.user.updated"
    encoder = EventEncoder(topics, Registry(settings))
    good = [encoder.encode(event_of(topics, "user.updated", mark)) for _ in range(2)]
    stranger = encoder.encode(event_of(topics, "auth.login", mark))
    future = event_of(topics, "user.updated", mark, timestamp=CLOCK.now() + timedelta(hours=23))
    bad = {
        b"garbage": "not_avro",
        b"\x00\x7f\xff\xff\xff" + good[0][5:]: "unknown_schema",
        good[0][:-9]: "broken_avro",
        good[0] + b"!": "trailing_bytes",
        stranger: "type_not_in_topic",
        b"": "not_avro",
        None: "tombstone",
    }
    producer = Producer({"bootstrap.servers": settings.kafka.brokers})
    first = await _end(settings, topic)
    for value in (good[0], *bad, good[1], encoder.encode(future)):
        producer.produce(topic, value, b"key", headers=[("h", b"\xff")])
    await asyncio.to_thread(producer.flush, 30)

    def letters() -> list[Any]:
        with database.transaction() as connection:
            return connection.execute(LETTERS, [topic, 0, first]).fetchall()

    async with archiving(settings, unknown_schema_grace=1.0):
        await until(lambda: len(rows(database, mark)) == 3)
        await until(lambda: [row[2] for row in letters()] == [True] * len(bad))
    assert [(row[0], row[1]) for row in letters()] == list(bad.items())
    copies = await asyncio.to_thread(_copies, settings, topic, first)
    assert [copy[0] for copy in copies] == list(bad)
    assert [copy[1]["__connect.errors.exception.class.name"] for copy in copies] == [
        reason.encode() for reason in bad.values()
    ]
    assert all(copy[1]["h"] == b"\xff" for copy in copies)
    with database.transaction() as connection:
        assert connection.execute(UNBALANCED).fetchone() == (0,)


async def _end(settings: Settings, topic: str) -> int:
    from headrace.runtime import TopicPartition
    from headrace.runtime.faust_source import FaustSource

    source = FaustSource("looking", [topic], settings.kafka)
    facts = await source.facts([TopicPartition(topic, 0)])
    return facts[TopicPartition(topic, 0)].end


def _copies(settings: Settings, topic: str, first: int) -> list[tuple[Any, dict[str, Any]]]:
    """What `<group>.dlq` holds of this topic from an offset on: (value, headers)."""
    found = []
    with TopicReader(settings.kafka, [f"{GROUP}.dlq"], from_beginning=True) as reader:
        while not reader.at_end:
            found += [(record.value, dict(record.headers)) for record in reader.poll(1.0)]
    ours = [
        (int(headers["__connect.errors.offset"] or b"0"), value, headers)
        for value, headers in found
        if headers["__connect.errors.topic"] == topic.encode()
    ]
    ours.sort(key=lambda copy: copy[0])
    return [(value, headers) for offset, value, headers in ours if offset >= first]


async def test_an_old_event_lands_and_its_day_closes_with_its_heavier_indexes(
    settings: Settings, topics: Catalog, database: Database, stack: Servers
) -> None:
    mark = uuid4().hex
    moment = CLOCK.now() - timedelta(days=30)
    events = [
        event_of(topics, "user.created", mark, timestamp=moment),
        event_of(topics, "user.created", mark, timestamp=moment - timedelta(days=1000)),
    ]
    async with archiving(settings), AsyncProducer(settings, topics) as producer:
        await producer.publish_many(events)
        await until(lambda: len(rows(database, mark)) == 2)
    closer = Database(stack.archive_database_url, application="test")
    DayCloser(closer).close_before(moment.date() + timedelta(days=1))
    closer.close()
    with database.transaction() as connection:
        day = connection.execute(
            "SELECT leaf, events >= 1, closed_at IS NOT NULL FROM warm.days WHERE day = %s",
            [moment.date()],
        ).fetchone()
        assert day is not None
        assert day[1:] == (True, True)
        indexes = connection.execute(
            "SELECT count(*) FROM pg_indexes WHERE schemaname = 'warm' AND tablename = %s "
            "AND indexname LIKE '%%closed'",
            [day[0]],
        ).fetchone()
    assert indexes == (3,)


def test_the_archives_role_may_not_change_or_remove_events(stack: Servers) -> None:
    database = Database(stack.archive_database_url, application="test")
    for forbidden in ("DELETE FROM warm.events", "UPDATE warm.events SET source = 'x'"):
        with (
            pytest.raises(ConfigurationError, match="permission denied"),
            database.transaction() as connection,
        ):
            connection.execute(forbidden)
    database.close()


def test_a_day_that_cannot_be_closed_does_not_keep_the_others_open(
    stack: Servers, database: Database
) -> None:
    """A value too long for an index, which no decoder lets through today."""
    days = [(CLOCK.now() - timedelta(days=back)).date() for back in (61, 60)]
    with database.transaction() as connection:
        for day in days:
            connection.execute("SELECT warm.make_day(%s)", [day])
        connection.execute(LONG_ID, {"day": days[0]})
    closer = Database(stack.archive_database_url, application="test")
    with pytest.raises(PoisonError, match="index row"):
        DayCloser(closer).close_before(days[1] + timedelta(days=1))
    closer.close()
    with database.transaction() as connection:
        rows = connection.execute(
            "SELECT day FROM warm.days WHERE day = ANY(%s) AND closed_at IS NOT NULL", [days]
        ).fetchall()
        connection.execute("DELETE FROM warm.events WHERE source = 'long'")
    assert rows == [(days[1],)]


async def test_a_header_name_that_is_no_utf8_does_not_stop_the_stage(
    settings: Settings, topics: Catalog, database: Database, stack: Servers
) -> None:
    """Kafka takes any bytes; aiokafka raises for the whole fetch, so others must not get lost."""
    mark, topic = uuid4().hex, "dreamscape.user.deleted"
    encoder = EventEncoder(topics, Registry(settings))
    events = [event_of(topics, "user.deleted", mark) for _ in range(30)]
    beside = [event_of(topics, "auth.logout", mark) for _ in range(30)]
    async with archiving(settings), AsyncProducer(settings, topics) as producer:
        await producer.publish_many(beside[:15] + events[:15])
        odd = encoder.encode(event_of(topics, "user.deleted", mark))
        await produce_with_odd_header(stack, topic, odd)
        await producer.publish_many(events[15:] + beside[15:])
        await until(lambda: len(rows(database, mark)) == 61)
    with database.transaction() as connection:
        assert connection.execute(UNBALANCED).fetchone() == (0,)
