"""The text of one domain's module: its enums, its records, its events."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from headrace.catalog.generate.fields import FieldText
from headrace.catalog.generate.names import constant_name
from headrace.catalog.generate.shapes import TEXT_TYPES, Shapes
from headrace.catalog.generate.text import docstring, exploded, import_order

MARK = "# Generated from the schemas by `headrace schemas generate`; do not edit."


@dataclass(frozen=True, slots=True)
class EventClass:
    """One event type in one major: its class's name, its record and what the catalog says."""

    name: str
    event_type: str
    version: str
    topic: str
    aggregate_id: str | None
    payload: Mapping[str, Any]
    shapes: Shapes


@dataclass(frozen=True, slots=True)
class NestedClass:
    """An enum or a record inside payloads."""

    name: str
    schema: Mapping[str, Any]
    shapes: Shapes


def module_text(domain: str, nested: list[NestedClass], events: list[EventClass]) -> str:
    """The module; `nested` in an order in which each needs only those before it."""
    body: list[str] = []
    for each in nested:
        body += _enum(each) if each.schema["type"] == "enum" else []
    for each in nested:
        body += ["", "", *_nested(each)] if each.schema["type"] == "record" else []
    for event in events:
        body += ["", "", *_event(event)]
    text = "\n".join(body)
    head = [
        MARK,
        *docstring(f"The events of the domain {domain}: what their payloads hold.", ""),
        "",
        *_imports(text),
    ]
    return "\n".join(head) + "\n" + text.rstrip("\n") + "\n"


def _imports(text: str) -> Iterator[str]:
    yield "from collections.abc import Mapping"
    yield f"from dataclasses import dataclass{', field' if ' = field(' in text else ''}"
    typing = ("Any", "ClassVar", "Literal", "Self", "TypeAlias")
    yield f"from typing import {', '.join(each for each in typing if _uses(text, each))}"
    yield ""
    names = [*TEXT_TYPES, "UNFIT", "TypedEvent", "TypedRecord", "does_not_fit", "renamed"]
    used = sorted((each for each in names if _uses(text, each)), key=import_order)
    one = f"from headrace.events.base import {', '.join(used)}"
    yield from (
        [one] if len(one) <= 100 else exploded("from headrace.events.base import (", used, ")")
    )


def _uses(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.\"]){name}(?=[\]\[\(),:\s])", _code(text)) is not None


def _code(text: str) -> str:
    """The text without its docstrings."""
    return re.sub(r'""".*?(?<!\\)"""', "", text, flags=re.DOTALL)


def _enum(enum: NestedClass) -> list[str]:
    symbols = [f'"{each}"' for each in enum.schema["symbols"]]
    if len(symbols) == 1:
        lines = ["", f"{enum.name}: TypeAlias = Literal[{symbols[0]}]"]
    else:
        lines = ["", *exploded(f"{enum.name}: TypeAlias = Literal[", symbols, "]")]
    lines += docstring(enum.schema["doc"], "")
    if "default" in enum.schema:
        lines += exploded(
            f"{constant_name(enum.name)}: frozenset[str] = frozenset((", symbols, "))"
        )
    return lines


def _nested(record: NestedClass) -> list[str]:
    head = [*_head(record.name, "TypedRecord"), *docstring(record.schema["doc"], "    "), ""]
    return head + _body(record.schema, record.shapes)


def _event(event: EventClass) -> list[str]:
    about = f"{event.event_type} {event.version}, on the topic {event.topic}."
    quoted = "None" if event.aggregate_id is None else f'"{event.aggregate_id}"'
    return [
        *_head(event.name, "TypedEvent"),
        *docstring(f"{event.payload['doc']}\n\n{about}", "    "),
        "",
        f'    event_type: ClassVar[str] = "{event.event_type}"',
        f'    version: ClassVar[str] = "{event.version}"',
        f'    topic: ClassVar[str] = "{event.topic}"',
        f"    aggregate_id_field: ClassVar[str | None] = {quoted}",
        "",
        *_body(event.payload, event.shapes),
    ]


def _head(name: str, base: str) -> list[str]:
    return ["@dataclass(frozen=True, slots=True, kw_only=True)", f"class {name}({base}):"]


def _body(record: Mapping[str, Any], shapes: Shapes) -> list[str]:
    fields = [FieldText(each, shapes) for each in record["fields"]]
    lines = [line for each in fields for line in each.declaration()]
    lines += ["", "    def to_payload(self) -> dict[str, Any]:", "        return {"]
    lines += [line for each in fields for line in each.writing()]
    lines += ["        }", "", "    @classmethod"]
    lines += ["    def from_payload(cls, payload: Mapping[str, Any]) -> Self:", "        try:"]
    lines += ["            return cls("]
    lines += [line for each in fields for line in each.reading()]
    lines += ["            )", "        except UNFIT as error:"]
    return [*lines, "            raise does_not_fit(cls, error) from error"]
