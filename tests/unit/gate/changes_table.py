"""Changes between two versions of a record, and who can still read whom.

`backward`: the new schema reads what the old one wrote; `forward` the other way round. `stricter`:
Avro and the registry let it pass, and we do not.
"""

from typing import Any, NamedTuple


class Change(NamedTuple):
    """One change; values of `old` and `new` are what writers wrote."""

    name: str
    old: dict[str, Any]
    new: dict[str, Any]
    backward: bool
    forward: bool
    stricter: bool = False


def record(*fields: dict[str, Any], name: str = "R") -> dict[str, Any]:
    return {"type": "record", "name": name, "fields": list(fields)}


def field(name: str, kind: Any = "string", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind} | more


def of(kind: Any) -> dict[str, Any]:
    return record(field("id"), field("a", kind))


def enum(*symbols: str, **more: Any) -> dict[str, Any]:
    return {"type": "enum", "name": "E", "symbols": list(symbols), **more}


def logical(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "logicalType": name, **more}


def array(items: Any) -> dict[str, Any]:
    return {"type": "array", "items": items}


ID = field("id")
DECIMAL = logical("bytes", "decimal", precision=9, scale=2)
FINER = logical("bytes", "decimal", precision=9, scale=4)
MILLIS, MICROS = logical("long", "timestamp-millis"), logical("long", "timestamp-micros")
DAY = logical("int", "date")

CHANGES = [
    Change("nothing", of("int"), of("int"), True, True),
    Change(
        "new field with a default", record(ID), record(ID, field("b", "int", default=1)), True, True
    ),
    Change(
        "new nullable field",
        record(ID),
        record(ID, field("b", ["null", "int"], default=None)),
        True,
        True,
    ),
    Change("new field without a default", record(ID), record(ID, field("b", "int")), False, True),
    Change(
        "nullable without a default",
        record(ID),
        record(ID, field("b", ["null", "int"])),
        False,
        True,
    ),
    Change("field left out", of("int"), record(ID), True, False),
    Change(
        "field with a default left out",
        record(ID, field("b", "int", default=1)),
        record(ID),
        True,
        True,
    ),
    Change("renamed", record(field("a")), record(field("b")), False, False),
    Change(
        "renamed with an alias", record(field("a")), record(field("b", aliases=["a"])), True, False
    ),
    Change("int to long", of("int"), of("long"), True, False),
    Change("int to float", of("int"), of("float"), True, False),
    Change("int to double", of("int"), of("double"), True, False),
    Change("long to double", of("long"), of("double"), True, False),
    Change("float to double", of("float"), of("double"), True, False),
    Change("string and bytes", of("string"), of("bytes"), True, True),
    Change("int to string", of("int"), of("string"), False, False),
    Change("int to boolean", of("int"), of("boolean"), False, False),
    Change("made nullable", of("int"), of(["null", "int"]), True, False),
    Change("made nullable and wider", of("int"), of(["null", "long"]), True, False),
    Change("wider inside a nullable", of(["null", "int"]), of(["null", "long"]), True, False),
    Change("another type in a nullable", of(["null", "int"]), of(["null", "string"]), False, False),
    Change("new symbol", of(enum("A")), of(enum("A", "B")), True, False),
    Change(
        "new symbol, with a default before",
        of(enum("A", default="A")),
        of(enum("A", "B", default="A")),
        True,
        True,
    ),
    Change("symbol left out", of(enum("A", "B")), of(enum("A")), False, True),
    Change(
        "symbol left out with a default", of(enum("A", "B")), of(enum("A", default="A")), True, True
    ),
    Change("items widened", of(array("int")), of(array("long")), True, False),
    Change("an array instead", of("int"), of(array("int")), False, False),
    Change(
        "values of a map widened",
        of({"type": "map", "values": "int"}),
        of({"type": "map", "values": "double"}),
        True,
        False,
    ),
    Change(
        "deep field new",
        of(record(ID, name="I")),
        of(record(ID, field("x", "int"), name="I")),
        False,
        True,
    ),
    Change(
        "deep field new with a default",
        of(record(ID, name="I")),
        of(record(ID, field("x", "int", default=0), name="I")),
        True,
        True,
    ),
    Change(
        "items' field left out",
        of(array(record(ID, field("x", "int"), name="I"))),
        of(array(record(ID, name="I"))),
        True,
        False,
    ),
    Change(
        "another size",
        of({"type": "fixed", "name": "F", "size": 2}),
        of({"type": "fixed", "name": "F", "size": 3}),
        False,
        False,
    ),
    Change("decimal finer", of(DECIMAL), of(FINER), False, False, stricter=True),
    Change("millis to micros", of(MILLIS), of(MICROS), False, False, stricter=True),
    Change("day to number", of(DAY), of("int"), False, False, stricter=True),
    Change(
        "uuid to text", of(logical("string", "uuid")), of("string"), False, False, stricter=True
    ),
]
