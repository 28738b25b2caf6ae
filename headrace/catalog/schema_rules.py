"""What a payload's Avro schema must satisfy, beyond being Avro.

Only shapes that every decoder of ours reads: unions ["null", X], no recursion, no empty record,
no plain null, decimals of 38 digits at most. Everything has a doc. A personal field is a nullable
string that names whose it is, so that it can carry ciphertext later.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

PRIMITIVES = frozenset({"boolean", "int", "long", "float", "double", "bytes", "string"})
LOGICAL_TYPES: Mapping[str, frozenset[str]] = {
    "uuid": frozenset({"string"}),
    "decimal": frozenset({"bytes", "fixed"}),
    "date": frozenset({"int"}),
    "time-millis": frozenset({"int"}),
    "time-micros": frozenset({"long"}),
    "timestamp-millis": frozenset({"long"}),
    "timestamp-micros": frozenset({"long"}),
}
PERSONAL_TYPES = frozenset(
    {"name", "email", "phone", "ip", "address", "birthdate", "device", "text"}
)
MAX_DECIMAL_PRECISION = 38

_ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "record": frozenset({"type", "name", "doc", "fields"}),
    "enum": frozenset({"type", "name", "doc", "symbols", "default"}),
    "fixed": frozenset({"type", "name", "doc", "size", "logicalType", "precision", "scale"}),
    "array": frozenset({"type", "items"}),
    "map": frozenset({"type", "values"}),
    "field": frozenset({"name", "type", "doc", "default", "aliases", "personal"}),
}
_PRIMITIVE_ATTRIBUTES = frozenset({"type", "logicalType", "precision", "scale"})
_ID_TYPES: tuple[Any, ...] = (
    "string",
    {"type": "string"},
    {"type": "string", "logicalType": "uuid"},
)
_FIELD_NAME = re.compile(r"^[a-z][A-Za-z0-9]*$")
_TYPE_NAME = re.compile(r"^[A-Z][A-Za-z0-9]*$")
_SYMBOL = re.compile(r"^[A-Za-z_][A-Za-z0-9_]*$")
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class SchemaProblem:
    """One rule that one place of a schema breaks; `field` is a path such as `fare.currency`."""

    field: str
    reason: str


@dataclass(slots=True)
class _Scope:
    """Where the walk stands: the names met, and the records it is inside of, outermost first."""

    defined: dict[str, Any] = field(default_factory=dict)
    inside: list[Mapping[str, Any]] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)


def snake_case(name: str) -> str:
    """The name in Python's manner: createdAt gives created_at."""
    return _WORD_START.sub("_", name).lower()


def check_payload_schema(schema: Mapping[str, Any], name: str) -> list[SchemaProblem]:
    """Every rule that the record `schema`, which must be called `name`, breaks."""
    found: list[SchemaProblem] = []
    if schema.get("type") != "record":
        return [SchemaProblem("", "the payload is a record")]
    if schema.get("name") != name:
        found.append(SchemaProblem("name", f"the record is called {name} here"))
    return found + list(_check_type(schema, "", _Scope()))


def personal_fields(schema: Mapping[str, Any]) -> tuple[str, ...]:
    """The paths of the personal fields of a payload that keeps the rules, in their order."""
    scope = _Scope()
    for _ in _check_type(schema, "", scope):
        pass
    return tuple(scope.personal)


def has_id_field(schema: Mapping[str, Any], name: str) -> bool:
    """Whether a payload has a field of that name that always holds a plain string or a UUID."""
    return any(
        each["name"] == name and each["type"] in _ID_TYPES and "default" not in each
        for each in schema["fields"]
    )


def nested_types(schema: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The named types defined inside a payload's record, the record itself left out."""
    children: Sequence[Any] = ()
    if isinstance(schema, list):
        children = schema
    elif isinstance(schema, Mapping):
        nested = [field["type"] for field in schema.get("fields", ())]
        children = [*nested, *(schema[key] for key in ("items", "values") if key in schema)]
    for child in children:
        if isinstance(child, Mapping) and "name" in child:
            yield child["name"], child
        yield from nested_types(child)


def _check_type(schema: Any, path: str, scope: _Scope) -> Iterator[SchemaProblem]:
    if isinstance(schema, str):
        yield from _check_reference(schema, path, scope)
    elif isinstance(schema, list):
        yield from _check_union(schema, path, scope)
    elif isinstance(schema, Mapping):
        yield from _check_complex(schema, path, scope)
    else:
        yield SchemaProblem(path, f"{schema!r} is no Avro type")


def _check_reference(name: str, path: str, scope: _Scope) -> Iterator[SchemaProblem]:
    if any(record.get("name") == name for record in scope.inside):
        yield SchemaProblem(path, f"{name} contains itself; write the levels out")
    elif name not in PRIMITIVES and name not in scope.defined:
        yield SchemaProblem(path, f"{name!r} is neither a readable type nor defined before")


def _check_union(union: list[Any], path: str, scope: _Scope) -> Iterator[SchemaProblem]:
    if len(union) != 2 or union[0] != "null" or isinstance(union[1], list):
        yield SchemaProblem(path, 'a union is ["null", X]: nothing else is read everywhere')
    else:
        yield from _check_type(union[1], path, scope)


def _check_complex(schema: Mapping[str, Any], path: str, scope: _Scope) -> Iterator[SchemaProblem]:
    kind = schema.get("type")
    if not isinstance(kind, str):
        yield SchemaProblem(path, "`type` is missing or not a name")
        return
    allowed = _ATTRIBUTES.get(kind, _PRIMITIVE_ATTRIBUTES)
    yield from _unknown_attributes(schema, allowed, path)
    if kind in {"record", "enum", "fixed"}:
        yield from _check_named(schema, path, scope)
    if kind == "array":
        yield from _check_type(schema.get("items"), f"{path}[]", scope)
    elif kind == "map":
        yield from _check_type(schema.get("values"), f"{path}{{}}", scope)
    elif kind not in _ATTRIBUTES:
        yield from _check_reference(kind, path, scope)
    yield from _check_logical_type(schema, kind, path)


def _unknown_attributes(
    schema: Mapping[str, Any], allowed: frozenset[str], path: str
) -> Iterator[SchemaProblem]:
    for name in sorted(schema.keys() - allowed):
        yield SchemaProblem(path, f"the attribute {name!r} is not used here")


def _check_named(schema: Mapping[str, Any], path: str, scope: _Scope) -> Iterator[SchemaProblem]:
    name = str(schema.get("name", ""))
    if not _TYPE_NAME.match(name):
        yield SchemaProblem(path, f"the type name {name!r} is not PascalCase")
    if name in scope.defined:
        yield SchemaProblem(path, f"{name} is defined twice; name it the second time")
    if not schema.get("doc"):
        yield SchemaProblem(path, f"{name} has no doc")
    if schema["type"] == "enum":
        yield from _check_symbols(schema, path)
    if schema["type"] == "record":
        yield from _check_fields(schema, path, scope)
    scope.defined[name] = schema


def _check_symbols(schema: Mapping[str, Any], path: str) -> Iterator[SchemaProblem]:
    symbols = schema.get("symbols")
    if not isinstance(symbols, list) or not symbols:
        yield SchemaProblem(path, "an enum lists its symbols")
        return
    names = {str(each) for each in symbols}
    if len(names) != len(symbols) or not all(map(_SYMBOL.match, names)):
        yield SchemaProblem(path, "symbols are unique Avro names")
    if "default" in schema and schema["default"] not in symbols:
        yield SchemaProblem(path, f"the default {schema['default']!r} is not among the symbols")


def _check_fields(schema: Mapping[str, Any], path: str, scope: _Scope) -> Iterator[SchemaProblem]:
    fields = schema.get("fields")
    if not isinstance(fields, list) or not fields:
        yield SchemaProblem(path, "a record has at least one field")
        return
    if not all(isinstance(each, Mapping) for each in fields):
        yield SchemaProblem(path, "a field is an object")
        return
    names = [str(each.get("name")) for each in fields]
    if len(set(names)) != len(names):
        yield SchemaProblem(path, "two fields have the same name")
    elif len({snake_case(each) for each in names}) != len(names):
        yield SchemaProblem(path, "two fields differ in their capitals only")
    scope.inside.append(schema)
    for each in fields:
        yield from _check_field(each, f"{path}.{each.get('name')}".lstrip("."), scope)
    scope.inside.pop()


def _check_field(declared: Mapping[str, Any], path: str, scope: _Scope) -> Iterator[SchemaProblem]:
    yield from _unknown_attributes(declared, _ATTRIBUTES["field"], path)
    if not _FIELD_NAME.match(str(declared.get("name", ""))):
        yield SchemaProblem(path, "a field name is lowerCamelCase")
    if not declared.get("doc"):
        yield SchemaProblem(path, "the field has no doc")
    union = isinstance(declared.get("type"), list)
    if union and declared.get("default") is not None:
        yield SchemaProblem(path, "the default of a nullable field is null")
    yield from _check_type(declared.get("type"), path, scope)
    if "personal" in declared:
        scope.personal.append(path)
        yield from _check_personal(declared, path, scope)


def _check_personal(
    declared: Mapping[str, Any], path: str, scope: _Scope
) -> Iterator[SchemaProblem]:
    mark = declared["personal"]
    if declared.get("type") != ["null", "string"]:
        yield SchemaProblem(path, 'a personal field is ["null", "string"]')
    if str(declared.get("name", "")).endswith("Id"):
        yield SchemaProblem(path, "an id may serve as a key and is never personal")
    if not isinstance(mark, Mapping) or mark.keys() != {"subject", "type"}:
        yield SchemaProblem(path, '`personal` is {"subject": field, "type": kind}')
        return
    if str(mark["type"]) not in PERSONAL_TYPES:
        known = ", ".join(sorted(PERSONAL_TYPES))
        yield SchemaProblem(path, f"the personal type {mark['type']!r} is none of {known}")
    if not any(_names_subject(record, mark["subject"]) for record in scope.inside):
        yield SchemaProblem(path, f"no enclosing record has a string field {mark['subject']!r}")


def _names_subject(record: Mapping[str, Any], name: Any) -> bool:
    return any(
        each.get("name") == name and each.get("type") == "string" and "personal" not in each
        for each in record["fields"]
    )


def _check_logical_type(schema: Mapping[str, Any], kind: str, path: str) -> Iterator[SchemaProblem]:
    logical = schema.get("logicalType")
    if logical is None:
        return
    if kind not in LOGICAL_TYPES.get(str(logical), ()):
        yield SchemaProblem(path, f"the logical type {logical!r} is not read on {kind}")
    elif logical == "decimal":
        yield from _check_decimal(schema, path)


def _check_decimal(schema: Mapping[str, Any], path: str) -> Iterator[SchemaProblem]:
    precision, scale = schema.get("precision"), schema.get("scale", 0)
    if not isinstance(precision, int) or not 1 <= precision <= MAX_DECIMAL_PRECISION:
        yield SchemaProblem(path, f"the precision is between 1 and {MAX_DECIMAL_PRECISION}")
    elif not isinstance(scale, int) or not 0 <= scale <= precision:
        yield SchemaProblem(path, "the scale is between 0 and the precision")
