"""What an append expects, from its headers and from its events."""

import pytest
from fastapi import Request

from api.condition import Condition, is_unchanged
from api.problems import Problem
from headrace.store import Expected


def _request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.mark.parametrize(
    ("headers", "any_version", "versions", "expected"),
    [
        ({"if_match": '"7"'}, False, [None], (7, True)),
        ({"if_match": "7"}, False, [None], (7, True)),
        ({"if_match": '"0"'}, False, [None], (Expected.NO_STREAM, True)),
        ({"if_match": "*"}, False, [None], (Expected.EXISTS, True)),
        ({"if_none_match": "*"}, False, [None], (Expected.NO_STREAM, True)),
        ({}, True, [None, None], (Expected.ANY, False)),
        ({}, False, [8, 9], (7, False)),
        ({}, False, [None, 9], (7, False)),
        ({}, True, [8], (7, False)),
        ({"if_match": '"7"'}, False, [8, None], (7, True)),
        ({"if_match": "*"}, False, [8], (7, True)),
        ({"if_none_match": "*"}, False, [1, 2], (0, True)),
    ],
)
def test_a_condition_is_read(
    headers: dict[str, str],
    any_version: bool,
    versions: list[int | None],
    expected: tuple[int, bool],
) -> None:
    condition = Condition.of(_request(**headers), any_version, versions)
    assert (condition.expected, condition.by_header) == expected


@pytest.mark.parametrize(
    ("headers", "any_version", "versions", "status", "fields"),
    [
        ({}, False, [None], 428, []),
        ({"if_match": '"7"'}, True, [None], 422, ["expected"]),
        ({"if_match": '"7"'}, False, [9], 422, ["metadata.version"]),
        ({"if_match": "*"}, False, [1], 422, ["metadata.version"]),
        ({"if_none_match": "*"}, False, [2], 422, ["metadata.version"]),
        ({}, False, [8, 8], 422, ["[1].metadata.version"]),
        ({}, False, [None, 1], 422, ["[1].metadata.version"]),
        ({"if_match": "seven"}, False, [None], 422, ["If-Match"]),
        ({"if_match": ""}, False, [None], 422, ["If-Match"]),
    ],
)
def test_a_condition_that_cannot_hold_is_refused(
    headers: dict[str, str],
    any_version: bool,
    versions: list[int | None],
    status: int,
    fields: list[str],
) -> None:
    with pytest.raises(Problem) as refused:
        Condition.of(_request(**headers), any_version, versions)
    assert refused.value.status == status
    assert [each.field for each in refused.value.errors] == fields


@pytest.mark.parametrize(
    ("sent", "unchanged"),
    [('"3"', True), ('W/"3"', True), ('"1", "3"', True), ("*", True), ('"33"', False), ("", False)],
)
def test_a_reader_may_have_the_version_already(sent: str, unchanged: bool) -> None:
    assert is_unchanged(_request(if_none_match=sent), 3) is unchanged
