"""The 32 topics that DreamScape's services agreed on: names, writers, readers, groups."""

import pytest

from headrace.catalog import Catalog, load_catalog

# event type -> (who writes, which services read)
AGREED: dict[str, tuple[str, str]] = {
    "user.created": ("user-service", "auth ai analytics"),
    "user.updated": ("user-service", "ai analytics"),
    "user.deleted": ("user-service", "auth voyage payment"),
    "user.profile.updated": ("user-service", "ai"),
    "user.preferences.updated": ("user-service", "ai voyage"),
    "auth.login": ("auth-service", "user analytics"),
    "auth.logout": ("auth-service", "user analytics"),
    "auth.token.refreshed": ("auth-service", "analytics"),
    "auth.password.changed": ("auth-service", "notification"),
    "auth.password.reset.requested": ("auth-service", "notification"),
    "auth.account.locked": ("auth-service", "notification analytics"),
    "voyage.search.performed": ("voyage-service", "ai analytics"),
    "voyage.booking.created": ("voyage-service", "payment notification"),
    "voyage.booking.confirmed": ("voyage-service", "user notification"),
    "voyage.booking.cancelled": ("voyage-service", "payment notification"),
    "voyage.booking.updated": ("voyage-service", "payment notification"),
    "voyage.flight.selected": ("voyage-service", "ai analytics"),
    "voyage.hotel.selected": ("voyage-service", "ai analytics"),
    "payment.initiated": ("payment-service", "analytics"),
    "payment.completed": ("payment-service", "voyage notification"),
    "payment.failed": ("payment-service", "voyage notification"),
    "payment.refunded": ("payment-service", "voyage notification"),
    "payment.partial.refund": ("payment-service", "voyage notification"),
    "ai.recommendation.requested": ("ai-service", "analytics"),
    "ai.recommendation.generated": ("ai-service", "user analytics"),
    "ai.prediction.made": ("ai-service", "voyage analytics"),
    "ai.user.behavior.analyzed": ("ai-service", "user analytics"),
    "notification.email.requested": ("*", "notification"),
    "notification.sms.requested": ("*", "notification"),
    "notification.push.requested": ("*", "notification"),
    "analytics.event.tracked": ("*", "analytics"),
    "analytics.page.view": ("frontend", "analytics"),
}
SERVICES = ("auth", "user", "voyage", "payment", "ai", "notification", "analytics")


def group_of(service: str) -> str:
    return f"dreamscape-{service}-service-group"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog()


def test_the_topics_are_these_32_and_no_others(catalog: Catalog) -> None:
    topics = {name for name in catalog.topics if name.startswith("dreamscape.")}
    assert topics == {f"dreamscape.{event_type}" for event_type in AGREED}
    assert len(topics) == 32


@pytest.mark.parametrize("event_type", AGREED)
def test_a_topic_carries_its_one_event_type_from_its_writer_to_its_readers(
    catalog: Catalog, event_type: str
) -> None:
    writer, readers = AGREED[event_type]
    topic = catalog.topic(f"dreamscape.{event_type}")
    assert topic.event_types == (event_type,)
    assert topic.producers == (writer,)
    assert topic.consumers == {group_of(service): (event_type,) for service in readers.split()}
    assert topic.domain == event_type.partition(".")[0]
    assert topic.authority == "log"


def test_every_service_has_its_group_and_there_is_no_other_group(catalog: Catalog) -> None:
    assert set(catalog.groups) == {group_of(service) for service in SERVICES}


@pytest.mark.parametrize(
    ("event_type", "fields"),
    [
        ("user.created", "userId email firstName lastName createdAt"),
        ("auth.login", "userId sessionId ipAddress userAgent loginAt method"),
    ],
)
def test_a_payload_that_the_services_know_has_exactly_its_known_fields(
    catalog: Catalog, event_type: str, fields: str
) -> None:
    payload = catalog.event_type(event_type).version("1.0").payload
    assert [field["name"] for field in payload["fields"]] == fields.split()
