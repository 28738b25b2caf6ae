"""The query's body: every wrong field is named, and a cursor is bound to its filters."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from api.cursor import encode
from api.problems import Problem
from api.query_body import QueryBody
from headrace.postgres import Position

POSITION = Position(datetime(2026, 11, 22, tzinfo=UTC), UUID(int=1))


def _parse(**fields: Any) -> QueryBody:
    return QueryBody.parse(json.dumps(fields).encode())


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"typos": []}, "typos"),
        ({"types": "voyage.*"}, "types"),
        ({"types": []}, "types"),
        ({"types": [7]}, "types[0]"),
        ({"types": ["a\0"]}, "types[0]"),
        ({"types": ["a"] * 101}, "types"),
        ({"sources": [""]}, "sources[0]"),
        ({"aggregateId": "x" * 1025}, "aggregateId"),
        ({"accountId": 5}, "accountId"),
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"limit": "10"}, "limit"),
        ({"limit": True}, "limit"),
        ({"order": "up"}, "order"),
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-11-22T00:00:00"}, "from"),
        ({"from": 1700000000}, "from"),
        ({"from": "1700000000"}, "from"),
        ({"from": "2026-11-22T00:00:00.1234567Z"}, "from"),
        ({"types": ["\ud800"]}, "types[0]"),
        ({"aggregateId": "\udfff"}, "aggregateId"),
        ({"payload": {"a": [{"b": "\ud800"}]}}, "payload.a[0].b"),
        ({"payload": {"\ud800": 1}}, "payload.'\\ud800'"),
        ({"from": "0001-01-01T00:00:00+14:00"}, "from"),
        ({"from": "2026-11-22T00:00:00Z", "to": "2026-11-22T00:00:00Z"}, "to"),
        ({"payload": []}, "payload"),
        ({"payload": {"a": [{"b": "\0"}]}}, "payload"),
        ({"cursor": "nonsense"}, "cursor"),
        ({"cursor": "x" * 2000}, "cursor"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(Problem) as refused:
        _parse(**fields).filter(None)
    assert refused.value.status == 422
    assert field in [problem.field for problem in refused.value.errors]


@pytest.mark.parametrize("raw", [b"[]", b"null", b'"x"', b"7", rb'{"types": ["\ud800"]}'])
def test_a_body_that_is_no_query_is_refused(raw: bytes) -> None:
    with pytest.raises(Problem) as refused:
        QueryBody.parse(raw)
    assert refused.value.status == 422


def test_an_unknown_field_is_answered_with_the_known_ones() -> None:
    with pytest.raises(Problem, match=r"it has types, sources, .*from, to, .*cursor"):
        _parse(form="x")


def test_a_body_becomes_the_filter_that_it_says() -> None:
    body = _parse(**{"from": "2026-11-22T02:00:00+02:00", "payload": {"n": 10**30}, "limit": 5})
    wanted = body.filter(("user.created",))
    assert wanted.since == datetime(2026, 11, 22, tzinfo=UTC)
    assert wanted.payload_json == '{"n": 1' + "0" * 30 + "}"
    assert (wanted.event_types, wanted.limit, wanted.order) == (("user.created",), 5, "asc")


def test_a_cursor_continues_its_query_with_another_limit() -> None:
    cursor = encode(POSITION, "asc", _parse(types=["a"], limit=5).digest)
    assert _parse(types=["a"], limit=7, cursor=cursor).filter(("a",)).after == POSITION


@pytest.mark.parametrize("other", [{"types": ["b"]}, {"types": ["a"], "order": "desc"}, {}])
def test_a_cursor_of_another_query_is_refused_with_a_remedy(other: dict[str, Any]) -> None:
    cursor = encode(POSITION, "asc", _parse(types=["a"]).digest)
    with pytest.raises(Problem, match="start this one without a cursor"):
        _parse(cursor=cursor, **other).filter(None)


def test_a_body_that_is_no_object_is_named_as_the_body() -> None:
    with pytest.raises(Problem) as refused:
        QueryBody.parse(b"[]")
    assert [problem.field for problem in refused.value.errors] == ["body"]
