"""What goes wrong around a service on real servers, and what it says and does then."""

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from confluent_kafka.admin import AdminClient
from pydantic import SecretStr

from headrace import Metadata, Service, SyncProducer
from headrace.catalog import load_catalog
from headrace.errors import ConfigurationError, HeadraceError, OutageError
from headrace.events import NotificationEmailRequested, PaymentCompleted, PaymentRefunded
from headrace.kafka import TopicReader, admin_config, create_topics, describe_topics
from headrace.postgres import Database, PostgresLedger
from headrace.postgres.migrating import SERVICE, migrate
from headrace.postgres.service_effects import PostgresEffects, PostgresOutbox
from headrace.runtime.faust_source import FaustSource
from headrace.service import BusinessError, FailurePolicy, Pace, ParkingPolicy
from headrace.service.building import LedgerKind
from headrace.settings import KafkaSettings, Settings
from tests.conftest import Servers
from tests.integration.service.conftest import OwnCatalog
from tests.runtime.stages import until
from tests.unit.service.samples import example, paid

pytestmark = [pytest.mark.integration, pytest.mark.timeout(120)]

NAME, GROUP = "notification-service", "dreamscape-notification-service-group"
REASON = "__connect.errors.exception.class.name"
ONCE = FailurePolicy(parking=ParkingPolicy(attempts=1))


@pytest.fixture(scope="module")
def settings(stack: Servers) -> Settings:
    """Those of a service, which learns of trouble soon."""
    migrate(stack.database_url, SERVICE)
    found = stack.description.settings()
    soon = {"session_timeout": 6000, "heartbeat_interval": 300}
    return found.model_copy(
        update={
            "kafka": found.kafka.model_copy(update=soon),
            "database_url": SecretStr(stack.database_url),
        }
    )


def publish(settings: Settings, catalog: Path, *events: PaymentCompleted | PaymentRefunded) -> None:
    with SyncProducer("payment-service", catalog=catalog, settings=settings) as producer:
        for result in producer.publish_many(events):
            assert not isinstance(result, Exception)


@asynccontextmanager
async def running(service: Service) -> AsyncIterator[None]:
    await service.initialize()
    try:
        yield
    finally:
        await service.shutdown()


async def healthy(service: Service, says: str = "") -> str:
    """Wait until the service is well, or until it is not and says so; what it says."""
    deadline = time.monotonic() + 30
    while True:
        found = await service.health_check()
        said = found.get("error", "")
        assert found["healthy"] is (not said)
        if (says in said) if says else found["healthy"]:
            return said
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.05)


async def delete(settings: Settings, topic: str) -> None:
    admin = AdminClient(admin_config(settings.kafka))
    (gone,) = admin.delete_topics([topic]).values()
    await asyncio.to_thread(gone.result, 30)
    await until(lambda: topic not in describe_topics(settings.kafka, [topic]), 30)


@pytest.mark.parametrize("ledger", ["kafka", "postgres"])
async def test_order_per_key_holds_beside_handlers_that_raise_and_hang_and_types_not_taken(
    settings: Settings, own_catalog: OwnCatalog, ledger: LedgerKind
) -> None:
    root, seen = own_catalog(2, [["payment.completed", "payment.refunded"]]), defaultdict(list)
    service = Service(NAME, catalog=root, settings=settings, ledger=ledger, pace=Pace(records=7))

    @service.on(PaymentCompleted, policy=ONCE, timeout=0.5)
    async def keep(event: PaymentCompleted, metadata: Metadata) -> None:
        await asyncio.sleep(0.002 if metadata.offset % 3 else 0)
        if event.booking_id == "raises":
            raise BusinessError("no such booking")
        if event.booking_id == "hangs":
            await asyncio.sleep(60)
        seen[event.payment_id].append(event.booking_id)

    def made(number: int) -> PaymentCompleted | PaymentRefunded:
        if number % 5 == 4:
            return example(PaymentRefunded)
        booking = {10: "raises", 20: "hangs"}.get(number, f"b-{number}")
        return replace(paid(number % 3), booking_id=booking)

    sent = [made(number) for number in range(60)]
    publish(settings, root, *sent)
    wanted = [each for each in sent if isinstance(each, PaymentCompleted)]
    async with running(service):
        await until(lambda: sum(map(len, seen.values())) == len(wanted) - 2, 30)
        both = ["attempts_exhausted", "BusinessError"]
        await until(lambda: letters(settings, service) == both, 30)
    for key, bookings in seen.items():
        mine = [each.booking_id for each in wanted if each.payment_id == key]
        assert bookings == [each for each in mine if each.startswith("b-")]


def letters(settings: Settings, service: Service) -> list[str]:
    """The reasons of the group's dead letters of the topics that the service reads, sorted."""
    topics, found = {name.encode() for name in service.subscriptions.topics}, []
    if not describe_topics(settings.kafka, [f"{GROUP}.dlq"]):
        return []
    with TopicReader(settings.kafka, [f"{GROUP}.dlq"], from_beginning=True) as reader:
        while not reader.at_end:
            for record in reader.poll(0.5):
                headers = dict(record.headers)
                if topics & set(headers.values()):
                    found.append((headers[REASON] or b"").decode())
    return sorted(found, key=str.lower)


async def test_health_says_that_a_topic_is_gone_or_the_group_is_lost(
    settings: Settings, own_catalog: OwnCatalog
) -> None:
    root = own_catalog(1, [["payment.completed"]])
    service = Service(NAME, catalog=root, settings=settings)

    @service.on(PaymentCompleted)
    async def nothing(event: PaymentCompleted, metadata: Metadata) -> None: ...

    (topic,) = service.subscriptions.topics
    assert "not running" in await healthy(service, "not running")
    async with running(service):
        await healthy(service)
        engine = service.engine
        assert engine is not None
        coordinator = source_of(service)._app.consumer._thread._consumer._coordinator
        coordinator.generation = -1  # as after a session that ran out: the next heartbeat joins
        assert GROUP in await healthy(service, "it is not in")
        await healthy(service)
        await delete(settings, topic)
        assert "headrace topics create" in await healthy(service, f"topics are missing: {topic}")
        create_topics(load_catalog(root), settings.kafka, [topic])
        await healthy(service)
        assert engine.failed is None


def source_of(service: Service) -> Any:
    assert service.engine is not None
    source = service.engine._source
    assert isinstance(source, FaustSource)
    return source


async def test_a_topic_made_again_is_left_out_until_somebody_decides(
    settings: Settings, own_catalog: OwnCatalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headrace.runtime.faust_source.TOPICS_SECONDS", 0.5)
    root = own_catalog(1, [["payment.completed"], ["payment.refunded"]])
    service, handled = Service(NAME, catalog=root, settings=settings, ledger="postgres"), []

    async def keep(event: PaymentCompleted | PaymentRefunded, metadata: Metadata) -> None:
        handled.append((event.event_type, metadata.offset))

    service.on(PaymentCompleted)(keep)
    service.on(PaymentRefunded)(keep)
    topic = service.membership.catalog.event_type("payment.completed").topic
    publish(settings, root, paid(1), paid(2))
    async with running(service):
        await until(lambda: len(handled) == 2, 30)
        await delete(settings, topic)
        create_topics(load_catalog(root), settings.kafka, [topic])
        said = await healthy(service, "was deleted and made again")
        assert f"headrace ledger restart {GROUP} {topic}" in said
        publish(settings, root, paid(3), example(PaymentRefunded))
        await until(lambda: ("payment.refunded", 0) in handled, 30)
        assert len(handled) == 3
        database = Database(settings.database_url.get_secret_value(), application="test")
        assert PostgresLedger(database, GROUP, "somebody").restart(topic) == 1
        database.close()
        await until(lambda: handled[3:] == [("payment.completed", 0)], 30)
        await healthy(service)


STARTS = {
    "a registry that is away": ({"schema_registry_url": "http://localhost:1"}, OutageError,
                                "SCHEMA_REGISTRY_URL"),
    "a database that is away": ({"database_url": SecretStr("postgresql://localhost:1/none")},
                                OutageError, "DATABASE_URL"),
    "a database without tables": ("postgres", ConfigurationError, "headrace migrate --service"),
    "a topic that is missing": ("missing", ConfigurationError, "headrace topics create"),
}  # fmt: skip


@pytest.mark.parametrize("case", STARTS)
async def test_what_keeps_it_from_starting_is_said_with_the_remedy(
    settings: Settings, own_catalog: OwnCatalog, stack: Servers, case: str
) -> None:
    changes: Any
    changes, kind, says = STARTS[case]
    root = own_catalog(1, [["payment.completed"]])
    service = Service(NAME, catalog=root, ledger="postgres", settings=settings)
    service.on(PaymentCompleted)(print)
    if changes == "missing":
        await delete(settings, *service.subscriptions.topics)
        kafka = settings.kafka.model_copy(update={"auto_create_topics": False})
        changes = {"kafka": kafka}
    if changes == "postgres":
        base = stack.database_url.rpartition("/")[0]
        changes = {"database_url": SecretStr(f"{base}/postgres")}
    broken = Service(
        NAME, catalog=root, ledger="postgres", settings=settings.model_copy(update=changes)
    )
    broken.on(PaymentCompleted)(print)
    with pytest.raises(kind, match=says):
        await asyncio.wait_for(broken.initialize(), 30)
    await broken.shutdown()


async def test_a_handler_s_statements_are_one_with_its_event(
    settings: Settings, own_catalog: OwnCatalog
) -> None:
    root, table = own_catalog(1, [["payment.completed"], ["payment.refunded"]]), f"t{uuid4().hex}"
    url = settings.database_url.get_secret_value()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLE public.{table} (payment_id text, by text)")
    service = Service(NAME, catalog=root, settings=settings, ledger="postgres")
    insert = f"INSERT INTO public.{table} VALUES (%s, %s)"  # noqa: S608 - the test's own name

    @service.on(PaymentCompleted, policy=ONCE)
    async def many(event: PaymentCompleted, metadata: Metadata) -> None:
        rows = [[event.payment_id, "many"], [event.payment_id, "more"]]
        await metadata.transaction.execute_many(insert, rows)
        if event.payment_id == "p-2":
            raise BusinessError("undo it")

    @service.on(PaymentRefunded)
    def one(event: PaymentRefunded, metadata: Metadata) -> None:
        metadata.transaction.execute_sync(insert, [event.payment_id, "sync"])
        service.publish_sync(example(NotificationEmailRequested))

    def stored() -> list[tuple[Any, ...]]:
        with psycopg.connect(url) as connection:
            return connection.execute(f"TABLE public.{table} ORDER BY 1, 2").fetchall()

    refunded = replace(example(PaymentRefunded), payment_id="p-9")
    publish(settings, root, paid(1), paid(2), paid(3), refunded)
    both = [(f"p-{number}", by) for number in (1, 3) for by in ("many", "more")]
    async with running(service):
        await until(lambda: stored() == [*both, ("p-9", "sync")], 30)
        await until(lambda: letters(settings, service) == ["BusinessError"], 30)


@pytest.mark.parametrize(
    "ending",
    ["COMMIT", " /* so */ end", "-- so\nROLLBACK", "SELECT 1; COMMIT", "/* /* */ */; ABORT;"],
)
async def test_a_handler_that_ends_the_transaction_stops_the_service_and_loses_nothing(
    settings: Settings, own_catalog: OwnCatalog, ending: str
) -> None:
    root, handled = own_catalog(1, [["payment.completed"]]), list[str]()

    def made(query: str) -> Service:
        service = Service(
            NAME, catalog=root, settings=settings, ledger="postgres", pace=Pace(concurrency=1)
        )

        @service.on(PaymentCompleted)
        async def keep(event: PaymentCompleted, metadata: Metadata) -> None:
            await metadata.transaction.execute(query)
            handled.append(event.payment_id)

        return service

    publish(settings, root, paid(1), paid(2), paid(3))
    service = made(ending)
    async with running(service):
        with pytest.raises(ConfigurationError, match=r"transaction|multiple commands"):
            await asyncio.wait_for(service.failure(), 30)
    assert handled == []
    async with running(made("SELECT 'a; COMMIT'")):
        await until(lambda: sorted(handled) == ["p-1", "p-2", "p-3"], 30)


@pytest.fixture
def database(settings: Settings) -> Any:
    database = Database(settings.database_url.get_secret_value(), application="test")
    yield database
    database.close()


def test_one_process_at_a_time_sends_an_outbox_and_the_next_takes_over(database: Database) -> None:
    group = f"outbox-{uuid4().hex}"
    first, second = (
        PostgresOutbox(database, group, owner, lease=0.5) for owner in ("first", "second")
    )
    with database.transaction() as connection:
        connection.execute(
            "INSERT INTO service.outbox (consumer_group, topic, key, value, headers) "
            "SELECT %s, 't', 'k', 'v', '[]' FROM generate_series(1, 3)",
            [group],
        )
    rows = first.next()
    assert len(rows) == 3
    assert second.next() == []
    first.sent([number for number, _ in rows[:1]])
    deadline = time.monotonic() + 10
    while not (taken := second.next()):
        assert time.monotonic() < deadline
    assert [number for number, _ in taken] == [number for number, _ in rows[1:]]
    assert first.next() == []


def test_the_inbox_forgets_what_is_old(database: Database) -> None:
    group, old, new = f"inbox-{uuid4().hex}", uuid4(), uuid4()
    effects = PostgresEffects(database, group)
    with database.transaction() as connection:
        assert effects.note(connection, [old, new]) == {old, new}
        connection.execute(
            "UPDATE service.inbox SET noted_at = now() - interval '31 days' "
            "WHERE consumer_group = %s AND event_id = %s",
            [group, old],
        )
    assert effects.prune(30) == 1
    with database.transaction() as connection:
        assert effects.note(connection, [old, new]) == {old}


async def test_an_unreachable_broker_is_said_in_time(settings: Settings) -> None:
    away = KafkaSettings(brokers="localhost:1", request_timeout=6000)
    service = Service("payment-service", settings=settings.model_copy(update={"kafka": away}))
    with pytest.raises(HeadraceError, match="KAFKA_BROKERS=localhost:1"):
        await asyncio.wait_for(service.initialize(), 20)
