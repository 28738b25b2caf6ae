"""The closed list, and that nothing is told beyond it."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from headrace.errors import ConfigurationError
from headrace.metrics import LIVE, METRICS, REGISTRY, Metric, page
from headrace.metrics.definitions import BUFFERED_RECORDS, QUICK
from headrace.metrics.registry import observe_all

PAGE = Path(__file__).parents[3] / "docs" / "metrics.md"
KNOWN_BEFORE = {"events_published_total", "event_processing_duration_seconds"}
BOUNDED = {
    "event_type",
    "service",
    "reason",
    "client",
    "status",
    "group",
    "topic",
    "partition",
    "broker",
    "outcome",
    "projection",
}


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_follow_the_conventions(metric: Metric) -> None:
    assert metric.name in KNOWN_BEFORE or re.fullmatch(r"headrace_[a-z_]+", metric.name)
    assert (metric.kind == "counter") == metric.name.endswith("_total")
    if metric.unit in {"seconds", "bytes"}:
        assert metric.name.removesuffix("_total").endswith(f"_{metric.unit}")
    assert metric.meaning.endswith(".")
    assert set(metric.labels) <= BOUNDED


def test_no_name_comes_twice() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)


def test_what_is_told_is_the_list_and_the_process_itself() -> None:
    told = {family.name: family for family in REGISTRY.collect()}
    told |= {family.name: family for family in LIVE.describe()}
    listed = {metric.name.removesuffix("_total"): metric for metric in METRICS}
    assert {name for name in told if not name.startswith("process_")} == set(listed)
    for name, metric in listed.items():
        assert (told[name].type, told[name].documentation) == (metric.kind, metric.meaning)


def test_the_page_has_the_list_as_it_is() -> None:
    text = PAGE.read_text("utf-8")
    assert text == page(text), "run: headrace metrics --page docs/metrics.md"


def test_a_page_without_the_marks_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="the page has no lines"):
        page("# Metrics\n")


def test_what_two_sources_tell_of_one_is_added_up_and_ends_with_them() -> None:
    sources = [
        lambda: [(BUFFERED_RECORDS, ("two",), 3.0)],
        lambda: [(BUFFERED_RECORDS, ("two",), 4.0)],
    ]
    for source in sources:
        LIVE.add(source)
    try:
        assert _value("headrace_publish_buffer_records", {"service": "two"}) == 7
    finally:
        for source in [*sources, *sources]:
            LIVE.remove(source)
    assert _value("headrace_publish_buffer_records", {"service": "two"}) is None


@given(st.lists(st.floats(0, 100)))
def test_many_observations_at_once_are_as_each_by_itself(values: list[float]) -> None:
    registries = CollectorRegistry(), CollectorRegistry()
    one, all_at_once = (
        Histogram("h_seconds", "h", registry=registry, buckets=QUICK) for registry in registries
    )
    for value in values:
        one.observe(value)
    observe_all(all_at_once, values)
    expected, told = (
        {(s.name, s.labels.get("le")): s.value for family in each.collect() for s in family.samples}
        for each in registries
    )
    expected.pop(("h_seconds_created", None), None), told.pop(("h_seconds_created", None), None)
    total = ("h_seconds_sum", None)
    assert told.pop(total) == pytest.approx(expected.pop(total))
    assert told == expected


def _value(name: str, labels: dict[str, str]) -> float | None:
    for family in text_string_to_metric_families(generate_latest(REGISTRY).decode()):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return float(sample.value)
    return None
