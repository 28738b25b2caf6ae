"""The rules for each change of the table, and what fastavro makes of the same."""

import json
from contextlib import suppress
from io import BytesIO
from typing import Any

import fastavro
import pytest
from fastavro.utils import generate_many
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.catalog.compatibility import breaks_of, level_breaks
from tests.unit.gate.changes_table import CHANGES, ID, Change, enum, field, record

each_change = pytest.mark.parametrize("change", CHANGES, ids=lambda each: each.name)
LEVELS = {
    "BACKWARD": (True, False),
    "FORWARD_TRANSITIVE": (False, True),
    "FULL": (True, True),
    "NONE": (False, False),
}


def reads(reader: Any, writer: Any, value: Any) -> None:
    """Raises what fastavro raises, but for bytes read as text: not all of them are."""
    written = BytesIO()
    fastavro.schemaless_writer(written, fastavro.parse_schema(writer), value)
    written.seek(0)
    with suppress(UnicodeDecodeError):
        fastavro.schemaless_reader(
            written, fastavro.parse_schema(writer), fastavro.parse_schema(reader)
        )


def can_read(reader: Any, writer: Any) -> bool:
    """Whether fastavro reads all of a few values, among them each symbol and branch."""
    try:
        for value in generate_many(fastavro.parse_schema(writer), 30):
            reads(reader, writer, value)
    except (fastavro.read.SchemaResolutionError, ValueError, TypeError, EOFError):
        return False
    return True


@each_change
def test_who_can_read_whom(change: Change) -> None:
    old, new = json.dumps(change.old), json.dumps(change.new)
    assert (breaks_of(new, old) == ()) is change.backward
    assert (breaks_of(old, new) == ()) is change.forward


@pytest.mark.parametrize(
    "change", [each for each in CHANGES if not each.stricter], ids=lambda each: each.name
)
def test_fastavro_reads_what_the_rules_let_pass_and_nothing_else(change: Change) -> None:
    assert can_read(change.new, change.old) is change.backward
    assert can_read(change.old, change.new) is change.forward


@each_change
@pytest.mark.parametrize("level", LEVELS)
def test_a_level_forbids_its_own_side_only(change: Change, level: str) -> None:
    backward, forward = LEVELS[level]
    expected = {"new"} if backward and not change.backward else set()
    expected |= {"old"} if forward and not change.forward else set()
    found = level_breaks(level, json.dumps(change.new), [json.dumps(change.old)])
    assert {each.reader for each in found} == expected


def test_only_a_transitive_level_looks_beyond_the_last_version() -> None:
    older = [record(ID, field("a", "string")), record(ID), record(ID, field("a", "int", default=0))]
    first, second, new = map(json.dumps, older)
    assert level_breaks("BACKWARD", new, [first, second]) == ()
    (found,) = level_breaks("BACKWARD_TRANSITIVE", new, [first, second])
    assert found.at.field == "a"


LEAVES = st.sampled_from(["int", "long", "float", "double", "string", "bytes", "boolean"])
TYPES: st.SearchStrategy[Any] = st.recursive(
    LEAVES | st.just(enum("A", "B")),
    lambda inner: (
        inner.map(lambda each: {"type": "array", "items": each})
        | inner.map(lambda each: {"type": "map", "values": each})
        | inner.filter(lambda each: not isinstance(each, list)).map(lambda each: ["null", each])
    ),
    max_leaves=3,
)


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from("abcd"), unique=True, min_size=1))
    fields = []
    for at, name in enumerate(names):
        kind = json.loads(json.dumps(draw(TYPES)).replace('"E"', f'"E{at}{name}"'))
        more: dict[str, Any] = {}
        if isinstance(kind, list) and draw(st.booleans()):
            more["default"] = None
        if draw(st.booleans()):
            more["aliases"] = [draw(st.sampled_from("wxyz"))]
        fields.append(field(name, kind, **more))
    return record(*fields)


WIDER = {"int": "long", "long": "double", "float": "double", "string": "bytes", "bytes": "string"}


@st.composite
def evolved(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """A record, and one that a few edits made of it; some of them break, most do not."""
    old = draw(records())
    fields = json.loads(json.dumps(old["fields"]))
    for at, each in enumerate(fields):
        edit = draw(st.sampled_from(["none", "widen", "null", "alias", "rename", "drop", "swap"]))
        kind = each["type"]
        if edit == "widen" and isinstance(kind, str):
            each["type"] = WIDER.get(kind, kind)
        elif edit == "null" and not isinstance(kind, list):
            each["type"] = ["null", kind]
        elif edit in {"alias", "rename"}:
            each["aliases"] = [each["name"]] if edit == "alias" else []
            each["name"] = f"n{at}"
        elif edit == "drop":
            each["name"] = ""
        elif edit == "swap":
            each["type"] = draw(LEAVES)
            each.pop("default", None)
    left = [each for each in fields if each["name"]]
    if draw(st.booleans()):
        left.append(field("new", ["null", "int"], default=None))
    return old, record(*left) if left else old


def agree(new: dict[str, Any], old: dict[str, Any]) -> None:
    """What the rules let pass is read, whatever was written."""
    if breaks_of(json.dumps(new), json.dumps(old)) == ():
        for value in generate_many(fastavro.parse_schema(old), 5):
            reads(new, old, value)


@given(old=records(), new=records())
def test_what_the_rules_let_pass_fastavro_reads(old: dict[str, Any], new: dict[str, Any]) -> None:
    agree(new, old)


@settings(max_examples=300)
@given(evolved())
def test_what_the_rules_let_pass_of_an_edited_record_fastavro_reads(
    pair: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    old, new = pair
    agree(new, old)
    agree(old, new)
