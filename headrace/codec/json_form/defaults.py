"""What an absent field becomes."""

from collections.abc import Callable, Mapping
from typing import Any

from headrace.codec.json_form.schema import Types

MISSING = object()


def absent_value(field: Mapping[str, Any], types: Types) -> Any:
    """A field's default, else MISSING: only a default says that a field may be left out."""
    if "default" not in field:
        return MISSING
    return _default(field["type"], field["default"], types)


def _default(schema: Any, default: Any, types: Types) -> Any:
    """A default as the specification writes it (bytes as Latin-1 text) to fastavro's value."""
    resolved = types.resolve(schema)
    convert = _DEFAULTS.get(resolved["type"])
    return convert(resolved, default, types) if convert else default


def _binary(_: Mapping[str, Any], default: Any, __: Types) -> bytes:
    return bytes(default, "latin-1")


def _number(_: Mapping[str, Any], default: Any, __: Types) -> float:
    return float(default)


def _array(schema: Mapping[str, Any], default: Any, types: Types) -> list[Any]:
    return [_default(schema["items"], item, types) for item in default]


def _map(schema: Mapping[str, Any], default: Any, types: Types) -> dict[str, Any]:
    return {key: _default(schema["values"], item, types) for key, item in default.items()}


def _record(schema: Mapping[str, Any], default: Any, types: Types) -> dict[str, Any]:
    return {
        field["name"]: _default(
            field["type"], default.get(field["name"], field.get("default")), types
        )
        for field in schema["fields"]
    }


def _union(schema: Mapping[str, Any], default: Any, types: Types) -> Any:
    if default is None:
        return None
    branches = (branch for branch in schema["branches"] if types.resolve(branch)["type"] != "null")
    return _default(next(branches), default, types)


_DEFAULTS: dict[str, Callable[[Mapping[str, Any], Any, Types], Any]] = {
    "bytes": _binary,
    "fixed": _binary,
    "float": _number,
    "double": _number,
    "array": _array,
    "map": _map,
    "record": _record,
    "union": _union,
}
