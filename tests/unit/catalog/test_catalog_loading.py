"""The loader reads sound files, and names file, topic and field of whatever is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headrace.catalog import CatalogError, Topic, dead_letter_topic, default_root, load_catalog
from headrace.errors import ConfigurationError, UnknownEventTypeError
from tests.unit.catalog.small_catalog import Files, payload_schema

ProblemsOf = Callable[..., list[str]]


def topic_of(files: Files) -> Topic:
    files.save()
    return load_catalog(files.root).topic("shop.orders")


def test_a_topic_has_its_own_fields_and_the_defaults_of_its_file(files: Files) -> None:
    files.topic |= {"partitions": {"local": 4, "production": 24}, "key": "accountId"}
    topic = topic_of(files)
    assert (topic.partitions, topic.production_partitions, topic.replication) == (4, 24, 3)
    assert (topic.key, topic.start, topic.authority) == ("accountId", "earliest", "log")
    assert topic.producers == ("shop",)
    assert topic.consumers == {"stock-group": ("order.placed",)}
    assert topic.aggregate_type == "order"


def test_retention_is_counted_from_arrival_in_milliseconds(files: Files) -> None:
    files.topic["retention_days"] = 2
    topic = topic_of(files)
    assert topic.retention_ms == 172_800_000
    assert topic.config["retention.ms"] == "172800000"
    assert topic.config["message.timestamp.type"] == "LogAppendTime"


def test_an_event_type_has_its_versions_oldest_first(files: Files) -> None:
    for version in ("1.1", "2.0", "1.10", *(f"1.{minor}" for minor in range(2, 10))):
        files.write_event("order.placed", payload_schema(), version)
    files.save()
    event_type = load_catalog(files.root).event_type("order.placed")
    names = [version.version for version in event_type.versions]
    assert names == [*(f"1.{minor}" for minor in range(11)), "2.0"]
    assert event_type.latest.subject == "headrace.shop.v2.OrderPlaced"
    assert event_type.version("1.10").subject == "headrace.shop.v1.OrderPlaced"


def test_an_unknown_name_is_an_unknown_event_type(files: Files) -> None:
    files.save()
    catalog = load_catalog(files.root)
    with pytest.raises(UnknownEventTypeError, match=r"eventType: .*'order\.lost'"):
        catalog.event_type("order.lost")
    with pytest.raises(UnknownEventTypeError, match=r"topic: .*'shop\.lost'"):
        catalog.topic("shop.lost")
    with pytest.raises(UnknownEventTypeError, match=r"no version '9\.0'; it has 1\.0"):
        catalog.event_type("order.placed").version("9.0")


def test_the_catalog_cannot_be_changed(files: Files) -> None:
    files.save()
    catalog = load_catalog(files.root)
    with pytest.raises(TypeError):
        catalog.topics["other"] = catalog.topic("shop.orders")  # type: ignore[index]
    with pytest.raises(TypeError):
        catalog.topic("shop.orders").consumers["other"] = ()  # type: ignore[index]


def test_groups_and_their_dead_letters_follow_from_the_topics(files: Files) -> None:
    files.save()
    assert load_catalog(files.root).groups == {"stock-group": ("shop.orders",)}
    assert dead_letter_topic("stock-group") == "stock-group.dlq"


def test_the_default_catalog_is_read_once() -> None:
    assert load_catalog() is load_catalog()
    assert (default_root() / "topics" / "user.yaml").is_file()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"authority": "both"}, "authority: Input should be 'log' or 'store'"),
        ({"key": "userId"}, "key: Input should be 'aggregateId', 'accountId' or 'eventId'"),
        ({"start": "now"}, "start: Input should be 'earliest' or 'latest'"),
        (
            {"partitions": {"local": 0, "production": 6}},
            "partitions.local: Input should be greater than or equal to 1",
        ),
        (
            {"partitions": {"local": "4", "production": 6}},
            "partitions.local: Input should be a valid integer",
        ),
        ({"partitions": {"local": 4}}, "partitions.production: Field required"),
        ({"retention_days": None}, "retention_days: Input should be a valid integer"),
        ({"producers": ["*", "shop"]}, 'producers: "*" already means every service'),
        ({"producers": ["shop", "shop"]}, "producers: an entry is given twice"),
        ({"events": ["order.placed"] * 2}, "events: an entry is given twice"),
        (
            {"consumers": {"stock-group": ["order.lost"]}},
            "consumers.stock-group: order.lost is no event type of this topic",
        ),
    ],
)
def test_a_wrong_field_is_named_with_file_and_topic(
    problems_of: ProblemsOf, change: dict[str, Any], problem: str
) -> None:
    assert f"topics/shop.yaml: shop.orders: {problem}" in problems_of(**change)


def test_a_name_that_kafka_refuses_is_refused(files: Files) -> None:
    files.document["topics"]["a topic"] = files.document["topics"].pop("shop.orders")
    assert "String should match pattern" in files.problems()[0]


def test_a_key_given_twice_is_refused(files: Files) -> None:
    path = files.save()
    path.write_text(path.read_text() + "domain: shop\n")
    assert files.problems_as_saved() == ["topics/shop.yaml: the key 'domain' is given twice"]


def test_a_file_that_is_not_yaml_or_not_a_mapping_is_refused(files: Files) -> None:
    path = files.save()
    path.write_text("domain: [")
    assert "topics/shop.yaml: not YAML" in files.problems_as_saved()[0]
    path.write_text("- 1\n")
    assert "topics/shop.yaml: Input should be a valid dictionary" in files.problems_as_saved()[0]


def test_a_domain_lives_in_the_file_of_its_name(files: Files) -> None:
    files.document["domain"] = "store"
    assert "topics/shop.yaml: domain: 'store' belongs in another file" in files.problems()


def test_another_kind_of_file_is_refused(files: Files) -> None:
    files.save().with_name("shop.yml").write_text("")
    assert files.problems() == ["topics/shop.yml: only <domain>.yaml files belong here"]


def test_an_event_type_on_two_topics_is_refused(files: Files) -> None:
    files.document["topics"]["shop.other"] = dict(files.topic)
    problem = "topics/shop.yaml: shop.other: events: order.placed is already an event type of "
    assert f"{problem}shop.orders" in files.problems()


def test_two_event_types_of_one_record_name_are_refused(files: Files) -> None:
    files.topic["events"] = ["order.placed", "ORDER_PLACED"]
    files.write_event("ORDER_PLACED", payload_schema())
    assert "would share the subject headrace.shop.v1.OrderPlaced" in files.problems()[0]


def test_a_schema_that_no_topic_lists_is_an_orphan(files: Files) -> None:
    files.write_event("order.lost", payload_schema("OrderLostPayload"))
    problem = "schemas/avro/shop/order.lost: order.lost: no topic lists this event type"
    assert files.problems() == [problem]


def test_an_event_type_without_a_schema_is_named(files: Files) -> None:
    files.topic["events"] = ["order.placed", "order.lost"]
    problem = "the event type has no schema v1.0.avsc here"
    assert files.problems() == [f"schemas/avro/shop/order.lost: order.lost: {problem}"]


@pytest.mark.parametrize(
    ("version", "problem"),
    [("1.2", "1.2 does not follow 1.0"), ("3.0", "3.0 does not follow 1.0")],
)
def test_a_gap_between_versions_is_named(files: Files, version: str, problem: str) -> None:
    files.write_event("order.placed", payload_schema(), version)
    file = "schemas/avro/shop/order.placed: order.placed: version"
    assert files.problems() == [f"{file}: {problem}"]


def test_a_missing_example_and_a_stray_file_are_named(files: Files) -> None:
    path = files.write_event("order.placed", payload_schema(), "1.1")
    path.with_name("v1.1.example.json").unlink()
    path.with_name("v1.2.example.json").write_text("{}")
    path.with_name("notes.txt").write_text("")
    folder = "schemas/avro/shop/order.placed"
    assert sorted(files.problems()) == [
        f"{folder}/notes.txt: order.placed: the name is v<N>.<M>.avsc or .example.json",
        f"{folder}/v1.1.example.json: order.placed: the file is missing",
        f"{folder}/v1.2.example.json: order.placed: an example without its schema",
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{", "not usable JSON"),
        ("[]", "not a JSON object"),
        ('{"type": "record", "type": "enum"}', "the key 'type' is given twice"),
        ('{"size": NaN}', "NaN is not a JSON number"),
    ],
)
def test_a_schema_that_is_not_sound_json_is_refused(files: Files, text: str, problem: str) -> None:
    files.write_event("order.placed", payload_schema()).write_text(text)
    assert problem in files.problems()[0]


def test_a_broken_schema_is_reported_with_its_file_type_and_field(files: Files) -> None:
    schema = payload_schema()
    schema["fields"][0].pop("doc")
    files.write_event("order.placed", schema)
    file = "schemas/avro/shop/order.placed/v1.0.avsc"
    assert files.problems() == [f"{file}: order.placed: orderId: the field has no doc"]


def test_a_default_that_does_not_fit_its_type_is_refused(files: Files) -> None:
    schema = payload_schema()
    schema["fields"][0] |= {"default": 7}
    files.write_event("order.placed", schema)
    assert files.problems() != []


def test_records_of_one_name_are_one_record(files: Files) -> None:
    files.topic["events"] = ["order.placed", "order.paid"]
    for event_type, doc in {"order.placed": "Money.", "order.paid": "Cash."}.items():
        schema = payload_schema(f"Order{event_type.removeprefix('order.').title()}Payload")
        fields = [{"name": "units", "type": "long", "doc": "How much."}]
        money = {"type": "record", "name": "Money", "doc": doc, "fields": fields}
        schema["fields"].append({"name": "total", "type": money, "doc": "All."})
        files.write_event(event_type, schema)
    file = "schemas/avro/shop/order.paid/v1.0.avsc"
    problem = "Money: differs from Money of order.placed"
    assert files.problems() == [f"{file}: order.paid: {problem}"]


def test_all_problems_are_reported_at_once(files: Files) -> None:
    files.topic |= {"authority": "both", "key": "userId"}
    files.document["topics"]["shop.other"] = {}
    files.save()
    with pytest.raises(CatalogError) as raised:
        load_catalog(files.root)
    assert {problem.subject for problem in raised.value.problems} == {"shop.orders", "shop.other"}
    assert isinstance(raised.value, ConfigurationError)


def test_an_empty_folder_is_no_catalog(files: Files) -> None:
    with pytest.raises(CatalogError):
        load_catalog(files.root / "elsewhere")


def test_the_aggregates_id_is_a_plain_string_of_every_type(
    problems_of: ProblemsOf,
) -> None:
    assert problems_of(aggregate_id="orderId") == []
    for field in ("note", "missing"):
        assert problems_of(aggregate_id=field) == [
            f"topics/shop.yaml: shop.orders: aggregate_id: order.placed 1.0 has no string "
            f"{field!r} that is never null"
        ]


@pytest.mark.parametrize("levels", [60, 400, 900])
def test_a_schema_that_is_nested_too_deep_is_a_problem_and_no_crash(
    tmp_path: Path, levels: int
) -> None:
    text = '{"type": "string"}'
    for number in range(levels):
        name = "OrderPlacedPayload" if number == levels - 1 else f"R{number}"
        text = (
            f'{{"type": "record", "name": "{name}", "doc": "A level.", '
            f'"fields": [{{"name": "f", "type": {text}, "doc": "Inside."}}]}}'
        )
    files = Files(tmp_path)
    files.write_event("order.placed", payload_schema()).write_text(text)
    [problem] = files.problems()
    assert "order.placed" in problem
    assert "nested deeper than 150 levels of JSON" in problem or "not usable JSON" in problem
