"""What differs between two payload records, field by field, in words."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson


class FieldChange(NamedTuple):
    """A field's path, and what became of it."""

    field: str
    reason: str


def changes_of(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Every difference between two records; where nothing but texts differ, that they do."""
    found = tuple(_changes(old, new, "")) if old != new else ()
    if not found and old != new:
        return (FieldChange("", "its texts or attributes differ"),)
    return found


def _changes(old: Any, new: Any, path: str) -> Iterator[FieldChange]:
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new) == 2:
        yield from _changes(old[1], new[1], path)
    elif not (isinstance(old, Mapping) and isinstance(new, Mapping)) or old["type"] != new["type"]:
        if old != new:
            yield FieldChange(path, f"{_named(old)} becomes {_named(new)}")
    elif old["type"] == "record":
        yield from _changes_of_fields(old, new, path)
    elif old["type"] == "array":
        yield from _changes(old["items"], new["items"], f"{path}[]")
    elif old["type"] == "map":
        yield from _changes(old["values"], new["values"], f"{path}{{}}")
    elif old["type"] == "enum":
        yield from _changes_of_symbols(old, new, path)
    elif _named(old) != _named(new):
        yield FieldChange(path, f"{_named(old)} becomes {_named(new)}")


def _changes_of_fields(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str
) -> Iterator[FieldChange]:
    before = {each["name"]: each for each in old["fields"]}
    left = dict(before)
    for field in new["fields"]:
        here = f"{path}.{field['name']}".lstrip(".")
        names = (field["name"], *field.get("aliases", ()))
        was = next((left.pop(name) for name in names if name in left), None)
        if was is None:
            default = f"default {_text(field['default'])}" if "default" in field else "no default"
            yield FieldChange(here, f"new, with {default}")
            continue
        if was["name"] != field["name"]:
            yield FieldChange(here, f"was called {was['name']}, which is an alias now")
        yield from _changes(was["type"], field["type"], here)
        yield from _changes_of_default(was, field, here)
    for name in left:
        yield FieldChange(f"{path}.{name}".lstrip("."), "left out")


def _changes_of_default(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str
) -> Iterator[FieldChange]:
    before, now = (_text(each["default"]) if "default" in each else "none" for each in (old, new))
    if before != now:
        yield FieldChange(path, f"its default was {before} and is {now}")


def _changes_of_symbols(
    old: Mapping[str, Any], new: Mapping[str, Any], path: str
) -> Iterator[FieldChange]:
    for symbol in new["symbols"]:
        if symbol not in old["symbols"]:
            yield FieldChange(path, f"new symbol {symbol}")
    for symbol in old["symbols"]:
        if symbol not in new["symbols"]:
            yield FieldChange(path, f"symbol {symbol} left out")


def _named(schema: Any) -> str:
    """A type in a word or two."""
    if isinstance(schema, list):
        return " or ".join(_named(each) for each in schema)
    if not isinstance(schema, Mapping):
        return str(schema)
    if schema.get("logicalType") == "decimal":
        return f"decimal({schema.get('precision')}, {schema.get('scale', 0)})"
    return str(schema.get("logicalType") or schema.get("name") or schema["type"])


def _text(value: Any) -> str:
    return orjson.dumps(value).decode()
