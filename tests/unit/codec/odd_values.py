"""Values for a schema, right ones and odd ones, for tests that hold two ways to each other."""

from collections import OrderedDict
from collections.abc import Mapping
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

from headrace.codec.json_form.schema import Types, kind_of


class Word(StrEnum):
    """A string that is none by type."""

    A = "A"


class Number(IntEnum):
    """A whole number that is none by type."""

    ONE = 1


ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 1.0, -0.0, 1.5, 8191, 8192, -64, -65, 2**31, -(2**31) - 1,
    2**53 + 1, -(2**63), 2**63, 2**64, 10**400, 1e39, 3.4028235e38, float("nan"), float("-inf"),
    "", "a", "A", "a\0", "\ud800", "naïve \U0001f600", "x" * 300, "é" * 9000, "12.50", "-0.05",
    "1e3", "\u0663", "AQI=", "AQ", "2026-02-30", "2026-03-14", "20260314", "2026-W11-6",
    "2026-03-14T15:09:26Z", "2026-03-14t16:09:26.5+01:00", "2026-03-14T15:09:26.1234567Z",
    "0001-01-01T00:00:00+01:00", "2026-03-14T24:00:00Z", "2026-03-14T15:09:26", "24:00:00",
    "10:00:00.000001", "01890A5D-AC96-774B-BCCE-B302099A8057", "01890a5dac96774bbcceb302099a8057",
    b"AQ==", [], {}, [None], [[]], (), ("a",), {"a": 1}, {"a\0": 1}, {1: 2}, Word.A, Number.ONE,
    OrderedDict(a=1), MappingProxyType({"a": 1}),
)  # fmt: skip

odd = st.sampled_from(ODD)
texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


def _moments(end: str) -> st.SearchStrategy[str]:
    return st.datetimes().map(lambda moment: moment.isoformat(timespec="microseconds") + end)


_PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "null": st.none(),
    "boolean": st.booleans(),
    "int": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(width=32, allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**60), 2**60),
    "string": texts,
    "bytes": st.sampled_from(["", "AA==", "/w8="]),
    "fixed": st.sampled_from(["AQID", "////"]),
    "decimal": st.sampled_from(["0", "0.05", "-12.5", "99.99", "1e3"]),
    "uuid": st.uuids().map(str),
    "date": st.dates().map(lambda day: day.isoformat()),
    "time-millis": st.sampled_from(["00:00:00", "23:59:59.999000", "10:00:00.5"]),
    "time-micros": st.times().map(lambda time: time.isoformat("microseconds")),
    "timestamp-millis": st.sampled_from(["1969-12-31T23:59:59.999Z", "2026-03-14T15:09:26Z"]),
    "timestamp-micros": _moments("Z"),
    "local-timestamp-millis": st.sampled_from(["2026-03-14T15:09:26.535", "0001-01-01 00:00:00"]),
    "local-timestamp-micros": _moments(""),
}


def right_values(schema: Any) -> st.SearchStrategy[Any]:
    """JSON values that the schema takes, for any schema that has a JSON form."""
    types = Types(schema)
    return _right(types.root, types)


def _right(schema: Any, types: Types) -> st.SearchStrategy[Any]:
    resolved = types.resolve(schema)
    kind = kind_of(resolved)
    if kind in _PLAIN:
        return _PLAIN[kind]

    def of(inner: Any) -> st.SearchStrategy[Any]:
        return _right(inner, types)

    match kind:
        case "array":
            made: st.SearchStrategy[Any] = st.lists(of(resolved["items"]), max_size=3)
        case "map":
            made = st.dictionaries(texts, of(resolved["values"]), max_size=3)
        case "union":
            made = st.one_of(*map(of, resolved["branches"]))
        case "enum":
            made = st.sampled_from(resolved["symbols"])
        case _:
            made = _records(resolved, types)
    return made


def _records(record: Mapping[str, Any], types: Types) -> st.SearchStrategy[Any]:
    fields = {field["name"]: _right(field["type"], types) for field in record["fields"]}
    defaulted = {field["name"] for field in record["fields"] if "default" in field}
    return st.fixed_dictionaries(
        {name: values for name, values in fields.items() if name not in defaulted},
        optional={name: values for name, values in fields.items() if name in defaulted},
    )


@st.composite
def spoilt(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> Any:
    """A value with up to two places of it replaced by something odd, left out, or added."""
    value = draw(values)
    for _ in range(draw(st.integers(0, 2))):
        value = _spoil(draw, value)
    return value


def _spoil(draw: st.DrawFn, value: Any) -> Any:
    if type(value) is dict and value and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(value)))
        match draw(st.integers(0, 5)):
            case 0:
                return {name: item for name, item in value.items() if name != key}
            case 1:
                return value | {draw(texts | st.just("colour")): draw(odd)}
            case _:
                return value | {key: _spoil(draw, value[key])}
    if type(value) is list and value and draw(st.booleans()):
        at = draw(st.integers(0, len(value) - 1))
        return [*value[:at], _spoil(draw, value[at]), *value[at + 1 :]]
    return draw(odd)
