"""JSON values to Avro values, compiled once per schema: strict, and naming what is wrong."""

from collections.abc import Callable, Mapping
from typing import Any

from headrace.codec.json_form.defaults import MISSING, absent_value
from headrace.codec.json_form.leaves import LEAVES, LEAVES_OF_SCHEMA
from headrace.codec.json_form.refused import MAX_PROBLEMS, Refused, json_name, refuse, shown
from headrace.codec.json_form.schema import (
    JSON_KINDS,
    Types,
    UnsupportedSchemaError,
    branches_of,
    json_kind,
    kind_of,
    takes_bytes,
)
from headrace.codec.json_form.texts import text
from headrace.errors import FieldProblem, InvalidEventError

Check = Callable[[Any], Any]
_KIND_NAMES = {
    "null": "null",
    "boolean": "a boolean",
    "number": "a number",
    "string": "a string",
    "array": "an array",
    "object": "an object",
}


def to_avro(schema: Any) -> Callable[[Any, str], Any]:
    """A function (JSON value, its path) -> the value that fastavro encodes.

    Raises InvalidEventError with a FieldProblem for each field that is unknown, missing or wrong.
    An absent field takes its default; one without a default is missing, even if it may be null.
    """
    types = Types(schema)
    check = _compile(types.root, types)

    def convert(value: Any, path: str = "") -> Any:
        try:
            return check(value)
        except Refused as refused:
            raise InvalidEventError(
                *(
                    FieldProblem((path + where).lstrip(".") or "value", reason)
                    for where, reason in refused.problems
                )
            ) from None

    return convert


def _compile(schema: Any, types: Types) -> Check:
    resolved = types.resolve(schema)
    match kind_of(resolved):
        case "record":
            return _record(resolved, types)
        case "array":
            return _array(resolved, types)
        case "map":
            return _map(resolved, types)
        case "union":
            return _union(resolved, types)
        case kind if kind in LEAVES:
            return LEAVES[kind]
        case kind:
            return LEAVES_OF_SCHEMA[kind](resolved)


def _record(record: Mapping[str, Any], types: Types) -> Check:
    types.enter(record["name"])
    fields = [
        (field["name"], _compile(field["type"], types), absent_value(field, types))
        for field in record["fields"]
    ]
    types.leave()
    known = frozenset(name for name, _, _ in fields)

    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refuse(f"must be an object, not {json_name(value)}")
        checked: dict[str, Any] = {}
        problems: list[tuple[str, str]] = []
        for name, convert, absent in fields:
            try:
                checked[name] = convert(value[name])
            except KeyError:
                checked[name] = absent
                if absent is MISSING:
                    problems.append((f".{name}", "is missing"))
            except Refused as refused:
                problems.extend((f".{name}{where}", reason) for where, reason in refused.problems)
        if not known.issuperset(value):
            problems += [(f".{shown(key)}", "is not a field") for key in value if key not in known]
        if problems:
            raise Refused(*problems[:MAX_PROBLEMS])
        return checked

    return check


def _array(array: Mapping[str, Any], types: Types) -> Check:
    convert = _compile(array["items"], types)
    if not takes_bytes(array["items"], types):
        raise UnsupportedSchemaError("an array's items take no bytes")

    def check(value: Any) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise refuse(f"must be an array, not {json_name(value)}")
        return _all(((f"[{index}]", item) for index, item in enumerate(value)), convert)

    return check


def _map(mapping: Mapping[str, Any], types: Types) -> Check:
    convert = _compile(mapping["values"], types)

    def check(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise refuse(f"must be an object, not {json_name(value)}")
        _all(((f".{shown(key)} (the key)", key) for key in value), text)
        items = _all(((f".{shown(key)}", item) for key, item in value.items()), convert)
        return dict(zip(value, items, strict=True))

    return check


def _all(items: Any, convert: Check) -> list[Any]:
    converted: list[Any] = []
    problems: list[tuple[str, str]] = []
    for where, item in items:
        try:
            converted.append(convert(item))
        except Refused as refused:
            problems.extend((where + below, reason) for below, reason in refused.problems)
            if len(problems) >= MAX_PROBLEMS:
                break
    if problems:
        raise Refused(*problems[:MAX_PROBLEMS])
    return converted


def _union(union: Mapping[str, Any], types: Types) -> Check:
    nullable, branches = branches_of(union, types)
    resolved = [types.resolve(branch) for branch in branches]
    if nullable and len(branches) == 1:
        return _nullable(branches[0], types)
    checks = [_branch(branch, types) for branch in branches]
    by_kind = {json_kind(each): check for each, check in zip(resolved, checks, strict=True)}
    names = " or ".join(_KIND_NAMES[kind] for kind in by_kind)

    def check(value: Any) -> Any:
        if value is None and nullable:
            return None
        convert = by_kind.get(_kind_of_value(value))
        if convert is None:
            raise refuse(f"must be {names}, not {json_name(value)}")
        return convert(value)

    return check


def _nullable(branch: Any, types: Types) -> Check:
    convert = _branch(branch, types)
    return lambda value: None if value is None else convert(value)


def _branch(branch: Any, types: Types) -> Check:
    """A branch's check; its result names a primitive, which spares fastavro a search (4 us).

    It finds nothing else by name: a record's full name depends on the schema around it, and inside
    a nullable record it compares names with whole schemas.
    """
    convert = _compile(branch, types)
    if not (isinstance(branch, str) and branch in JSON_KINDS):
        return convert
    return lambda value: (branch, convert(value))


def _kind_of_value(value: Any) -> str:
    return json_name(value).removeprefix("a ").removeprefix("an ")
