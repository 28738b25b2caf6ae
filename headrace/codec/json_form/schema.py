"""What both directions ask of a schema: its kind, its named types, and that JSON can hold it."""

from collections.abc import Mapping
from typing import Any

from fastavro import parse_schema
from fastavro.schema import SchemaParseException, UnknownType

from headrace.errors import HeadraceError

JSON_KINDS = {
    "null": "null",
    "boolean": "boolean",
    "int": "number",
    "long": "number",
    "float": "number",
    "double": "number",
    "string": "string",
    "bytes": "string",
    "fixed": "string",
    "enum": "string",
    "array": "array",
    "map": "object",
    "record": "object",
}
# (type, logical type) pairs that have a form of their own; any other logical type is ignored,
# as the Avro specification says
_LOGICAL = {
    ("string", "uuid"),
    ("bytes", "decimal"),
    ("fixed", "decimal"),
    ("int", "date"),
    ("int", "time-millis"),
    ("long", "time-micros"),
    ("long", "timestamp-millis"),
    ("long", "timestamp-micros"),
    ("long", "local-timestamp-millis"),
    ("long", "local-timestamp-micros"),
}


class UnsupportedSchemaError(HeadraceError):
    """A schema that has no JSON form here; docs/json.md says which have."""


class Types:
    """The named types of one schema, and the path of those being compiled (no recursion)."""

    def __init__(self, schema: Any) -> None:
        self.named: dict[str, Any] = {}
        self.root = _parse(schema, self.named)
        self._active: list[str] = []

    def resolve(self, schema: Any) -> dict[str, Any]:
        """A schema as a mapping with `type`, whichever way it was written."""
        if isinstance(schema, str):
            schema = self.named.get(schema, {"type": schema})
        if isinstance(schema, list):
            return {"type": "union", "branches": schema}
        inner = schema["type"]
        if isinstance(inner, str) and inner in JSON_KINDS:
            return dict(schema)
        if isinstance(inner, str) and inner not in self.named:
            raise UnsupportedSchemaError(f"type {inner!r} has no JSON form")
        return self.resolve(inner)

    def enter(self, name: str) -> None:
        if name in self._active:
            raise UnsupportedSchemaError(f"{name} contains itself; recursive types have no form")
        self._active.append(name)

    def leave(self) -> None:
        self._active.pop()


def _parse(schema: Any, named: dict[str, Any]) -> Any:
    try:
        return parse_schema(_without_marks(schema), named)
    except (SchemaParseException, UnknownType, KeyError, TypeError, ValueError) as error:
        raise UnsupportedSchemaError(f"not an Avro schema: {error!r}") from error
    except RecursionError as error:
        raise UnsupportedSchemaError("the schema nests too deeply") from error


def _without_marks(schema: Any) -> Any:
    """A schema that fastavro parsed before would not fill `named` again as it is needed."""
    if isinstance(schema, dict):
        return {
            key: _without_marks(value) for key, value in schema.items() if not key.startswith("__")
        }
    return [_without_marks(branch) for branch in schema] if isinstance(schema, list) else schema


def kind_of(schema: Mapping[str, Any]) -> str:
    """The name in the table: the logical type where it counts, else the Avro type."""
    logical = schema.get("logicalType")
    return str(logical) if (schema["type"], logical) in _LOGICAL else str(schema["type"])


def json_kind(schema: Mapping[str, Any]) -> str:
    """The kind of JSON value that a schema's values become; all logical types become strings."""
    if (schema["type"], schema.get("logicalType")) in _LOGICAL:
        return "string"
    return JSON_KINDS.get(schema["type"], "union")


def branches_of(union: Mapping[str, Any], types: Types) -> tuple[bool, list[Any]]:
    """Whether null is allowed, and the other branches; refuses those JSON cannot tell apart."""
    resolved = [(branch, types.resolve(branch)) for branch in union["branches"]]
    kinds = [json_kind(schema) for _, schema in resolved]
    if len(set(kinds)) < len(kinds):
        raise UnsupportedSchemaError(
            f"a union of two branches that are both a JSON {_repeated(kinds)} is ambiguous"
        )
    return "null" in kinds, [branch for branch, schema in resolved if schema["type"] != "null"]


def _repeated(kinds: list[str]) -> str:
    return next(kind for kind in kinds if kinds.count(kind) > 1)


def takes_bytes(schema: Any, types: Types) -> bool:
    """Whether each value takes at least one byte, so that input bounds an array's length."""
    resolved = types.resolve(schema)
    if resolved["type"] == "record":
        return any(takes_bytes(field["type"], types) for field in resolved["fields"])
    return resolved["type"] != "null" and resolved.get("size") != 0


def reading_schema(schema: Any) -> Any:
    """The schema to decode with: `schema` without its decimals, which fastavro would round."""
    if isinstance(schema, list):
        return [reading_schema(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: reading_schema(value)
        for key, value in schema.items()
        if not (key == "logicalType" and value == "decimal")
    }
