"""The seven example services: their interplay, and every pair of producer and consumer."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api.callers import new_key
from deploy.local.direct import DirectStack
from examples.dreamscape.__main__ import view_page
from examples.dreamscape.running import Running
from headrace.catalog import Catalog, load_catalog
from headrace.clock import SystemClock
from headrace.events import typed_event
from headrace.ids import uuid7
from headrace.kafka import create_topics
from headrace.sync_producer import SyncProducer
from tests.contract.test_dreamscape_topics import AGREED

pytestmark = [pytest.mark.integration, pytest.mark.timeout(420)]

ORIGIN = "http://shop.example"


@pytest.fixture(scope="module")
def topics() -> Catalog:
    return load_catalog()


@pytest.fixture(scope="module")
def running(topics: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """On servers of their own: the services count every event that there ever was."""
    folder = tmp_path_factory.mktemp("logs")
    with DirectStack() as stack, pytest.MonkeyPatch.context() as patch:
        for name, value in stack.env.items():
            patch.setenv(name, value)
        create_topics(topics, stack.description.settings().kafka)
        with Running(stack.env, stack.admin_url, folder) as services:
            yield services


def until(condition: Callable[[], bool], seconds: float = 90) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def test_a_booking_is_paid_or_given_up_and_everybody_learns_of_it(running: Running) -> None:
    running.command("user", "sign-up", "2")
    running.command("auth", "sign-in", "2")
    booked = running.command("voyage", "book", "6").split()

    def statuses() -> Counter[str]:
        return Counter(
            status for (status,) in running.rows("voyage", "SELECT status FROM bookings")
        )

    assert until(lambda: statuses() == {"confirmed": 4, "cancelled": 2}), statuses()
    running.command("voyage", "cancel", booked[0])
    assert until(lambda: statuses()["refunded"] == 1), statuses()

    payments = "SELECT status, count(*) FROM payments GROUP BY 1"
    found = {"completed": 3, "failed": 2, "refunded": 1}
    assert until(lambda: dict(running.rows("payment", payments)) == found)
    mails = "SELECT template, count(*) FROM messages GROUP BY 1"
    wanted = {
        "booking-created": 6,
        "booking-confirmed": 4,
        "booking-cancelled": 3,
        "receipt": 4,
        "payment-failed": 2,
        "refund": 1,
    }
    assert until(lambda: dict(running.rows("notification", mails)) == wanted)
    assert until(lambda: _counts(running)["payment.initiated"] == 6)
    profiles = "SELECT sum(trips), sum(logins) FROM profiles"
    assert until(lambda: running.rows("user", profiles) == [(4, 2)])


@pytest.mark.covers("S3-1", "S3-6")
def test_every_consumer_of_the_agreement_handles_what_every_producer_publishes(
    running: Running, topics: Catalog
) -> None:
    published = {event_type: _publish_example(topics, event_type) for event_type in AGREED}
    pairs = Counter(
        (reader, event_type, published[event_type])
        for event_type, (_, readers) in AGREED.items()
        for reader in readers.split()
    )

    def seen() -> Counter[tuple[str, str, str]]:
        return Counter(each for each in running.handled() if each[2] in set(published.values()))

    assert until(lambda: seen() == pairs), seen() - pairs or pairs - seen()
    assert len(pairs) == 55


def test_an_event_sent_twice_is_handled_once_and_a_killed_service_goes_on(
    running: Running, topics: Catalog
) -> None:
    before = _counts(running)["user.created"]
    event_id = uuid7(SystemClock())
    running.kill("analytics")
    for _ in range(2):
        _publish_example(topics, "user.created", event_id=event_id)
    running.start("analytics")
    running.wait_ready("analytics")
    assert until(lambda: _counts(running)["user.created"] > before)
    _publish_example(topics, "user.created")
    assert until(lambda: _counts(running)["user.created"] == before + 2)


def test_a_page_is_seen(running: Running, topics: Catalog) -> None:
    key = new_key("frontend", topics)
    api = running.start_api(key["setting"], ORIGIN, "a-long-random-string-of-the-test")
    before = _counts(running)["analytics.page.view"]
    view_page(api, key["key"], ORIGIN)
    assert until(lambda: _counts(running)["analytics.page.view"] == before + 1)


def _counts(running: Running) -> Counter[str]:
    return Counter(dict(running.rows("analytics", "SELECT event_type, events FROM counts")))


def _publish_example(catalog: Catalog, event_type: str, **envelope: Any) -> str:
    """The catalog's example, by the service that writes such events; returns the event's id."""
    writer = AGREED[event_type][0]
    source = "notification-service" if writer == "*" else writer
    latest = catalog.event_type(event_type).latest
    event = typed_event(event_type, latest.version).from_payload(latest.example)
    with SyncProducer(source) as producer:
        return str(producer.publish(event, **envelope).event_id)
