"""Writers of single values.

Each takes the bytes to write before the value (a union's branch) and, where null is allowed, what
null becomes. Values of the kinds that fill most events are checked here; the rarer ones by the
full check's own functions.
"""

import re
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from typing import Any

from headrace.codec.json_form.leaves import LEAVES, LEAVES_OF_SCHEMA
from headrace.codec.quick.doubt import Doubt, Write
from headrace.codec.quick.varints import ints, longs, varint

Leaf = Callable[[Mapping[str, Any], bytes, bytes | None], Write]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.toordinal()
_FLOAT = struct.Struct("<f")
_DOUBLE = struct.Struct("<d")
_EXACT = range(-(2**53), 2**53 + 1)
CANONICAL_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?Z", re.ASCII
)


def micros_of(moment: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def text(_: Mapping[str, Any], prefix: bytes, null: bytes | None) -> Write:
    sizes = longs(prefix)

    def write(value: Any) -> bytes:
        if type(value) is str and "\0" not in value:
            encoded = value.encode()
            return sizes[len(encoded)] + encoded
        if value is None and null is not None:
            return null
        raise Doubt

    return write


def whole(_: Mapping[str, Any], prefix: bytes, null: bytes | None) -> Write:
    return _number(longs(prefix), null)


def whole_of_32_bits(_: Mapping[str, Any], prefix: bytes, null: bytes | None) -> Write:
    return _number(ints(prefix), null)


def _number(numbers: Mapping[int, bytes], null: bytes | None) -> Write:
    def write(value: Any) -> bytes:
        if type(value) is int:
            return numbers[value]
        if value is None and null is not None:
            return null
        raise Doubt

    return write


def nothing(_: Mapping[str, Any], prefix: bytes, __: bytes | None) -> Write:
    def write(value: Any) -> bytes:
        if value is None:
            return prefix
        raise Doubt

    return write


def boolean(_: Mapping[str, Any], prefix: bytes, null: bytes | None) -> Write:
    true, false = prefix + b"\1", prefix + b"\0"

    def write(value: Any) -> bytes:
        if value is True:
            return true
        if value is False:
            return false
        if value is None and null is not None:
            return null
        raise Doubt

    return write


def double(_: Mapping[str, Any], prefix: bytes, null: bytes | None) -> Write:
    pack = _DOUBLE.pack

    def write(value: Any) -> bytes:
        if (type(value) is float and value - value == 0) or (
            type(value) is int and value in _EXACT
        ):
            return prefix + pack(value)
        if value is None and null is not None:
            return null
        raise Doubt

    return write


def enum(schema: Mapping[str, Any], prefix: bytes, null: bytes | None) -> Write:
    symbols = {symbol: prefix + varint(at) for at, symbol in enumerate(schema["symbols"])}

    def write(value: Any) -> bytes:
        if type(value) is str and value in symbols:
            return symbols[value]
        if value is None and null is not None:
            return null
        raise Doubt

    return write


def instant_of_micros(_: Mapping[str, Any], prefix: bytes, null: bytes | None) -> Write:
    """Times as they are usually spelt, in UTC with Z; any other spelling is for the full check."""
    is_canonical = CANONICAL_INSTANT.fullmatch
    parse = datetime.fromisoformat

    def write(value: Any) -> bytes:
        if type(value) is str and is_canonical(value):
            return prefix + varint(micros_of(parse(value)))
        if value is None and null is not None:
            return null
        raise Doubt

    return write


def checked(kind: str, encode: Callable[[Any], bytes]) -> Leaf:
    """Writes what the full check of this kind gives."""

    def leaf(schema: Mapping[str, Any], prefix: bytes, null: bytes | None) -> Write:
        check = LEAVES.get(kind) or LEAVES_OF_SCHEMA[kind](schema)

        def write(value: Any) -> bytes:
            if value is None and null is not None:
                return null
            return prefix + encode(check(value))

        return write

    return leaf


def decimal(schema: Mapping[str, Any], prefix: bytes, null: bytes | None) -> Write:
    return checked("decimal", bytes if schema["type"] == "fixed" else sized)(schema, prefix, null)


def sized(value: bytes) -> bytes:
    """Bytes behind their count."""
    return longs()[len(value)] + value


def _micros_of_day(value: time) -> int:
    seconds = value.hour * 3600 + value.minute * 60 + value.second
    return seconds * 1_000_000 + value.microsecond


def _instant(units: int) -> Callable[[datetime], bytes]:
    """Local times count as if they were UTC."""
    return lambda moment: varint(micros_of(moment.replace(tzinfo=UTC)) // units)


LEAVES_TO_BYTES: dict[str, Leaf] = {
    "null": nothing,
    "boolean": boolean,
    "int": whole_of_32_bits,
    "long": whole,
    "float": checked("float", _FLOAT.pack),
    "double": double,
    "string": text,
    "bytes": checked("bytes", sized),
    "fixed": checked("fixed", bytes),
    "enum": enum,
    "decimal": decimal,
    "uuid": checked("uuid", lambda value: sized(str(value).encode())),
    "date": checked("date", lambda value: varint(value.toordinal() - _EPOCH_DAY)),
    "time-millis": checked("time-millis", lambda value: varint(_micros_of_day(value) // 1000)),
    "time-micros": checked("time-micros", lambda value: varint(_micros_of_day(value))),
    "timestamp-millis": checked("timestamp-millis", _instant(1000)),
    "timestamp-micros": instant_of_micros,
    "local-timestamp-millis": checked("local-timestamp-millis", _instant(1000)),
    "local-timestamp-micros": checked("local-timestamp-micros", _instant(1)),
}
