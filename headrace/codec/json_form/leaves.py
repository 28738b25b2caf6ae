"""Strict checks of single JSON values on their way to Avro; each raises Refused with the reason."""

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from headrace.codec.json_form.moments import clock_time, day, instant, local
from headrace.codec.json_form.refused import json_name, refuse
from headrace.codec.json_form.texts import text

_INT = range(-(2**31), 2**31)
_LONG = range(-(2**63), 2**63)
_FLOAT_MAX = 3.4028234663852886e38
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


def null(value: Any) -> None:
    if value is not None:
        raise refuse(f"must be null, not {json_name(value)}")


def boolean(value: Any) -> bool:
    if type(value) is not bool:
        raise refuse(f"must be true or false, not {json_name(value)}")
    return value


def integer(limits: range) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if type(value) is not int:
            name = "a fraction" if type(value) is float else json_name(value)
            raise refuse(f"must be a whole number, not {name}")
        if value not in limits:
            raise refuse(f"must be between {limits.start} and {limits.stop - 1}")
        return value

    return check


def double(value: Any) -> float:
    if type(value) is float:
        if value - value != 0:
            raise refuse("must be a finite number")
        return value
    if type(value) is not int:
        raise refuse(f"must be a number, not {json_name(value)}")
    if not -(2**1023) < value < 2**1023 or int(float(value)) != value:
        raise refuse("is too large to be exact as a 64-bit float")
    return float(value)


def single(value: Any) -> float:
    """A 32-bit float: rounded to its nearest, refused beyond its range."""
    number = double(value)
    if abs(number) > _FLOAT_MAX:
        raise refuse("is beyond the range of a 32-bit float")
    return number


def binary(value: Any) -> bytes:
    try:
        return base64.b64decode(text(value), validate=True)
    except (binascii.Error, ValueError):
        raise refuse("must be base64 (RFC 4648 §4)") from None


def fixed(schema: Mapping[str, Any]) -> Callable[[Any], bytes]:
    size = schema["size"]

    def check(value: Any) -> bytes:
        found = binary(value)
        if len(found) != size:
            raise refuse(f"must be base64 of {size} bytes, not of {len(found)}")
        return found

    return check


def enum(schema: Mapping[str, Any]) -> Callable[[Any], str]:
    symbols = frozenset(schema["symbols"])
    listed = ", ".join(schema["symbols"])

    def check(value: Any) -> str:
        if type(value) is not str or value not in symbols:
            raise refuse(f"must be one of {listed}")
        return value

    return check


def uuid(value: Any) -> UUID:
    if not _UUID.fullmatch(text(value)):
        raise refuse("must be a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")
    return UUID(value)


def decimal(schema: Mapping[str, Any]) -> Callable[[Any], bytes]:
    scale, precision, size = schema.get("scale", 0), schema["precision"], schema.get("size")

    def check(value: Any) -> bytes:
        if type(value) is not str or len(value) > precision + 40 or not _DECIMAL.fullmatch(value):
            raise refuse('must be a decimal as a string, such as "12.50"')
        whole, _, fraction = value.partition(".")
        if len(fraction.rstrip("0")) > scale:
            raise refuse(f"may have at most {scale} digits after the point")
        unscaled = int(whole + fraction[:scale].ljust(scale, "0"))
        if abs(unscaled) >= 10**precision:
            raise refuse(f"may have at most {precision - scale} digits before the point")
        if size and unscaled.bit_length() >= size * 8:
            raise refuse(f"does not fit into {size} bytes")
        return unscaled.to_bytes(size or (unscaled.bit_length() + 8) // 8, "big", signed=True)

    return check


LEAVES: dict[str, Callable[[Any], Any]] = {
    "null": null,
    "boolean": boolean,
    "int": integer(_INT),
    "long": integer(_LONG),
    "float": single,
    "double": double,
    "string": text,
    "bytes": binary,
    "uuid": uuid,
    "date": day,
    "time-millis": clock_time(3),
    "time-micros": clock_time(6),
    "timestamp-millis": instant(3),
    "timestamp-micros": instant(6),
    "local-timestamp-millis": local(3),
    "local-timestamp-micros": local(6),
}
LEAVES_OF_SCHEMA: dict[str, Callable[[Mapping[str, Any]], Callable[[Any], Any]]] = {
    "fixed": fixed,
    "enum": enum,
    "decimal": decimal,
}
