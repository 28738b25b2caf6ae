"""The cursor codec: what goes in comes out, for the same query alone."""

import base64
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.cursor import InvalidCursorError, decode, digest, encode
from headrace.postgres import Order, Position

POSITION = Position(datetime(2026, 11, 22, 20, 15, 30, 123456, tzinfo=UTC), UUID(int=7))
positions = st.builds(Position, st.datetimes(timezones=st.just(UTC)), st.uuids())
orders: st.SearchStrategy[Order] = st.sampled_from(("asc", "desc"))
queries = st.text("0123456789abcdef", min_size=16, max_size=16)


@given(positions, orders, queries)
def test_a_cursor_gives_back_its_position(position: Position, order: Order, query: str) -> None:
    assert decode(encode(position, order, query), order, query) == position


@given(positions, queries, queries)
def test_a_cursor_of_other_filters_or_of_the_other_order_is_refused(
    position: Position, one: str, other: str
) -> None:
    cursor = encode(position, "asc", one)
    with pytest.raises(InvalidCursorError, match="another query"):
        decode(cursor, "desc", one)
    if one != other:
        with pytest.raises(InvalidCursorError, match="another query"):
            decode(cursor, "asc", other)


@given(st.text(max_size=200))
def test_any_other_text_is_refused_as_no_cursor(text: str) -> None:
    with pytest.raises(InvalidCursorError):
        decode(text, "asc", "0" * 16)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "v": st.just(1),
            "o": st.just("asc"),
            "q": st.just("q"),
            "t": st.integers() | st.text() | st.none() | st.floats(allow_nan=False),
            "i": st.text() | st.integers() | st.none(),
        },
    )
)
def test_json_that_is_no_cursor_of_ours_is_refused(fields: dict[str, Any]) -> None:
    try:
        raw = orjson.dumps(fields)
    except TypeError:  # an integer past 64 bits
        raw = b'{"v":1,"o":"asc","q":"q","t":99999999999999999999,"i":"x"}'
    with pytest.raises(InvalidCursorError):
        decode(base64.urlsafe_b64encode(raw).decode(), "asc", "q")


def test_a_cursor_of_another_version_says_so() -> None:
    cursor = base64.urlsafe_b64encode(b'{"v":2}').decode()
    with pytest.raises(InvalidCursorError, match="another version"):
        decode(cursor, "asc", "q")


def test_the_digest_ignores_the_order_of_names_and_sees_each_value() -> None:
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest({"a": 1}) != digest({"a": 2})


def test_a_cursor_is_url_safe() -> None:
    cursor = encode(POSITION, "asc", "q")
    assert cursor.replace("-", "").replace("_", "").isalnum()
