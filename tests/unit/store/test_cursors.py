"""Cursors: opaque, of one store and epoch, refused with a remedy."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.store import InvalidCursorError, Position
from headrace.store import cursor as cursors
from headrace.store.cursor import Identity, Moment

HERE = Identity(UUID(int=1), 3)
LONGS = st.integers(min_value=0, max_value=2**63 - 1)


@given(LONGS, LONGS)
def test_a_position_comes_back_from_its_cursor(xid: int, sequence: int) -> None:
    position = Position(xid, sequence)
    assert cursors.read_total(cursors.total(position, HERE), HERE) == position


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_moment_comes_back_from_its_cursor(at: datetime, event_id: UUID) -> None:
    moment = Moment(at, event_id)
    assert cursors.read_time(cursors.by_time(moment, HERE), HERE) == moment


@pytest.mark.parametrize(
    ("identity", "remedy"),
    [
        (Identity(UUID(int=2), 3), "another event store's; give it to that database"),
        (Identity(UUID(int=1), 4), "restored since; build anew what you read"),
    ],
)
def test_a_cursor_of_elsewhere_is_refused_with_a_remedy(identity: Identity, remedy: str) -> None:
    cursor = cursors.total(Position(7, 8), HERE)
    with pytest.raises(InvalidCursorError, match=remedy):
        cursors.read_total(cursor, identity)


def test_a_cursor_of_another_order_is_refused() -> None:
    cursor = cursors.by_time(Moment(datetime(2026, 1, 1, tzinfo=UTC), UUID(int=1)), HERE)
    with pytest.raises(InvalidCursorError, match="another order"):
        cursors.read_total(cursor, HERE)


def _forged(**fields: object) -> str:
    known = {"v": 1, "o": "all", "s": HERE.store_id.hex, "e": 3, "x": 1, "q": 1}
    return base64.urlsafe_b64encode(json.dumps(known | fields).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "a", "é", "\0", "====", "bm8", "W10", "x" * 10_000),
        _forged(x=-1),
        _forged(x=2**63),
        _forged(x=True),
        _forged(x="1"),
        _forged(x=1.0),
        _forged(x=None),
        _forged(q=[]),
    ],
)
def test_what_is_no_cursor_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursorError, match="no cursor"):
        cursors.read_total(cursor, HERE)


@given(st.text(max_size=200))
def test_any_text_is_a_cursor_or_refused(text: str) -> None:
    with pytest.raises(InvalidCursorError):
        cursors.read_total(text, HERE)
    with pytest.raises(InvalidCursorError):
        cursors.read_time(text, HERE)


def test_a_cursor_of_a_later_form_is_refused() -> None:
    with pytest.raises(InvalidCursorError, match="another version's form"):
        cursors.read_total(_forged(v=2), HERE)


@pytest.mark.parametrize("fields", [{"t": 10**30}, {"t": "x"}, {"i": "x"}, {"t": None}, {}])
def test_a_forged_time_is_refused(fields: dict[str, object]) -> None:
    cursor = _forged(o="time", **{"t": 1, "i": 5} | fields)
    with pytest.raises(InvalidCursorError, match="no cursor"):
        cursors.read_time(cursor, HERE)
