"""What a plan says of single differences."""

import json
from dataclasses import replace
from typing import Any

import pytest

from headrace.catalog.planning import (
    Acl,
    Danger,
    FoundState,
    FoundSubject,
    FoundTopic,
    GrowTopic,
    Made,
    Permit,
    SubjectSpec,
    WantedState,
    make_plan,
)

TOPIC = "dreamscape.user.created"
DAY = 86_400_000
UNCLEAN = "unclean.leader.election.enable"


def with_topic(found: FoundState, **fields: Any) -> FoundState:
    topics = dict(found.topics or {})
    topics[TOPIC] = replace(topics[TOPIC], **fields)
    return replace(found, topics=topics)


def with_config(
    found: FoundState, key: str, value: str, defaults: dict[str, str] | None = None
) -> FoundState:
    topic = (found.topics or {})[TOPIC]
    return with_topic(found, config={**topic.config, key: value}, defaults=defaults or {})


def seen(wanted: WantedState, found: FoundState) -> list[tuple[str, str, str]]:
    return [(each.kind, each.name, each.danger.value) for each in make_plan(wanted, found).changes]


def test_a_cluster_in_step_has_an_empty_plan(wanted: WantedState, in_step: FoundState) -> None:
    assert make_plan(wanted, in_step).changes == ()


def test_partitions_grow_and_say_what_happens_to_order(
    wanted: WantedState, in_step: FoundState
) -> None:
    (change,) = make_plan(wanted, with_topic(in_step, partitions=2)).changes
    assert change == GrowTopic(TOPIC, 2, 6)
    assert change.danger is Danger.SAFE
    assert "most keys move to another partition" in change.warning
    assert "ledgers" in change.warning


def test_fewer_partitions_and_other_replicas_are_for_hands(
    wanted: WantedState, in_step: FoundState
) -> None:
    plan = make_plan(wanted, with_topic(in_step, partitions=12, replication=1))
    assert [(each.kind, each.danger) for each in plan.changes] == [
        ("different_partitions", Danger.MANUAL),
        ("different_replication", Danger.MANUAL),
    ]
    assert "Kafka takes none away" in plan.changes[0].detail
    made, left = plan.split(Permit(*[frozenset({TOPIC})] * 3))
    assert made == ()
    assert left == plan.changes


@pytest.mark.parametrize(
    ("key", "value", "defaults", "danger"),
    [
        ("retention.ms", str(30 * DAY), {}, "shrink"),  # the catalog's seven days are shorter
        ("retention.ms", "-1", {}, "shrink"),
        ("retention.ms", str(DAY), {}, "safe"),
        ("retention.bytes", "1000", {"retention.bytes": "-1"}, "safe"),
        ("retention.bytes", "1000", {"retention.bytes": "10"}, "shrink"),
        ("retention.bytes", "1000", {}, "shrink"),  # nobody knows what it goes back to
        ("cleanup.policy", "compact", {}, "shrink"),
        ("min.insync.replicas", "2", {"min.insync.replicas": "1"}, "shrink"),
        (UNCLEAN, "true", {UNCLEAN: "false"}, "safe"),
        ("segment.ms", "1000", {}, "safe"),
    ],
)
def test_a_setting_made_by_hand_is_shown_and_a_shrink_needs_its_option(
    key: str,
    value: str,
    defaults: dict[str, str],
    danger: str,
    wanted: WantedState,
    in_step: FoundState,
) -> None:
    plan = make_plan(wanted, with_config(in_step, key, value, defaults))
    assert [(each.kind, each.danger.value) for each in plan.changes] == [("set_config", danger)]
    made, _ = plan.split(Permit())
    assert bool(made) is (danger == "safe")
    assert plan.split(Permit(shrink=frozenset({TOPIC})))[0] == plan.changes


def test_a_reassignment_under_way_is_no_drift(wanted: WantedState, in_step: FoundState) -> None:
    topic = (in_step.topics or {})[TOPIC]
    throttled = {**topic.config, "leader.replication.throttled.replicas": "*"}
    assert make_plan(wanted, with_topic(in_step, config=throttled)).changes == ()


def test_what_headrace_has_not_made_is_left_alone(wanted: WantedState, in_step: FoundState) -> None:
    foreign = FoundTopic("legacy.orders", "x", 1, 1, {})
    found = replace(
        in_step,
        topics={**(in_step.topics or {}), "legacy.orders": foreign},
        users=(in_step.users or frozenset()) | {"grafana"},
        acls=(in_step.acls or frozenset())
        | {
            Acl("grafana", "topic", TOPIC, "read"),
            Acl("user-service", "topic", "legacy.orders", "read"),
            Acl("user-service", "group", "legacy-group", "read"),
        },
    )
    assert make_plan(wanted, found).changes == ()


def test_a_topic_made_anew_by_others_is_not_ours(wanted: WantedState, in_step: FoundState) -> None:
    old = FoundTopic("old.topic", "id 2", 1, 1, {})
    found = replace(in_step, topics={**(in_step.topics or {}), "old.topic": old})
    ours = replace(found, made=Made(topics={"old.topic": "id 2"}))
    others = replace(found, made=Made(topics={"old.topic": "id 1"}))
    assert seen(wanted, ours) == [("delete_topic", "old.topic", "delete")]
    assert seen(wanted, others) == []


@pytest.mark.parametrize(
    "acl",
    [
        Acl("user-service", "topic", "dreamscape.payment.completed", "read"),
        Acl("user-service", "topic", "dreamscape.", "read", pattern="prefixed"),
        Acl("user-service", "topic", "*", "all"),
        Acl("user-service", "cluster", "kafka-cluster", "alter"),
        Acl("user-service", "topic", TOPIC, "write", permission="deny"),
        Acl("user-service", "group", "dreamscape-ai-service-group", "read"),
        Acl("user-service", "topic", TOPIC, "write", host="10.0.0.1"),
        Acl("user-service", "transactional_id", "headrace-relay", "write"),
    ],
)
def test_a_right_given_by_hand_is_drift(acl: Acl, wanted: WantedState, in_step: FoundState) -> None:
    plan = make_plan(wanted, replace(in_step, acls=(in_step.acls or frozenset()) | {acl}))
    (change,) = plan.changes
    assert (change.kind, change.flag) == ("delete_acl", "--allow-delete user-service")
    assert plan.split(Permit())[0] == ()
    assert plan.split(Permit(delete=frozenset({"user-service"})))[0] == plan.changes


def test_a_retired_service_loses_rules_and_user_in_that_order(
    wanted: WantedState, in_step: FoundState
) -> None:
    rule = Acl("old-service", "group", "old-group", "read")
    found = replace(
        in_step,
        users=(in_step.users or frozenset()) | {"old-service"},
        acls=(in_step.acls or frozenset()) | {rule},
        made=Made(principals=frozenset({"old-service"}), groups=frozenset({"old-group"})),
    )
    assert [kind for kind, *_ in seen(wanted, found)] == ["delete_acl", "delete_user"]


def record(*fields: dict[str, Any]) -> str:
    return json.dumps({"type": "record", "name": "R", "fields": fields})


A = {"name": "a", "type": "string"}
B = {"name": "b", "type": "int"}
B0 = {"name": "b", "type": "int", "default": 0}
C0 = {"name": "c", "type": "int", "default": 0}


def schemas(wanted: WantedState, *texts: str) -> WantedState:
    versions = tuple((f"1.{minor}", text) for minor, text in enumerate(texts))
    spec = SubjectSpec("s.R", "BACKWARD_TRANSITIVE", versions)
    return replace(wanted, subjects={"s.R": spec})


def registry(found: FoundState, level: str | None, *texts: str) -> FoundState:
    return replace(found, subjects={"s.R": FoundSubject("s.R", level, texts)})


def test_a_new_subject_gets_its_first_schema_then_its_level_then_the_rest(
    wanted: WantedState, in_step: FoundState
) -> None:
    plan = make_plan(schemas(wanted, record(A), record(A, B0)), replace(in_step, subjects={}))
    assert [each.kind for each in plan.changes] == [
        "register_schema",
        "set_level",
        "register_schema",
    ]
    assert {each.danger for each in plan.changes} == {Danger.SAFE}


def test_a_schema_that_breaks_readers_names_the_field_and_holds_up_those_behind(
    wanted: WantedState, in_step: FoundState
) -> None:
    want = schemas(wanted, record(A), record(A, B), record(A, B, C0))
    plan = make_plan(want, registry(in_step, "BACKWARD_TRANSITIVE", record(A)))
    assert plan.changes[0].flag == "--allow-incompatible s.R"
    assert "b: is new and has no default" in plan.changes[0].detail
    assert plan.split(Permit()) == ((), plan.changes)
    assert plan.split(Permit(incompatible=frozenset({"s.R"})))[0] == plan.changes


def test_a_level_set_by_hand_is_drift_and_an_unknown_schema_is_shown(
    wanted: WantedState, in_step: FoundState
) -> None:
    found = registry(in_step, "NONE", record(A), record(A, B0))
    plan = make_plan(schemas(wanted, record(A)), found)
    assert [(each.kind, each.danger.value) for each in plan.changes] == [
        ("set_level", "safe"),
        ("unknown_schema", "manual"),
    ]


def test_a_section_that_was_not_looked_at_is_not_planned(wanted: WantedState) -> None:
    assert make_plan(wanted, FoundState()).changes == ()
