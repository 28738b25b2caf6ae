"""Which schemas the columnar path takes, and how."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from headrace.codec.columnar.container import MARK, Container
from headrace.codec.columnar.shapes import NotColumnarError, shape_of
from headrace.codec.json_form.schema import Types

_NEVER = pl.lit(value=False)


@dataclass(frozen=True, slots=True)
class ColumnarPlan:
    """How the bodies of one writer schema are framed, and its payload becomes JSON text.

    `payload` and `doubtful` are expressions over the column of that name, made once: a wide payload
    has hundreds of them.
    """

    container: Container
    payload: pl.Expr
    doubtful: pl.Expr


def columnar_plan(schema: dict[str, Any]) -> ColumnarPlan:
    """Raises NotColumnarError, or UnsupportedSchemaError as the row path does.

    `schema` is one that `check_envelope` has accepted.
    """
    types = Types(schema)
    root = types.root
    fields = {field["name"]: field["type"] for field in root["fields"]}
    if MARK in fields:
        raise NotColumnarError(f"a field is named {MARK}")
    shape = shape_of(fields["payload"], types)
    column = pl.col("payload")
    doubtful = shape.doubtful(column).fill_null(value=False) if shape.doubtful else _NEVER
    framing = Container(_bare(root, types, itertools.count()))
    return ColumnarPlan(framing, shape.text(column), doubtful)


def _bare(schema: Any, types: Types, numbers: Iterator[int]) -> Any:
    """Without logical types, defaults and documentation, each use of a named type spelt out.

    The reader makes JSON text of a type that is referred to by its name. An enum is read as the
    number that it is on the wire.
    """
    if isinstance(schema, list):
        return [_bare(branch, types, numbers) for branch in schema]
    resolved = types.resolve(schema)
    if resolved["type"] == "union":
        return _bare(resolved["branches"], types, numbers)
    if resolved["type"] == "enum":
        return {"type": "int"}
    bare = {"type": resolved["type"]}
    if "name" in resolved:
        bare["name"] = f"T{next(numbers)}"
    return bare | _inside(resolved, types, numbers)


def _inside(resolved: Mapping[str, Any], types: Types, numbers: Iterator[int]) -> dict[str, Any]:
    match resolved["type"]:
        case "record":
            fields = [
                {"name": field["name"], "type": _bare(field["type"], types, numbers)}
                for field in resolved["fields"]
            ]
            return {"fields": fields}
        case "array":
            return {"items": _bare(resolved["items"], types, numbers)}
        case "map":
            return {"values": _bare(resolved["values"], types, numbers)}
        case "fixed":
            return {"size": resolved["size"]}
    return {}
