"""Whether one Avro schema reads what another wrote, and which field stands in the way.

The rules are those of the Avro specification, §"Schema Resolution"; the library that decides names
places only roughly, so the fields are looked for here.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType
from avro.errors import AvroException
from avro.schema import ArraySchema, MapSchema, RecordSchema, Schema, UnionSchema, parse

_Seen = frozenset[tuple[int, int]]


def breaks_of(reader: str, writer: str) -> tuple[str, ...]:
    """Why the schema `reader` cannot read what `writer` wrote; empty when it can. JSON texts."""
    try:
        found = _breaks(_parsed(reader), _parsed(writer), "", frozenset())
        return tuple(dict.fromkeys(reason for reason in found if reason))
    except AvroException as error:
        return (f"the record: cannot be compared ({error})",)


@lru_cache(maxsize=512)
def _parsed(text: str) -> Schema:
    return parse(text)


def _breaks(reader: Any, writer: Any, path: str, seen: _Seen) -> Iterator[str]:
    checker: Any = ReaderWriterCompatibilityChecker
    checked = checker().get_compatibility(reader, writer)
    if checked.compatibility is SchemaCompatibilityType.compatible:
        return
    pair = (id(reader), id(writer))
    if pair in seen:  # a record inside itself: told where it was met first
        yield ""
        return
    inner = list(_breaks_within(reader, writer, path, seen | {pair}))
    yield from inner or [f"{path or 'the record'}: {_reason(checked)}"]


def _breaks_within(reader: Any, writer: Any, path: str, seen: _Seen) -> Iterator[str]:
    if isinstance(reader, RecordSchema) and isinstance(writer, RecordSchema):
        yield from _breaks_of_fields(reader, writer, path, seen)
    elif isinstance(reader, ArraySchema) and isinstance(writer, ArraySchema):
        yield from _breaks(reader.items, writer.items, f"{path}[]", seen)
    elif isinstance(reader, MapSchema) and isinstance(writer, MapSchema):
        yield from _breaks(reader.values, writer.values, f"{path}{{}}", seen)
    elif _optional(reader) is not None and _optional(writer) is not None:
        yield from _breaks(_optional(reader), _optional(writer), path, seen)


def _breaks_of_fields(reader: Any, writer: Any, path: str, seen: _Seen) -> Iterator[str]:
    written = {field.name: field for field in writer.fields}
    for field in reader.fields:
        names = (field.name, *(field.get_prop("aliases") or ()))
        found = next((written[name] for name in names if name in written), None)
        here = f"{path}.{field.name}" if path else str(field.name)
        if found is not None:
            yield from _breaks(field.type, found.type, here, seen)
        elif not field.has_default:
            yield f"{here}: is new and has no default"


def _optional(schema: Any) -> Any:
    """X of the union ["null", X]; None for anything else."""
    if not isinstance(schema, UnionSchema) or len(schema.schemas) != 2:
        return None
    others = [each for each in schema.schemas if each.type != "null"]
    return others[0] if len(others) == 1 else None


def _reason(checked: Any) -> str:
    kinds = sorted({each.value.replace("_", " ") for each in checked.incompatibilities})
    details = "; ".join(sorted(checked.messages))
    return f"{', '.join(kinds)} ({details})" if details else ", ".join(kinds)
