"""Avro values to JSON values, compiled once per schema.

A subtree whose values are JSON already has no converter at all: the hot path never walks it.
Converters change freshly decoded records, lists and maps in place.
"""

import base64
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from headrace.codec.json_form.schema import (
    Types,
    UnsupportedSchemaError,
    branches_of,
    kind_of,
    takes_bytes,
)
from headrace.errors import PoisonError

Convert = Callable[[Any], Any]


def from_avro(schema: Any) -> Convert:
    """A function from a value that fastavro decoded (logical types on) to its JSON value.

    It may change its argument in place. Raises PoisonError (`not_finite`) for NaN and infinities.
    """
    types = Types(schema)
    return _compile(types.root, types, "") or _same


def compile_field(record: Any, name: str) -> Convert | None:
    """Like `from_avro` for one field of a record; None when its values are JSON already."""
    types = Types(record)
    field = next(field for field in types.root["fields"] if field["name"] == name)
    return _compile(field["type"], types, name)


def _same(value: Any) -> Any:
    return value


def _compile(schema: Any, types: Types, path: str) -> Convert | None:
    resolved = types.resolve(schema)
    kind = kind_of(resolved)
    if kind in _COMPOUNDS:
        return _COMPOUNDS[kind](resolved, types, path)
    return _LEAVES.get(kind)


def _record(record: Mapping[str, Any], types: Types, path: str) -> Convert | None:
    types.enter(record["name"])
    compiled = [
        (field["name"], _compile(field["type"], types, f"{path}.{field['name']}".lstrip(".")))
        for field in record["fields"]
    ]
    types.leave()
    changing = [(name, convert) for name, convert in compiled if convert is not None]

    def convert_record(value: dict[str, Any]) -> dict[str, Any]:
        for name, convert in changing:
            value[name] = convert(value[name])
        return value

    return convert_record if changing else None


def _array(array: Mapping[str, Any], types: Types, path: str) -> Convert | None:
    item = _compile(array["items"], types, f"{path}[]")
    if not takes_bytes(array["items"], types):
        # a few bytes could claim 2**62 of them
        raise UnsupportedSchemaError(f"the items of {path or 'the array'} take no bytes")
    if item is None:
        return None
    convert = item
    return lambda value: [convert(each) for each in value]


def _map(mapping: Mapping[str, Any], types: Types, path: str) -> Convert | None:
    item = _compile(mapping["values"], types, f"{path}{{}}")
    if item is None:
        return None
    convert = item
    return lambda value: {key: convert(each) for key, each in value.items()}


def _union(union: Mapping[str, Any], types: Types, path: str) -> Convert | None:
    _, branches = branches_of(union, types)
    compiled = [(types.resolve(branch), _compile(branch, types, path)) for branch in branches]
    changing = {
        python_type: convert
        for resolved, convert in compiled
        if convert is not None
        for python_type in _PYTHON_TYPES.get(kind_of(resolved), (str,))
    }
    if not changing:
        return None
    if len(branches) == 1:
        only = next(iter(changing.values()))
        return lambda value: None if value is None else only(value)
    return lambda value: changing.get(type(value), _same)(value)


def _finite(_: Mapping[str, Any], __: Types, path: str) -> Convert:
    isfinite = math.isfinite

    def convert_float(value: float) -> float:
        if isfinite(value):
            return value
        raise PoisonError("not_finite", f"{path or 'the value'} is {value}, which JSON cannot hold")

    return convert_float


def _decimal(schema: Mapping[str, Any], _: Types, __: str) -> Convert:
    scale, precision = schema.get("scale", 0), schema["precision"]

    def convert_decimal(value: bytes | Decimal) -> str:
        if isinstance(value, Decimal):
            return f"{value:.{scale}f}"
        unscaled = int.from_bytes(value, "big", signed=True)
        if abs(unscaled) >= 10**precision:
            raise PoisonError("bad_decimal", f"a decimal has more than {precision} digits")
        return decimal_text(unscaled, scale)

    return convert_decimal


def decimal_text(unscaled: int, scale: int) -> str:
    """unscaled x 10^-scale with exactly `scale` fraction digits: (1250, 2) gives 12.50."""
    sign, digits = "-" if unscaled < 0 else "", str(abs(unscaled)).rjust(scale + 1, "0")
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else sign + digits


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


def _instant(value: datetime) -> str:
    return value.isoformat(timespec="microseconds")[:-6] + "Z"


def _local(value: datetime) -> str:
    return value.isoformat(timespec="microseconds")


def _time(value: time) -> str:
    return value.isoformat(timespec="microseconds")


_COMPOUNDS: dict[str, Callable[[Mapping[str, Any], Types, str], Convert | None]] = {
    "record": _record,
    "array": _array,
    "map": _map,
    "union": _union,
    "float": _finite,
    "double": _finite,
    "decimal": _decimal,
}
_LEAVES: dict[str, Convert] = {
    "bytes": _base64,
    "fixed": _base64,
    "uuid": str,
    "date": date.isoformat,
    "time-millis": _time,
    "time-micros": _time,
    "timestamp-millis": _instant,
    "timestamp-micros": _instant,
    "local-timestamp-millis": _local,
    "local-timestamp-micros": _local,
}
# what fastavro decodes to, where a union has to tell branches apart
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "bytes": (bytes,),
    "fixed": (bytes,),
    "decimal": (bytes, Decimal),
    "uuid": (UUID,),
    "date": (date,),
    "time-millis": (time,),
    "time-micros": (time,),
    "timestamp-millis": (datetime,),
    "timestamp-micros": (datetime,),
    "local-timestamp-millis": (datetime,),
    "local-timestamp-micros": (datetime,),
    "float": (float,),
    "double": (float,),
    "array": (list,),
    "map": (dict,),
    "record": (dict,),
}
