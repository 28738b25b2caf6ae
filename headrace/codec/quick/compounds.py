"""Writers of whole payloads, put together from those of their parts, once per schema."""

from collections.abc import Mapping
from typing import Any

from headrace.codec.json_form.refused import Refused
from headrace.codec.json_form.schema import Types, branches_of, json_kind, kind_of
from headrace.codec.quick.doubt import Doubt, Write
from headrace.codec.quick.leaves import LEAVES_TO_BYTES, text
from headrace.codec.quick.varints import longs, varint

_ABSENT = object()
# kinds whose default, as the specification writes it, differs from the JSON form of their values
_OTHER_DEFAULTS = ("bytes", "fixed")
_TYPES_OF_KIND: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "boolean": (bool,),
    "number": (int, float),
    "string": (str,),
    "array": (list,),
    "object": (dict,),
}


def payload_writer(schema: Any) -> Write:
    """The writer of a payload's record, of a schema that `to_avro` takes."""
    types = Types(schema)
    return _compile(types.root, types)


def _compile(schema: Any, types: Types, prefix: bytes = b"", null: bytes | None = None) -> Write:
    resolved = types.resolve(schema)
    kind = kind_of(resolved)
    if kind in LEAVES_TO_BYTES:
        return LEAVES_TO_BYTES[kind](resolved, prefix, null)
    write = _COMPOUNDS[kind](resolved, types)
    return write if not prefix and null is None else _branch(write, prefix, null)


def _branch(write: Write, prefix: bytes, null: bytes | None) -> Write:
    def write_branch(value: Any) -> bytes:
        if value is None and null is not None:
            return null
        return prefix + write(value)

    return write_branch


def _record(record: Mapping[str, Any], types: Types) -> Write:
    types.enter(record["name"])
    fields = [
        (field["name"], write, _default(field, types, write))
        for field in record["fields"]
        for write in [_compile(field["type"], types)]
    ]
    types.leave()
    count = len(fields)

    def write_record(value: Any) -> bytes:
        if type(value) is not dict:
            raise Doubt
        get = value.get
        absent = 0
        parts = []
        for name, write, default in fields:
            found = get(name, _ABSENT)
            if found is not _ABSENT:
                parts.append(write(found))
            elif default is not None:
                parts.append(default)
                absent += 1
            else:
                raise Doubt
        if len(value) + absent != count:
            raise Doubt  # a field that is not in the schema
        return b"".join(parts)

    return write_record


def _default(field: Mapping[str, Any], types: Types, write: Write) -> bytes | None:
    """What an absent field is written as; None where that is for the full check to say."""
    if "default" not in field or not _is_plain(field["type"], types):
        return None
    try:
        return write(field["default"])
    except (Doubt, Refused, ValueError):
        return None


def _is_plain(schema: Any, types: Types) -> bool:
    """Whether a default of this type is written just as its JSON form is."""
    resolved = types.resolve(schema)
    match kind_of(resolved):
        case "record":
            return all(_is_plain(field["type"], types) for field in resolved["fields"])
        case "array":
            return _is_plain(resolved["items"], types)
        case "map":
            return _is_plain(resolved["values"], types)
        case "union":
            return all(_is_plain(branch, types) for branch in resolved["branches"])
        case kind:
            return kind == resolved["type"] and kind not in _OTHER_DEFAULTS


def _array(array: Mapping[str, Any], types: Types) -> Write:
    write = _compile(array["items"], types)
    counts = longs()

    def write_array(value: Any) -> bytes:
        if type(value) is not list:
            raise Doubt
        if not value:
            return b"\0"
        return b"".join([counts[len(value)], *map(write, value), b"\0"])

    return write_array


def _map(mapping: Mapping[str, Any], types: Types) -> Write:
    write = _compile(mapping["values"], types)
    write_key = text({}, b"", None)
    counts = longs()

    def write_map(value: Any) -> bytes:
        if type(value) is not dict:
            raise Doubt
        if not value:
            return b"\0"
        parts = [counts[len(value)]]
        for key, item in value.items():
            parts.append(write_key(key))
            parts.append(write(item))
        parts.append(b"\0")
        return b"".join(parts)

    return write_map


def _union(union: Mapping[str, Any], types: Types) -> Write:
    nullable, branches = branches_of(union, types)
    places = {
        json_kind(types.resolve(branch)): (branch, varint(at))
        for at, branch in enumerate(union["branches"])
    }
    null = places["null"][1] if nullable else None
    if len(branches) == 1:
        place = next(prefix for branch, prefix in places.values() if branch is branches[0])
        return _compile(branches[0], types, place, null)
    by_type = {
        python_type: _compile(branch, types, prefix)
        for kind, (branch, prefix) in places.items()
        for python_type in _TYPES_OF_KIND[kind]
    }

    def write_union(value: Any) -> bytes:
        write = by_type.get(type(value))
        if write is None:
            raise Doubt
        return write(value)

    return write_union


_COMPOUNDS = {"record": _record, "array": _array, "map": _map, "union": _union}
