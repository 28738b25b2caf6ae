"""What the checks make of what they were told."""

import socket
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from headrace.catalog import load_catalog
from headrace.doctor import beside, cluster, groups, reach
from headrace.doctor.clocks import compared
from headrace.doctor.groups import GroupLag

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def _metadata(topics: dict[str, list[tuple[int, int, int]]], controller: int = 1) -> Any:
    """`topics`: by name, for each partition its leader, replicas and copies in sync."""
    return SimpleNamespace(
        cluster_id="c",
        controller_id=controller,
        brokers={1: SimpleNamespace(host="h", port=9092)},
        topics={
            name: SimpleNamespace(
                partitions={
                    number: SimpleNamespace(
                        leader=leader, replicas=range(replicas), isrs=range(in_sync)
                    )
                    for number, (leader, replicas, in_sync) in enumerate(partitions)
                }
            )
            for name, partitions in topics.items()
        },
    )


def test_partitions_without_a_leader_are_a_problem_and_those_short_of_copies_a_warning() -> None:
    found = cluster.partitions(_metadata({"a": [(1, 3, 3), (-1, 3, 1)], "b": [(1, 3, 2)]}))
    assert [(each.state, each.subject) for each in found] == [
        ("problem", "a[1]"),
        ("warning", "a[1], b[0]"),
    ]
    assert all(each.remedy for each in found)


def test_a_whole_cluster_is_fine() -> None:
    metadata = _metadata({"a": [(1, 1, 1)]})
    assert [each.state for each in cluster.partitions(metadata)] == ["ok"]
    assert [each.state for each in cluster.brokers(metadata)] == ["ok"]


def test_a_cluster_without_a_controller_is_a_problem() -> None:
    (finding,) = cluster.brokers(_metadata({}, controller=-1))
    assert finding.state == "problem"


def test_many_missing_topics_are_counted_and_a_few_are_named() -> None:
    catalog = load_catalog()
    (finding,) = cluster.topics(_metadata({}), catalog)
    assert finding.state == "warning"
    assert finding.subject.count(",") == 4
    assert f"and {len(catalog.topics) - 5} more" in finding.subject
    assert "headrace apply" in finding.remedy


@pytest.mark.parametrize(
    ("lag", "state"),
    [
        (GroupLag("g", members=1, records=0, late=0), "ok"),
        (GroupLag("g", members=0, records=0, late=0), "ok"),
        (GroupLag("g", members=2, records=50_000, late=0), "ok"),
        (GroupLag("g", members=2, records=50_000, late=1), "warning"),
        (GroupLag("g", members=0, records=1, late=0), "problem"),
    ],
)
def test_lag_is_judged_by_age_and_by_whether_anybody_reads(lag: GroupLag, state: str) -> None:
    (finding,) = groups.findings([lag], MINUTE)
    assert finding.state == state
    assert bool(finding.remedy) == (state != "ok")


def test_no_group_at_all_is_told_but_is_no_problem() -> None:
    (finding,) = groups.findings([], MINUTE)
    assert finding.state == "skipped"


@pytest.mark.parametrize(
    ("apart", "state"),
    [(0.0, "ok"), (1.0, "ok"), (-3.0, "warning"), (60.0, "warning"), (-301.0, "problem")],
)
def test_clocks_that_differ_by_more_than_a_registry_can_tell_are_noticed(
    apart: float, state: str
) -> None:
    finding = compared("server", NOW + timedelta(seconds=apart), NOW, NOW)
    assert finding.state == state
    if state != "ok":
        assert ("ahead of" if apart > 0 else "behind") in finding.detail


def test_the_time_that_a_question_took_is_no_difference() -> None:
    assert compared("server", NOW + MINUTE, NOW, NOW + 2 * MINUTE).detail == "the same time"


def test_addresses_are_tried_one_by_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        good = f"127.0.0.1:{server.getsockname()[1]}"
        found = reach.bootstrap(f"{good}, 127.0.0.1:1,nowhere.invalid:9092,9092,a:b", 2)
    assert [each.state for each in found] == ["ok", *["problem"] * 4]
    assert [each.subject for each in found][:2] == [good, "127.0.0.1:1"]
    assert all(each.remedy for each in found[1:])


def test_an_advertised_address_that_nobody_reaches_is_told_as_such() -> None:
    (finding,) = reach.advertised(["127.0.0.1:1"], 2)
    assert "advertised.listeners" in finding.remedy


def test_a_registry_that_is_away_is_told_without_its_password() -> None:
    url = "http://user:secret@127.0.0.1:1/apis"
    (finding,) = beside.registry(url, load_catalog(), _Clock(), 1)
    assert finding.state == "problem"
    assert "secret" not in f"{finding}"
    assert finding.subject == "http://127.0.0.1:1/apis"


@pytest.mark.parametrize("url", ["nonsense", "http://[::1", ""])
def test_an_address_that_is_none_is_told(url: str) -> None:
    (finding,) = beside.registry(url, load_catalog(), _Clock(), 1)
    assert finding.state == "problem"
    (finding,) = beside.api(url, 1)
    assert finding.state in {"problem", "skipped"}


class _Clock:
    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0
