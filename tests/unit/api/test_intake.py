"""From JSON values to events, each on its own."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from api.intake import Candidate, Intake, elements, lines
from api.limits import Limits
from api.problems import Problem
from headrace.catalog import Catalog, load_catalog
from headrace.clock import ManualClock
from headrace.envelope import Event

CLOCK = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))
LIMITS = Limits(event_bytes=100, batch_events=3)


def _body(**fields: Any) -> dict[str, Any]:
    return {"eventType": "user.deleted", "source": "user-service", "payload": {}} | fields


def _intake(catalog: Catalog | None = None) -> Intake:
    return Intake(catalog or load_catalog(), CLOCK)


def _store_catalog() -> Catalog:
    """The catalog, with the topic of user.deleted under the event store's authority."""
    catalog = load_catalog()
    name = catalog.event_type("user.deleted").topic
    topic = replace(catalog.topic(name), authority="store")
    return Catalog({**catalog.topics, name: topic}, catalog.event_types)


def test_an_event_of_a_store_topic_is_409_and_names_the_append_route() -> None:
    with pytest.raises(Problem, match="POST /api/streams/") as refused:
        _intake(_store_catalog()).event(_body())
    assert refused.value.status == 409


@pytest.mark.parametrize("value", [None, [], 7, "x", {}, {"eventType": 7}, {"eventType": "\0"}])
def test_a_value_that_is_no_event_is_refused_as_422(value: Any) -> None:
    refused = _intake().take(lambda: value)
    assert isinstance(refused, Problem)
    assert refused.status == 422
    assert refused.errors


def test_lines_are_events_and_blank_ones_do_not_count() -> None:
    raw = b"\n" + json.dumps({"a": 1}).encode() + b"\r\n\n" + b'{"b":'
    first, second = lines(raw, LIMITS)
    assert first() == {"a": 1}
    with pytest.raises(Problem, match="not JSON") as refused:
        second()
    assert refused.value.status == 400


def _some_lines(count: int) -> Sequence[Candidate]:
    return lines(b"1\n" * count, LIMITS)


def _some_elements(count: int) -> Sequence[Candidate]:
    return elements([1] * count, 9, LIMITS)


def test_too_many_events_are_413_and_none_are_422() -> None:
    for make in (_some_lines, _some_elements):
        assert len(make(3)) == 3
        with pytest.raises(Problem) as refused:
            make(4)
        assert refused.value.status == 413
        with pytest.raises(Problem) as refused:
            make(0)
        assert refused.value.status == 422


def test_one_large_event_is_refused_and_its_neighbours_are_not() -> None:
    large = {"a": "x" * 200}
    raw = json.dumps(large).encode() + b"\n{}"
    for first, second in (lines(raw, LIMITS), elements([large, {}], len(raw), LIMITS)):
        assert second() == {}
        with pytest.raises(Problem) as refused:
            first()
        assert refused.value.status == 413


def test_a_good_event_is_taken() -> None:
    assert isinstance(_intake().take(_body), Event)
