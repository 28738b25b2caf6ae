"""The exporter's own user: it sees lag, offsets and sizes, and can read and write nothing."""

import asyncio
import threading

import pytest
from pydantic import SecretStr

from headrace.catalog import load_catalog
from headrace.catalog.planning import ARCHIVE_GROUP
from headrace.clock import SystemClock
from headrace.errors import ConfigurationError
from headrace.exporter import ClusterLook
from headrace.kafka import create_topics
from headrace.metrics import Sample
from headrace.metrics.definitions import (
    GROUP_LAG,
    PARTITION_BYTES,
    PARTITION_RECORDS,
    UNKNOWN_GROUPS,
)
from headrace.settings import KafkaSettings
from tests.integration.secure.conftest import SecureStack
from tests.integration.secure.test_access import publish, read

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

USER, TOPIC = "headrace-exporter", "dreamscape.user.created"


def look(kafka: KafkaSettings) -> ClusterLook:
    return ClusterLook(kafka, load_catalog(), SystemClock(), 5.0)


def first_answer(looking: ClusterLook) -> list[Sample]:
    """A cluster that is new makes its coordinators when the first asks for one."""
    for _ in range(40):
        found = looking.samples()
        if (UNKNOWN_GROUPS, (), 0) in found:
            return found
        threading.Event().wait(0.5)
    raise AssertionError("no coordinators")


async def test_its_user_sees_all_and_reads_nothing(secure: SecureStack) -> None:
    catalog = load_catalog()
    create_topics(catalog, secure.servers.description.kafka_settings())
    await publish(secure, "user-service", "user.created")
    found = await asyncio.to_thread(first_answer, look(secure.kafka(USER)))
    by_metric: dict[object, list[float]] = {metric: [] for metric, _, _ in found}
    for metric, labels, value in found:
        if labels[:2] == (ARCHIVE_GROUP, TOPIC) or labels[:1] == (TOPIC,):
            by_metric[metric].append(value)
    assert sum(by_metric[PARTITION_RECORDS]) > 0
    assert sum(by_metric[PARTITION_BYTES]) > 0
    assert sum(by_metric[GROUP_LAG]) == sum(by_metric[PARTITION_RECORDS])
    with pytest.raises(ConfigurationError, match=f"may not be used by Kafka user {USER}"):
        await asyncio.to_thread(read, secure.kafka(USER), TOPIC)


def test_a_user_who_may_not_describe_and_a_wrong_password_are_told(secure: SecureStack) -> None:
    wrong = secure.kafka(USER).model_copy(update={"sasl_password": SecretStr("wrong")})
    with pytest.raises(ConfigurationError, match="Kafka refuses the login of headrace-exporter"):
        look(wrong).samples()
    with pytest.raises(ConfigurationError, match="Kafka user user-service"):
        look(secure.kafka("user-service")).samples()
