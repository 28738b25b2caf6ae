"""Cursors of the event store: opaque to clients, bound to one store in one epoch.

A cursor is base64url JSON: its form's version, the order it walks in, store, epoch and place. It
holds no secret and gives no right: a forged one only moves the starting point.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from headrace.store.errors import InvalidCursorError
from headrace.store.model import Position

_FORM = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MAX_LONG = 2**63 - 1
_MAX_TEXT = 400
START = Position(0, 0)
END = Position(_MAX_LONG, _MAX_LONG)


@dataclass(frozen=True, slots=True)
class Identity:
    """Which store, and which count of transaction ids, a position belongs to."""

    store_id: UUID
    epoch: int


@dataclass(frozen=True, slots=True)
class Moment:
    """A place in the order of event time: after the event of this id at this time (aware)."""

    timestamp: datetime
    event_id: UUID


def total(position: Position, identity: Identity) -> str:
    """The cursor of a position in the total order."""
    return _encoded("all", identity, {"x": position.xid, "q": position.sequence})


def by_time(moment: Moment, identity: Identity) -> str:
    """The cursor of a place in the order of event time."""
    micros = (moment.timestamp - _EPOCH) // _MICROSECOND
    return _encoded("time", identity, {"t": micros, "i": str(moment.event_id)})


def read_total(cursor: str, identity: Identity) -> Position:
    """Raises InvalidCursorError, naming the remedy."""
    fields = _fields(cursor, "all", identity)
    return Position(_number(fields, "x"), _number(fields, "q"))


def read_time(cursor: str, identity: Identity) -> Moment:
    """Raises InvalidCursorError, naming the remedy."""
    fields = _fields(cursor, "time", identity)
    try:
        return Moment(_EPOCH + fields["t"] * _MICROSECOND, UUID(fields["i"]))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise _not_ours() from None


def _encoded(order: str, identity: Identity, place: Mapping[str, Any]) -> str:
    fields = {"v": _FORM, "o": order, "s": identity.store_id.hex, "e": identity.epoch, **place}
    return base64.urlsafe_b64encode(orjson.dumps(fields)).rstrip(b"=").decode()


def _fields(cursor: str, order: str, identity: Identity) -> Mapping[str, Any]:
    fields = _parsed(cursor)
    if fields.get("v") != _FORM:
        raise InvalidCursorError("the cursor has another version's form; read from the start again")
    if fields.get("s") != identity.store_id.hex:
        raise InvalidCursorError(
            "the cursor is another event store's; give it to that database, "
            "or read this one from its start"
        )
    if fields.get("e") != identity.epoch:
        raise InvalidCursorError(
            f"the cursor is of epoch {fields.get('e')!s:.20} and the store in epoch "
            f"{identity.epoch}: it was restored since; build anew what you read, from the start"
        )
    if fields.get("o") != order:
        raise InvalidCursorError(
            "the cursor walks in another order; continue the read that gave it"
        )
    return fields


def _parsed(cursor: str) -> Mapping[str, Any]:
    if len(cursor) > _MAX_TEXT:
        raise _not_ours()
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        fields = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (UnicodeEncodeError, binascii.Error, ValueError):
        raise _not_ours() from None
    if not isinstance(fields, dict):
        raise _not_ours()
    return fields


def _number(fields: Mapping[str, Any], name: str) -> int:
    value = fields.get(name)
    if type(value) is not int or not 0 <= value <= _MAX_LONG:
        raise _not_ours()
    return value


def _not_ours() -> InvalidCursorError:
    return InvalidCursorError("this is no cursor; take the cursor of a page as it is")
