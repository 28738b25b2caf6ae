"""Cursors of the query: opaque to clients, bound to the query that they continue.

A cursor is base64url JSON: version, order, the last event's microseconds and id, and a digest of
the filters. It holds no secret and gives no right: a forged one only moves the starting point.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from headrace.errors import FieldProblem, InvalidEventError
from headrace.postgres import Order, Position

_VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class InvalidCursorError(InvalidEventError):
    """The cursor is not ours, or not this query's. Start again without one."""

    def __init__(self, reason: str) -> None:
        super().__init__(FieldProblem("cursor", reason))


def digest(filters: Mapping[str, Any]) -> str:
    """A short digest of a query's filters (JSON values), the same for the same filters."""
    text = json.dumps(filters, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def encode(position: Position, order: Order, query: str) -> str:
    """The cursor that continues after `position` in the query of that order and digest."""
    fields = {
        "v": _VERSION,
        "o": order,
        "t": (position.timestamp - _EPOCH) // _MICROSECOND,
        "i": str(position.event_id),
        "q": query,
    }
    return base64.urlsafe_b64encode(orjson.dumps(fields)).rstrip(b"=").decode()


def decode(cursor: str, order: Order, query: str) -> Position:
    """The position in `cursor`. Raises InvalidCursorError unless it continues this very query."""
    fields = _fields(cursor)
    if fields.get("v") != _VERSION:
        raise InvalidCursorError("was made by another version of this API; start without a cursor")
    if (fields.get("o"), fields.get("q")) != (order, query):
        raise InvalidCursorError(
            "belongs to another query; repeat that query's filters and order, "
            "or start this one without a cursor"
        )
    try:
        return Position(_EPOCH + fields["t"] * _MICROSECOND, UUID(fields["i"]))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise _not_ours() from None


def _fields(cursor: str) -> Mapping[str, Any]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        fields = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise _not_ours() from None
    if not isinstance(fields, dict):
        raise _not_ours()
    return fields


def _not_ours() -> InvalidCursorError:
    return InvalidCursorError("is not a cursor; take nextCursor of an answer as it is")
