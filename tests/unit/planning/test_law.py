"""Laws: a plan applied leaves an empty plan, and nothing dangerous happens without its name."""

from dataclasses import replace
from functools import reduce
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headrace.catalog.planning import (
    Acl,
    Danger,
    FoundState,
    FoundSubject,
    FoundTopic,
    Made,
    Permit,
    Plan,
    SubjectSpec,
    TopicSpec,
    WantedState,
    make_plan,
)
from tests.unit.planning.model import changed

NAMES = [f"t{number}" for number in range(4)]
PRINCIPALS = ["p0", "p1", "p2"]
GROUPS = ["g0", "g1"]
SUBJECTS = ["s0", "s1"]
KEYS = ["retention.ms", "retention.bytes", "cleanup.policy", "segment.ms", "max.message.bytes"]
LEVEL = "BACKWARD_TRANSITIVE"
FIELDS = [
    '{"name": "a", "type": "string"}',
    '{"name": "a", "type": "int"}',
    '{"name": "b", "type": "int", "default": 0}',
    '{"name": "c", "type": "int"}',
]


def record(fields: list[str]) -> str:
    by_name = {field.split('"')[3]: field for field in fields}
    return f'{{"type": "record", "name": "R", "fields": [{", ".join(by_name.values())}]}}'


texts = st.lists(st.sampled_from(FIELDS), max_size=3, unique=True).map(record)
versions = st.lists(texts, min_size=1, max_size=3, unique=True)
configs = st.dictionaries(
    st.sampled_from(KEYS), st.sampled_from(["-1", "1", "2", "delete"]), max_size=3
)
acls = st.frozensets(
    st.builds(
        Acl,
        st.sampled_from([*PRINCIPALS, "stranger"]),
        st.sampled_from(["topic", "group", "cluster"]),
        st.sampled_from([*NAMES, *GROUPS, "foreign", "kafka-cluster", "*", "t"]),
        st.sampled_from(["read", "write"]),
        pattern=st.sampled_from(["literal", "prefixed"]),
        permission=st.sampled_from(["allow", "deny"]),
        host=st.just("*"),
    ),
    max_size=6,
)


def is_granted(acl: Acl) -> bool:
    return (acl.pattern, acl.permission) == ("literal", "allow") and acl.principal in PRINCIPALS


@st.composite
def wishes(draw: st.DrawFn) -> WantedState:
    names = draw(st.sets(st.sampled_from(NAMES)))
    numbers = st.integers(1, 3)
    return WantedState(
        topics={n: TopicSpec(n, draw(numbers), 1, draw(configs)) for n in sorted(names)},
        users=draw(st.frozensets(st.sampled_from(PRINCIPALS))),
        acls=frozenset(acl for acl in draw(acls) if is_granted(acl)),
        groups=draw(st.frozensets(st.sampled_from(GROUPS))),
        subjects={
            name: SubjectSpec(
                name, LEVEL, tuple((f"1.{at}", text) for at, text in enumerate(draw(versions)))
            )
            for name in SUBJECTS
        },
    )


@st.composite
def findings(draw: st.DrawFn) -> FoundState:
    names = draw(st.sets(st.sampled_from([*NAMES, "foreign"])))
    numbers = st.integers(1, 3)
    ids = st.sampled_from(["id 1", "id 2"])
    subjects = draw(st.sets(st.sampled_from(SUBJECTS)))
    return FoundState(
        topics={
            n: FoundTopic(n, draw(ids), draw(numbers), draw(numbers), draw(configs), draw(configs))
            for n in sorted(names)
        },
        users=draw(st.frozensets(st.sampled_from([*PRINCIPALS, "stranger"]))),
        acls=draw(acls),
        subjects={
            name: FoundSubject(
                name, draw(st.sampled_from([None, "NONE", LEVEL])), tuple(draw(versions))
            )
            for name in sorted(subjects)
        },
        made=Made(
            draw(st.dictionaries(st.sampled_from(NAMES), ids)),
            draw(st.frozensets(st.sampled_from(PRINCIPALS))),
            draw(st.frozensets(st.sampled_from(GROUPS))),
        ),
    )


def everything(plan: Plan) -> Permit:
    names = frozenset(change.name for change in plan.changes)
    return Permit(delete=names, shrink=names, incompatible=names)


def after(found: FoundState, changes: Any) -> FoundState:
    return reduce(changed, changes, found)


quick = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(wishes(), findings())
def test_a_plan_that_is_allowed_whole_leaves_only_what_is_for_hands(
    wanted: WantedState, found: FoundState
) -> None:
    plan = make_plan(wanted, found)
    made, left = plan.split(everything(plan))
    assert {change.danger for change in left} <= {Danger.MANUAL}
    again = make_plan(wanted, after(found, made))
    assert {change.danger for change in again.changes} <= {Danger.MANUAL}
    assert len(again.changes) == len(left)


@quick
@given(wishes(), findings(), st.integers(0, 100))
def test_a_run_cut_short_anywhere_is_finished_by_the_next(
    wanted: WantedState, found: FoundState, cut: int
) -> None:
    made, _ = make_plan(wanted, found).split(everything(make_plan(wanted, found)))
    halfway = after(found, made[:cut])
    rest = make_plan(wanted, halfway)
    finished = after(halfway, rest.split(everything(rest))[0])
    assert {each.danger for each in make_plan(wanted, finished).changes} <= {Danger.MANUAL}


@quick
@given(wishes(), findings())
def test_without_options_nothing_is_lost(wanted: WantedState, found: FoundState) -> None:
    made, left = make_plan(wanted, found).split(Permit())
    assert {change.danger for change in made} <= {Danger.SAFE}
    now = after(found, made)
    for name, topic in (found.topics or {}).items():
        assert (now.topics or {})[name].topic_id == topic.topic_id
        assert (now.topics or {})[name].partitions >= topic.partitions
    assert (found.users or frozenset()) <= (now.users or frozenset())
    assert (found.acls or frozenset()) <= (now.acls or frozenset())
    # what was left is what is planned again: nothing was forgotten
    kept = {(c.kind, c.name) for c in left}
    assert kept == {(c.kind, c.name) for c in make_plan(wanted, now).changes}


@quick
@given(wishes(), findings())
def test_only_what_headrace_has_made_is_offered_for_deletion(
    wanted: WantedState, found: FoundState
) -> None:
    made = replace(found, made=Made())
    kinds = {change.kind for change in make_plan(wanted, made).changes}
    assert not kinds & {"delete_topic", "delete_user"}
    plan = make_plan(wanted, found)
    for change in plan.changes:
        assert change.name != "stranger"
        assert (change.kind, change.name) != ("delete_topic", "foreign")


@quick
@given(wishes(), findings(), st.sampled_from(NAMES + PRINCIPALS + SUBJECTS))
def test_an_option_allows_its_own_name_and_no_other(
    wanted: WantedState, found: FoundState, name: str
) -> None:
    one = frozenset({name})
    made, _ = make_plan(wanted, found).split(Permit(one, one, one))
    assert {change.name for change in made if change.danger is not Danger.SAFE} <= {name}


@pytest.mark.parametrize("brokers", [1, 2, 3, 5])
def test_the_catalog_itself_is_planned_and_applied(brokers: int) -> None:
    from headrace.catalog import load_catalog
    from headrace.catalog.planning import wanted_state

    wanted = wanted_state(load_catalog(), brokers)
    empty = FoundState(topics={}, users=frozenset(), acls=frozenset(), subjects={})
    made, left = make_plan(wanted, empty).split(Permit())
    assert not left
    assert make_plan(wanted, after(empty, made)).changes == ()
    assert {spec.replication for spec in wanted.topics.values()} <= set(range(1, brokers + 1))
