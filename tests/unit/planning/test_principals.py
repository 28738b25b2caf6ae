"""Who may write and read what, as it follows from the catalog."""

import pytest

from headrace.catalog import Catalog, load_catalog
from headrace.catalog.planning import RELAY, Acl, WantedState, principals, service_of
from headrace.catalog.relay import RELAY_CURSOR_TOPIC

CREATED, LOGIN = "dreamscape.user.created", "dreamscape.auth.login"


@pytest.mark.parametrize(
    ("group", "topic", "service"),
    [
        ("dreamscape-ai-service-group", CREATED, "ai-service"),
        ("stock-group", "shop.orders", "stock"),
        ("complaint-view", "complaints.events", "complaint-view"),
        ("dreamscape-group", CREATED, "dreamscape"),
    ],
)
def test_a_group_belongs_to_the_service_in_its_name(group: str, topic: str, service: str) -> None:
    assert service_of(group, [topic]) == service


def test_a_service_writes_its_own_topics_and_reads_what_its_group_takes() -> None:
    found = principals(load_catalog())["user-service"]
    own = {name for name in found.writes if name.startswith("dreamscape.user.")}
    assert len(own) == 5
    assert LOGIN in found.reads
    assert LOGIN not in found.writes
    assert found.groups == {"dreamscape-user-service-group"}


def test_what_every_service_may_write_is_written_by_every_service() -> None:
    catalog = load_catalog()
    everyone = "dreamscape.notification.email.requested"
    services = {name for name in principals(catalog) if name not in {"headrace-archive", RELAY}}
    assert {n for n, each in principals(catalog).items() if everyone in each.writes} == services


def rules_of(wanted: WantedState, principal: str) -> set[tuple[str, str, str]]:
    return {
        (acl.resource_type, acl.resource, acl.operation)
        for acl in wanted.acls
        if acl.principal == principal
    }


def test_rules_are_literal_and_grant_no_more_than_needed(wanted: WantedState) -> None:
    assert all(acl.pattern == "literal" and acl.permission == "allow" for acl in wanted.acls)
    rules = rules_of(wanted, "auth-service")
    group = "dreamscape-auth-service-group"
    assert ("topic", LOGIN, "write") in rules
    assert ("topic", LOGIN, "read") not in rules
    assert ("topic", CREATED, "read") in rules
    assert ("topic", CREATED, "write") not in rules
    assert ("cluster", "kafka-cluster", "idempotent_write") in rules
    assert {resource for kind, resource, _ in rules if kind == "group"} == {group}
    assert {r for _, r, _ in rules if r.endswith(".dlq")} == {f"{group}.dlq"}
    assert not {op for _, _, op in rules} & {"all", "create", "delete", "alter", "alter_configs"}


def test_only_the_administrator_has_rules_on_every_topic(wanted: WantedState) -> None:
    assert {acl.principal for acl in wanted.acls if acl.resource == "*"} == {
        "headrace-admin",
        "headrace-exporter",
    }
    watcher = {acl.operation for acl in wanted.acls if acl.principal == "headrace-exporter"}
    assert watcher == {"describe"}
    assert Acl("headrace-admin", "cluster", "kafka-cluster", "alter") in wanted.acls


def test_the_archive_reads_every_topic_of_kafka_s_authority_and_writes_its_dead_letters_alone(
    wanted: WantedState,
) -> None:
    rules = rules_of(wanted, "headrace-archive")
    read = {resource for kind, resource, op in rules if (kind, op) == ("topic", "read")}
    topics = load_catalog().topics.values()
    assert read == {topic.name for topic in topics if topic.authority == "log"}
    written = {resource for kind, resource, op in rules if (kind, op) == ("topic", "write")}
    assert written == {"headrace-archive.dlq"}


def test_the_relay_alone_writes_what_the_event_store_holds_in_its_own_transactions(
    wanted: WantedState,
) -> None:
    topics = load_catalog().topics.values()
    stores = {topic.name for topic in topics if topic.authority == "store"}
    assert len(stores) >= 10
    rules = rules_of(wanted, RELAY)
    assert {each for each in rules if each[0] == "transactional_id"} == {
        ("transactional_id", RELAY, "describe"),
        ("transactional_id", RELAY, "write"),
    }
    own = {RELAY_CURSOR_TOPIC}
    written = {resource for kind, resource, op in rules if (kind, op) == ("topic", "write")}
    assert written == stores | own
    assert {resource for kind, resource, op in rules if op in {"read", "all"}} == own
    writers = {acl.principal for acl in wanted.acls if acl.resource in stores}
    assert writers == {RELAY}
    assert RELAY in wanted.users
    assert wanted.topics[RELAY_CURSOR_TOPIC].config["cleanup.policy"] == "compact"


def test_without_topics_of_the_event_store_there_is_no_relay() -> None:
    catalog = load_catalog()
    logs = {name: each for name, each in catalog.topics.items() if each.authority == "log"}
    assert RELAY not in principals(Catalog(logs, catalog.event_types))
