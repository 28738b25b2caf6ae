"""A field's Avro type, said in a few words."""

from collections.abc import Mapping
from typing import Any

from headrace.catalog.generate.package import inner_first

_HOLDERS = {"array": ("items", "list of", "[]"), "map": ("values", "map to", "{}")}
_Named = Mapping[str, Mapping[str, Any]]


def named_types(payload: Mapping[str, Any]) -> _Named:
    """The types defined inside a payload, by name."""
    return dict(inner_first(payload))


def type_in_words(schema: Any, named: _Named) -> tuple[str, Mapping[str, Any] | None, str]:
    """The words, the record in it if there is one, and what its path gets: `[]`, `{}`."""
    if isinstance(schema, list):
        words, inner, mark = type_in_words(schema[1], named)
        return f"{words} or null", inner, mark
    resolved = named.get(schema, {"type": schema}) if isinstance(schema, str) else schema
    kind = resolved["type"]
    if kind == "record":
        return str(resolved["name"]), resolved, ""
    if kind in _HOLDERS:
        content, word, sign = _HOLDERS[kind]
        words, inner, mark = type_in_words(resolved[content], named)
        return f"{word} {words}", inner, f"{sign}{mark}"
    return _leaf(resolved), None, ""


def _leaf(schema: Mapping[str, Any]) -> str:
    if schema["type"] == "enum":
        return f"one of {', '.join(schema['symbols'])}"
    if schema.get("logicalType") == "decimal":
        digits, scale = schema["precision"], schema.get("scale", 0)
        return f"decimal of {digits} digits, {scale} after the point"
    return str(schema.get("logicalType") or schema["type"])
