"""From decoded columns to the payload's JSON text: the table of docs/json.md, as expressions.

A `Shape` says for one Avro type how its column becomes a value that Polars' JSON encoder writes as
the row path would (`native`), or how it becomes JSON text where that encoder has no such value
(maps), and which of its values only the row path may judge (`doubtful`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import polars as pl

from headrace.codec.json_form.schema import Types, UnsupportedSchemaError, kind_of

Change = Callable[[pl.Expr], pl.Expr]

# Years of four digits: beyond them, and before, the row path decides.
_FIRST = datetime(1000, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)
_PER_SECOND = {"timestamp-micros": 1_000_000, "timestamp-millis": 1_000}
_UNITS = {"timestamp-micros": "us", "timestamp-millis": "ms"}
_DAY = 86_400


class NotColumnarError(Exception):
    """The type is not on the list; the schema's records go through the row path."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`native` is None where JSON text has to be put together; `plain` if it changes nothing."""

    native: Change | None
    text: Change
    doubtful: Change | None = None
    plain: bool = False


def shape_of(schema: Any, types: Types) -> Shape:  # noqa: PLR0911 - one table, a line a kind
    """Raises NotColumnarError."""
    resolved = types.resolve(schema)
    match kind_of(resolved):
        case "boolean" | "int" | "long" | "string":
            return _leaf(_same, plain=True)
        case "enum":
            return _enum(resolved["symbols"])
        case "double" | "float":
            return _leaf(_as_double, lambda value: ~value.is_finite())
        case "date":
            return _within(_beyond_years(1 / _DAY), _date_text)
        case "timestamp-micros" | "timestamp-millis" as kind:
            return _within(_beyond_years(_PER_SECOND[kind]), _instant_text(_UNITS[kind]))
        case "record":
            return _record(resolved, types)
        case "array":
            return _array(shape_of(resolved["items"], types))
        case "map":
            return _map(shape_of(resolved["values"], types))
        case "union":
            return _nullable(resolved["branches"], types)
        case kind:
            raise NotColumnarError(f"{kind} is not on the list")


def _same(value: pl.Expr) -> pl.Expr:
    return value


def _as_double(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Float64)


def _enum(symbols: Sequence[str]) -> Shape:
    """The reader panics at arrays of enums; on the wire an enum is the number of its symbol."""
    numbers = range(len(symbols))

    def native(value: pl.Expr) -> pl.Expr:
        return value.replace_strict(numbers, symbols, default=None, return_dtype=pl.String)

    return _leaf(native, lambda value: ~value.is_between(0, len(symbols) - 1))


def _date_text(value: pl.Expr) -> pl.Expr:
    return value.cast(pl.Date).dt.to_string("iso")


def _instant_text(unit: Any) -> Change:
    def text(value: pl.Expr) -> pl.Expr:
        instant = value.cast(pl.Datetime(unit)).cast(pl.Datetime("us"))
        return instant.dt.to_string("iso:strict") + "Z"

    return text


def _beyond_years(per_second: float) -> Change:
    first, last = (round(end.timestamp() * per_second) for end in (_FIRST, _LAST))
    return lambda value: ~value.is_between(first, last)


def _within(beyond: Change, native: Change) -> Shape:
    """What is beyond becomes null first: Polars panics at times that its calendar does not have."""
    return _leaf(lambda value: native(pl.when(~beyond(value)).then(value)), beyond)


def _leaf(native: Change, doubtful: Change | None = None, *, plain: bool = False) -> Shape:
    return Shape(native, _text_of(native), doubtful, plain)


def _text_of(native: Change) -> Change:
    """JSON text of one value: the only field of an object, taken out of it."""

    def text(value: pl.Expr) -> pl.Expr:
        encoded = pl.struct(native(value).alias("v")).struct.json_encode()
        return encoded.str.strip_prefix('{"v":').str.strip_suffix("}")

    return text


def _nullable(branches: Sequence[Any], types: Types) -> Shape:
    others = [branch for branch in branches if branch != "null"]
    if len(others) != 1:
        raise NotColumnarError("a union of several types is not on the list")
    return shape_of(others[0], types)


def _record(record: Mapping[str, Any], types: Types) -> Shape:
    try:
        types.enter(record["name"])
    except UnsupportedSchemaError as error:
        raise NotColumnarError(str(error)) from error
    fields = {field["name"]: shape_of(field["type"], types) for field in record["fields"]}
    types.leave()
    if not fields:
        raise NotColumnarError("a record without fields is not on the list")
    doubts = {name: shape.doubtful for name, shape in fields.items() if shape.doubtful}
    doubtful = _any_field(doubts) if doubts else None
    if all(shape.plain for shape in fields.values()):
        return _leaf(_same, doubtful, plain=True)
    if all(shape.native for shape in fields.values()):
        return _leaf(_rebuilt(fields), doubtful)
    return Shape(None, _record_text(fields), doubtful)


def _any_field(doubts: Mapping[str, Change]) -> Change:
    return lambda value: pl.any_horizontal(
        *(doubt(value.struct.field(name)).fill_null(value=False) for name, doubt in doubts.items())
    )


def _rebuilt(fields: Mapping[str, Shape]) -> Change:
    """Only what changes is made anew: an expression for every field costs milliseconds a batch."""

    def rebuilt(value: pl.Expr) -> pl.Expr:
        changed = [
            shape.native(value.struct.field(name)).alias(name)
            for name, shape in fields.items()
            if shape.native and not shape.plain
        ]
        return pl.when(value.is_not_null()).then(value.struct.with_fields(*changed))

    return rebuilt


def _struct(value: pl.Expr, fields: Mapping[str, Shape]) -> pl.Expr:
    return pl.struct(
        shape.native(value.struct.field(name)).alias(name)
        for name, shape in fields.items()
        if shape.native
    )


def _record_text(fields: Mapping[str, Shape]) -> Change:
    """The fields that the encoder can write in one go, then the text of the others."""
    texts = {name: shape.text for name, shape in fields.items() if shape.native is None}

    def text(value: pl.Expr) -> pl.Expr:
        parts: list[pl.Expr | str] = []
        if len(texts) < len(fields):
            parts.append(_struct(value, fields).struct.json_encode().str.strip_suffix("}"))
        for name, part in texts.items():
            parts += [pl.lit(f'{"," if parts else "{"}"{name}":'), part(value.struct.field(name))]
        return _unless_null(value, pl.concat_str(*parts, pl.lit("}")))

    return text


def _unless_null(value: pl.Expr, text: pl.Expr) -> pl.Expr:
    return pl.when(value.is_null()).then(pl.lit("null")).otherwise(text)


def _array(item: Shape) -> Shape:
    doubtful = _any_item(item.doubtful) if item.doubtful else None
    native = item.native
    if item.plain:
        return _leaf(_same, doubtful, plain=True)
    if native is not None:
        return _leaf(lambda value: value.list.eval(native(pl.element())), doubtful)

    def text(value: pl.Expr) -> pl.Expr:
        items = value.list.eval(item.text(pl.element())).list.join(",")
        return _unless_null(value, pl.concat_str(pl.lit("["), items, pl.lit("]")))

    return Shape(None, text, doubtful)


def _any_item(doubt: Change) -> Change:
    return lambda value: value.list.eval(doubt(pl.element()).fill_null(value=False)).list.any()


def _map(values: Shape) -> Shape:
    """The reader gives a map as a list of {key, value}."""
    native, doubt = values.native, values.doubtful
    if native is None:
        raise NotColumnarError("a map of maps is not on the list")

    def entry(pair: pl.Expr) -> pl.Expr:
        key, value = pair.struct.field("key"), pair.struct.field("value")
        encoded = pl.struct(key.alias("key"), native(value).alias("value")).struct.json_encode()
        # In a JSON string every quote is escaped, so the first such sequence ends the key.
        text = encoded.str.strip_prefix('{"key":').str.strip_suffix("}")
        return text.str.replace(',"value":', ":", literal=True)

    def text(value: pl.Expr) -> pl.Expr:
        entries = value.list.eval(entry(pl.element())).list.join(",")
        return _unless_null(value, pl.concat_str(pl.lit("{"), entries, pl.lit("}")))

    doubtful = _any_item(lambda pair: doubt(pair.struct.field("value"))) if doubt else None
    return Shape(None, text, doubtful)
