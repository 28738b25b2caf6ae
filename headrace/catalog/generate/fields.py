"""One field of a record: its line in the class, and its lines in the two methods."""

import json
from collections.abc import Mapping
from typing import Any

from headrace.catalog.generate.defaults import default_value, literal
from headrace.catalog.generate.names import attribute_name
from headrace.catalog.generate.shapes import Shapes
from headrace.catalog.generate.text import Expression, docstring

_EMPTY = {"{}": "dict", "[]": "list"}


class FieldText:
    """The texts of one field."""

    def __init__(self, field: Mapping[str, Any], shapes: Shapes) -> None:
        self._field = field
        self._shapes = shapes
        self._name = attribute_name(field["name"])
        self._default: str | None = None
        if "default" in field:
            value = default_value(field, shapes)
            self._default = literal(field["type"], value, shapes)
            self._is_shared = not isinstance(value, dict | list)  # one object for all

    def declaration(self) -> list[str]:
        line = f"    {self._name}: {self._shapes.annotation(self._field['type'])}"
        return [line + self._initial(), *docstring(_doc(self._field), "    ")]

    def reading(self) -> list[str]:
        """The keyword argument in from_payload."""
        value = self._found()
        expression = self._shapes.reading(self._field["type"], value)
        if expression is None:
            expression = Expression((value,))
        elif self._default is not None and not self._is_shared:
            inner, key = str(expression), json.dumps(self._field["name"])
            parts = (inner, f"if {key} in payload", f"else {self._default}")
            expression = Expression(parts, "(", ")", flat_brackets=False)
        return expression.lines(f"                {self._name}=", ",")

    def writing(self) -> list[str]:
        """The pair in to_payload."""
        value = f"self.{self._name}"
        expression = self._shapes.writing(self._field["type"], value) or Expression((value,))
        return expression.lines(f"            {json.dumps(self._field['name'])}: ", ",")

    def _initial(self) -> str:
        if self._default is None:
            return ""
        if self._is_shared:
            return f" = {self._default}"
        return f" = field(default_factory={_EMPTY.get(self._default, f'lambda: {self._default}')})"

    def _found(self) -> str:
        names = [self._field["name"], *self._field.get("aliases", ())]
        key = json.dumps(names[0])
        converted = self._shapes.reading(self._field["type"], "") is not None
        may_miss = self._default is not None and (self._is_shared or not converted)
        if len(names) > 1:
            quoted = ", ".join(map(json.dumps, names))
            return f"renamed(payload, ({quoted})" + (f", {self._default})" if may_miss else ")")
        if not may_miss:
            return f"payload[{key}]"
        given = "" if self._default == "None" else f", {self._default}"
        return f"payload.get({key}{given})"


def _doc(field: Mapping[str, Any]) -> str:
    personal = field.get("personal")
    kind = f" Personal: {personal['type']} of {personal['subject']}." if personal else ""
    return f"{field['doc']}{kind}"
