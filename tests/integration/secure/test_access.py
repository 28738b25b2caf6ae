"""Who may do what on a Kafka with users and ACLs, and what they hear who may not."""

import asyncio
import ssl
from pathlib import Path

import pytest

from headrace import Metadata, Service
from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.envelope import Event
from headrace.errors import ConfigurationError, HeadraceError
from headrace.events import UserCreated
from headrace.ids import uuid7
from headrace.kafka import AsyncProducer, Receipt, TopicReader, describe_cluster
from headrace.postgres import Database
from headrace.runtime import Engine, MemoryLedger
from headrace.runtime.faust_source import FaustSource
from headrace.settings import KafkaSettings
from processors.archive.build import build
from tests.integration.secure.conftest import SecureStack
from tests.runtime.stages import TextDecoder, TextHandler, text_stage, until

pytestmark = pytest.mark.integration

CREATED, LOGIN, FAILED = (
    "dreamscape.user.created",
    "dreamscape.auth.login",
    "dreamscape.payment.failed",
)
GROUP = "dreamscape-user-service-group"
SECONDS = 10.0
"""So soon, at the latest, somebody hears that they may not."""


def event(name: str) -> Event:
    return Event(
        event_id=uuid7(),
        event_type=name,
        timestamp=SystemClock().now(),
        version="1.0",
        source="test",
        payload=load_catalog().event_type(name).version("1.0").example,
        aggregate_id="user-1",
    )


async def publish(secure: SecureStack, principal: str, name: str, password: str = "") -> Receipt:
    async with AsyncProducer(secure.settings(principal, password), load_catalog()) as producer:
        return await asyncio.wait_for(producer.publish(event(name)), SECONDS)


def read(kafka: KafkaSettings, topic: str) -> list[bytes | None]:
    found: list[bytes | None] = []
    with TopicReader(kafka, [topic], from_beginning=True) as reader:
        for _ in range(50):
            found += [record.value for record in reader.poll(0.2)]
            if reader.at_end:
                break
    return found


async def stage_ends(kafka: KafkaSettings, topic: str, group: str) -> HeadraceError:
    """How a stage ends that reads `topic` in `group`."""
    engine = Engine(
        text_stage([topic], group, TextDecoder(), TextHandler(lambda *_: None)),
        MemoryLedger(group),
        clock=SystemClock(),
    )
    try:
        with pytest.raises(HeadraceError) as ended:
            async with asyncio.timeout(3 * SECONDS):
                await engine.start(FaustSource(group, [topic], kafka))
                await engine.failure()
    finally:
        await engine.stop()
    return ended.value


async def test_a_service_writes_its_own_topic_and_reads_what_it_takes(secure: SecureStack) -> None:
    await publish(secure, "auth-service", "auth.login")
    assert read(secure.kafka("user-service"), LOGIN)


@pytest.mark.parametrize(
    ("name", "topic"), [("auth.login", LOGIN), ("payment.failed", FAILED)], ids=["read", "unseen"]
)
async def test_writing_another_service_s_topic_is_refused(
    secure: SecureStack, name: str, topic: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        await publish(secure, "user-service", name)
    assert f"topic {topic} may not be used by Kafka user user-service" in str(refused.value)


@pytest.mark.parametrize("topic", [CREATED, FAILED], ids=["written", "unseen"])
async def test_reading_what_the_catalog_does_not_give_is_refused(
    secure: SecureStack, topic: str
) -> None:
    await publish(secure, "user-service", "user.created")
    with pytest.raises(ConfigurationError) as refused:
        await asyncio.to_thread(read, secure.kafka("user-service"), topic)
    assert topic in str(refused.value)
    assert "Kafka user user-service" in str(refused.value)


async def test_a_wrong_password_is_told_within_seconds(secure: SecureStack) -> None:
    began = SystemClock().monotonic()
    with pytest.raises(ConfigurationError) as refused:
        await publish(secure, "user-service", "user.created", "wrong-password")
    assert SystemClock().monotonic() - began < SECONDS
    assert "refuses the login of user-service" in str(refused.value)
    assert "KAFKA_SASL_PASSWORD" in str(refused.value)
    assert "wrong-password" not in str(refused.value)


def test_an_authority_that_has_not_signed_is_told(secure: SecureStack) -> None:
    system = Path(ssl.get_default_verify_paths().cafile or "/etc/ssl/certs/ca-certificates.crt")
    other = secure.kafka("user-service").model_copy(update={"ssl_ca_location": system})
    with pytest.raises(ConfigurationError, match="KAFKA_SSL_CA_LOCATION"):
        describe_cluster(other)


@pytest.mark.parametrize("encrypted", [True, False])
def test_nobody_gets_in_without_a_login(secure: SecureStack, encrypted: bool) -> None:
    changes = {"sasl_username": "", "request_timeout": 3_000} | (
        {} if encrypted else {"ssl": False, "ssl_ca_location": None}
    )
    with pytest.raises(HeadraceError):
        describe_cluster(secure.kafka("user-service").model_copy(update=changes))


async def test_a_stage_with_a_wrong_password_ends_with_the_reason(secure: SecureStack) -> None:
    error = await stage_ends(secure.kafka("user-service", "wrong-password"), LOGIN, GROUP)
    assert isinstance(error, ConfigurationError)
    assert "refuses the login of user-service" in str(error)


async def test_a_stage_on_a_topic_that_it_may_not_see_ends_with_the_reason(
    secure: SecureStack,
) -> None:
    error = await stage_ends(secure.kafka("user-service"), FAILED, GROUP)
    assert f"topic {FAILED} may not be used by Kafka user user-service" in str(error)


async def test_a_stage_on_a_topic_that_it_may_only_write_ends_with_the_reason(
    secure: SecureStack,
) -> None:
    await publish(secure, "user-service", "user.created")
    error = await stage_ends(secure.kafka("user-service"), CREATED, GROUP)
    assert f"topic {CREATED} may not be used by Kafka user user-service" in str(error)


async def test_a_stage_in_another_service_s_group_ends_with_the_reason(
    secure: SecureStack,
) -> None:
    other = "dreamscape-ai-service-group"
    error = await stage_ends(secure.kafka("user-service"), LOGIN, other)
    assert f"group {other} may not be used by Kafka user user-service" in str(error)


async def test_the_archive_stores_events_with_rights_of_its_own(secure: SecureStack) -> None:
    receipt = await publish(secure, "headrace-api", "user.created")
    wired = build(secure.settings("headrace-archive"))
    database = Database(secure.servers.archive_database_url, application="test")

    def stored() -> bool:
        with database.transaction() as connection:
            rows = connection.execute(
                'SELECT 1 FROM warm.events WHERE topic = %s AND "partition" = %s '
                "AND record_offset = %s",
                receipt,
            )
            return bool(rows.fetchall())

    await wired.engine.start(wired.source)
    try:
        await until(stored, within=60)
    finally:
        await wired.engine.stop()


async def test_a_service_with_a_wrong_password_does_not_start_and_is_told(
    secure: SecureStack,
) -> None:
    service = Service("auth-service", settings=secure.settings("auth-service", "wrong"))

    @service.on(UserCreated)
    async def welcome(event: UserCreated, metadata: Metadata) -> None:
        raise AssertionError((event, metadata))

    with pytest.raises(ConfigurationError, match="Kafka refuses the login of auth-service"):
        await asyncio.wait_for(service.initialize(), 40)
    assert not (await service.health_check())["healthy"]
