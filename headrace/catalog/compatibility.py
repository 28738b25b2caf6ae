"""Whether one Avro schema reads what another wrote, and which field stands in the way.

The rules are those of the Avro specification, §"Schema Resolution"; the library that decides names
places only roughly, so the fields are looked for here. Logical types it ignores: here they must be
the same (and a decimal's scale and precision), or a value would be read as another one.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException
from avro.schema import ArraySchema, MapSchema, RecordSchema, Schema, UnionSchema, parse

from headrace.catalog.schema_rules import LOGICAL_TYPES

_Seen = frozenset[tuple[int, int]]


class Break(NamedTuple):
    """A field, as a path such as `payload.fare.currency`, and why it cannot be read."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field or 'the record'}: {self.reason}"


def breaks_of(reader: str, writer: str) -> tuple[str, ...]:
    """Why the schema `reader` cannot read what `writer` wrote; empty when it can. JSON texts."""
    return tuple(map(str, field_breaks(reader, writer)))


def field_breaks(reader: str, writer: str) -> tuple[Break, ...]:
    """The same by field."""
    try:
        found = _breaks(_parsed(reader), _parsed(writer), "", frozenset())
        return tuple(dict.fromkeys(each for each in found if each.reason))
    except AvroException as error:
        return (Break("", f"cannot be compared ({error})"),)


@lru_cache(maxsize=512)
def _parsed(text: str) -> Schema:
    return parse(text)


def _breaks(reader: Any, writer: Any, path: str, seen: _Seen) -> Iterator[Break]:
    pair = (id(reader), id(writer))
    if pair in seen:  # a record inside itself: told where it was met first
        yield Break(path, "")
        return
    inner = list(_breaks_within(reader, writer, path, seen | {pair}))
    yield from inner
    checker: Any = ReaderWriterCompatibilityChecker
    checked = checker().get_compatibility(reader, writer)
    if not inner and checked.compatibility is not SchemaCompatibilityType.compatible:
        yield Break(path, _reason(checked))


def _breaks_within(reader: Any, writer: Any, path: str, seen: _Seen) -> Iterator[Break]:
    if isinstance(reader, RecordSchema) and isinstance(writer, RecordSchema):
        yield from _breaks_of_fields(reader, writer, path, seen)
    elif isinstance(reader, ArraySchema) and isinstance(writer, ArraySchema):
        yield from _breaks(reader.items, writer.items, f"{path}[]", seen)
    elif isinstance(reader, MapSchema) and isinstance(writer, MapSchema):
        yield from _breaks(reader.values, writer.values, f"{path}{{}}", seen)
    elif _optional(reader) is not None:
        inner = writer if _optional(writer) is None else _optional(writer)
        if not isinstance(inner, UnionSchema) and inner.type != "null":
            yield from _breaks(_optional(reader), inner, path, seen)
    elif _logical(reader) != _logical(writer):
        yield Break(path, f"{_named(writer)} would be read as {_named(reader)}")


def _breaks_of_fields(reader: Any, writer: Any, path: str, seen: _Seen) -> Iterator[Break]:
    written = {field.name: field for field in writer.fields}
    for field in reader.fields:
        names = (field.name, *(field.get_prop("aliases") or ()))
        found = next((written[name] for name in names if name in written), None)
        here = f"{path}.{field.name}" if path else str(field.name)
        if found is not None:
            yield from _breaks(field.type, found.type, here, seen)
        elif not field.has_default:
            yield Break(here, "is new and has no default")


def _optional(schema: Any) -> Any:
    """X of the union ["null", X]; None for anything else."""
    if not isinstance(schema, UnionSchema) or len(schema.schemas) != 2:
        return None
    others = [each for each in schema.schemas if each.type != "null"]
    return others[0] if len(others) == 1 else None


def _logical(schema: Any) -> tuple[Any, ...] | None:
    """What a schema's values mean beyond their Avro type; one that is not read means nothing."""
    name = schema.get_prop("logicalType")
    if schema.type not in LOGICAL_TYPES.get(str(name), ()):
        return None
    if name != "decimal":
        return (name,)
    return name, int(schema.get_prop("precision")), int(schema.get_prop("scale") or 0)


def _named(schema: Any) -> str:
    logical = _logical(schema)
    if logical is None:
        return str(schema.type)
    return f"decimal({logical[1]}, {logical[2]})" if len(logical) > 1 else str(logical[0])


def _reason(checked: Any) -> str:
    kinds = sorted({each.value.replace("_", " ") for each in checked.incompatibilities})
    details = "; ".join(sorted(checked.messages))
    return f"{', '.join(kinds)} ({details})" if details else ", ".join(kinds)


class SidedBreak(NamedTuple):
    """A break between a new schema and an older one: `reader` is the one that cannot read."""

    reader: Literal["new", "old"]
    at: Break


def level_breaks(level: str, new: str, older: Sequence[str]) -> tuple[SidedBreak, ...]:
    """What a compatibility level (the registry's words) forbids between `new` and `older`.

    `older` are the subject's earlier schemas, oldest first; a level that is not transitive looks
    at the last alone.
    """
    against = older if level.endswith("_TRANSITIVE") else older[-1:]
    found: list[SidedBreak] = []
    for each in against:
        if level.startswith(("BACKWARD", "FULL")):
            found += [SidedBreak("new", at) for at in field_breaks(new, each)]
        if level.startswith(("FORWARD", "FULL")):
            found += [SidedBreak("old", at) for at in field_breaks(each, new)]
    return tuple(dict.fromkeys(found))


def loosens(level: str, now: str) -> bool:
    """Whether what `level` forbids would pass under `now`; both in the registry's words."""
    return not _checks(level) <= _checks(now)


def _checks(level: str) -> set[str]:
    """Who must read whom. A level that is not transitive looks at the last version alone."""
    kind, transitive = level.removesuffix("_TRANSITIVE"), level.endswith("_TRANSITIVE")
    sides = {"BACKWARD": "b", "FORWARD": "f", "FULL": "bf"}.get(kind, "")
    return set(sides) | {f"{side} all" for side in sides if transitive}


First = Literal["consumers", "producers", "either", ""]


def first_to_deploy(new: str, older: Sequence[str]) -> First:
    """Whose code with the new schema goes first, so that nobody meets what it cannot read.

    Consumers if the new schema reads all that was written, producers if the older ones read what
    it writes, nobody (empty) if neither holds.
    """
    backward = not any(field_breaks(new, each) for each in older)
    forward = not any(field_breaks(each, new) for each in older)
    if backward and forward:
        return "either"
    return "consumers" if backward else "producers" if forward else ""
