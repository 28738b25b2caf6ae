"""The relay with the rights that the catalog gives it, and nobody in its place."""

import threading
from uuid import uuid4

import pytest
from pydantic import SecretStr

from headrace.catalog import load_catalog
from headrace.errors import ConfigurationError
from headrace.kafka import TransactionalProducer, end_offsets
from headrace.store import EventStore, Stream
from processors.relay import build
from tests.integration.secure.conftest import SecureStack
from tests.relay.setting import until

pytestmark = pytest.mark.integration
TOPIC, EVENT_TYPE = "game.joueur", "JoueurCree"


def test_the_relay_publishes_with_rights_of_its_own(secure: SecureStack) -> None:
    example = load_catalog().event_type(EVENT_TYPE).latest.example
    with EventStore(secure.servers.store_database_url, source="test") as store:
        store.append(Stream("Joueur", uuid4()), [store.event(EVENT_TYPE, example)])
    url = SecretStr(secure.servers.relay_database_url)
    settings = secure.settings("headrace-relay").model_copy(update={"store_database_url": url})
    stop = threading.Event()
    wired = build(settings, stop=stop)
    thread = threading.Thread(target=wired.relay.run)
    thread.start()
    try:
        until(lambda: wired.relay.status().events == 1)
    finally:
        stop.set()
        thread.join(60)
        wired.store.close()
    assert end_offsets(settings.kafka, [TOPIC])[TOPIC, 0] == 2  # the event, and a marker


def test_nobody_else_takes_the_relays_transactional_id(secure: SecureStack) -> None:
    producer = TransactionalProducer(secure.kafka("user-service"), "headrace-relay")
    with pytest.raises(ConfigurationError, match="may not be used by Kafka user user-service"):
        producer.open()
    producer.close()


def test_a_wrong_password_is_heard_of_at_once(secure: SecureStack) -> None:
    producer = TransactionalProducer(secure.kafka("headrace-relay", "wrong"), "headrace-relay")
    with pytest.raises(ConfigurationError, match="refuses the login of headrace-relay"):
        producer.open()
    producer.close()
