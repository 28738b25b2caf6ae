"""For a field's Avro type: its annotation, and the expressions that read and write it.

Only named records have to be converted, and whatever holds them; everything else is in the payload
as the class holds it.
"""

from collections.abc import Mapping
from typing import Any

from headrace.catalog.generate.names import constant_name
from headrace.catalog.generate.text import Expression

_PYTHON = {
    "boolean": "bool",
    "int": "int",
    "long": "int",
    "float": "float",
    "double": "float",
    "string": "str",
    "bytes": "Base64Text",
    "fixed": "Base64Text",
    "decimal": "DecimalText",
    "uuid": "UuidText",
    "date": "Date",
    "time-millis": "TimeOfDay",
    "time-micros": "TimeOfDay",
    "timestamp-millis": "Timestamp",
    "timestamp-micros": "Timestamp",
    "local-timestamp-millis": "LocalTimestamp",
    "local-timestamp-micros": "LocalTimestamp",
}
TEXT_TYPES = frozenset(_PYTHON.values()) - {"bool", "int", "float", "str"}


class Shapes:
    """The shapes of one domain's major: `named` are its named types, `classes` their classes."""

    def __init__(self, named: Mapping[str, Mapping[str, Any]], classes: Mapping[str, str]) -> None:
        self._named = named
        self._classes = classes

    def annotation(self, schema: Any) -> str:
        """The type of a field, such as `list[Traveller] | None`."""
        if isinstance(schema, list):
            return f"{self.annotation(schema[1])} | None"
        resolved = self.resolve(schema)
        kind = resolved["type"]
        if kind in {"record", "enum"}:
            return self._classes[resolved["name"]]
        if kind == "array":
            return f"list[{self.annotation(resolved['items'])}]"
        if kind == "map":
            return f"dict[str, {self.annotation(resolved['values'])}]"
        return _PYTHON.get(str(resolved.get("logicalType")), _PYTHON[kind])

    def reading(self, schema: Any, value: str, depth: int = 0) -> Expression | None:
        """How the class's value comes from the payload's `value`; None when it is the same."""
        if isinstance(schema, list):
            return self._optional(
                self.reading(schema[1], f"found{depth or ''}", depth + 1), depth, value
            )
        resolved = self.resolve(schema)
        if resolved["type"] == "record":
            return Expression((f"{self._classes[resolved['name']]}.from_payload({value})",))
        if resolved["type"] == "enum" and "default" in resolved:
            symbols = constant_name(self._classes[resolved["name"]])
            found = f"found{depth or ''}"
            parts = (
                found,
                f"if ({found} := {value}) in {symbols}",
                f'else "{resolved["default"]}"',
            )
            return Expression(parts, "(", ")", flat_brackets=depth > 0)
        return self._items(resolved, value, depth, self.reading)

    def writing(self, schema: Any, value: str, depth: int = 0) -> Expression | None:
        """How the payload's value comes from the class's `value`; None when it is the same."""
        if isinstance(schema, list):
            inner = self.writing(schema[1], value, depth + 1)
            if inner is None:
                return None
            return Expression(("None", f"if {value} is None", f"else {inner}"), "(", ")", depth > 0)
        resolved = self.resolve(schema)
        if resolved["type"] == "record":
            return Expression((f"{value}.to_payload()",))
        return self._items(resolved, value, depth, self.writing)

    def resolve(self, schema: Any) -> Mapping[str, Any]:
        """A type that is not a union, as a mapping with `type`, whichever way it was written."""
        if isinstance(schema, str):
            return self._named.get(schema, {"type": schema})
        found: Mapping[str, Any] = schema
        return self._named.get(found["type"], found)

    def whole(self, schema: Any) -> Any:
        """A type with every named type in it written out, to compare two of them."""
        if isinstance(schema, list):
            return [self.whole(branch) for branch in schema]
        found = dict(self.resolve(schema))
        for key in ("items", "values"):
            if key in found:
                found[key] = self.whole(found[key])
        if "fields" in found:
            found["fields"] = [
                {**each, "type": self.whole(each["type"])} for each in found["fields"]
            ]
        return found

    @staticmethod
    def _optional(inner: Expression | None, depth: int, value: str) -> Expression | None:
        if inner is None:
            return None
        found = f"found{depth or ''}"
        parts = ("None", f"if ({found} := {value}) is None", f"else {inner}")
        return Expression(parts, "(", ")", flat_brackets=depth > 0)

    @staticmethod
    def _items(
        resolved: Mapping[str, Any], value: str, depth: int, convert: Any
    ) -> Expression | None:
        each = f"each{depth or ''}"
        if resolved["type"] == "array":
            inner = convert(resolved["items"], each, depth + 1)
            parts, brackets = (str(inner), f"for {each} in {value}"), "[]"
        elif resolved["type"] == "map":
            inner = convert(resolved["values"], each, depth + 1)
            key = f"key{depth or ''}"
            parts, brackets = (f"{key}: {inner}", f"for {key}, {each} in {value}.items()"), "{}"
        else:
            return None
        return None if inner is None else Expression(parts, brackets[0], brackets[1])
