"""Random values of an Avro schema, for fastavro to write."""

import random
import string
from collections.abc import Mapping
from typing import Any

TEXTS = (
    "",
    "plain",
    'quotes " and \\ backslash',
    '","value":"',
    '{"key":"v"}',
    "line\nbreak\ttab\x01\x1f\x7f",
    "é ü 漢字 🚀 \u2028",
    "\\u0000",
    "x" * 300,
)
NUMBERS = (0.0, -0.0, 1.0, 0.1, 1e16, 1e21, 1.5e-7, 5e-324, 1.7976931348623157e308, -123456.789)
MICROS = (0, 1, 1_700_000_000_123_456, -1, -62_135_596_800_000_000, 253_402_300_799_999_999)
_TIMES = {"timestamp-micros": 1, "timestamp-millis": 1_000, "date": 86_400_000_000}


class Values:
    """Draws values of a schema and of what it names."""

    def __init__(self, schema: Any) -> None:
        self._named: dict[str, Any] = {}
        self._collect(schema)

    def of(self, chance: random.Random, schema: Any) -> Any:
        if isinstance(schema, list):
            return self.of(chance, chance.choice(schema))
        if isinstance(schema, str):
            named = self._named.get(schema)
            return _primitive(chance, schema) if named is None else self.of(chance, named)
        if schema.get("logicalType") in _TIMES:
            return _time(chance, schema["logicalType"])
        return self._compound(chance, schema)

    def _collect(self, schema: Any) -> None:
        """The named types, since a value may skip the place where one is defined."""
        if isinstance(schema, list):
            for each in schema:
                self._collect(each)
        elif isinstance(schema, dict):
            if "name" in schema and schema.get("type") in ("record", "enum", "fixed"):
                self._named[schema["name"]] = schema
            for name in ("type", "items", "values", "fields"):
                self._collect(schema.get(name))

    def _compound(self, chance: random.Random, schema: Mapping[str, Any]) -> Any:
        kind, few = schema["type"], range(chance.choice((0, 0, 1, 2, 5)))
        if kind == "record":
            return {field["name"]: self.of(chance, field["type"]) for field in schema["fields"]}
        if kind == "array":
            return [self.of(chance, schema["items"]) for _ in few]
        if kind == "map":
            return {_text(chance): self.of(chance, schema["values"]) for _ in few}
        if kind == "enum":
            return chance.choice(schema["symbols"])
        if kind == "fixed":
            return chance.randbytes(schema["size"])
        return self.of(chance, kind)


def _primitive(chance: random.Random, kind: str) -> Any:  # noqa: PLR0911 - a line a kind
    match kind:
        case "null":
            return None
        case "boolean":
            return chance.random() < 0.5
        case "int":
            return chance.choice((0, 1, -1, 2**31 - 1, -(2**31), chance.randrange(1000)))
        case "long":
            return chance.choice((0, 63, 64, -65, 2**53 + 1, 2**63 - 1, -(2**63)))
        case "float":
            return chance.choice((0.0, 0.5, 0.1, float("nan"), -3.25))
        case "double":
            odd = chance.choice((float("nan"), float("inf"), -float("inf")))
            return odd if chance.random() < 0.002 else chance.choice(NUMBERS) * chance.random()
        case "bytes":
            return chance.randbytes(chance.randrange(12))
        case "string":
            return _text(chance)
    raise ValueError(f"no values are drawn for Avro type {kind}")


def _text(chance: random.Random) -> str:
    if chance.random() < 0.0005:
        return "nul \0 inside"
    if chance.random() < 0.5:
        return chance.choice(TEXTS if chance.random() < 0.02 else TEXTS[:-1])
    return "".join(chance.choices(string.printable, k=chance.randrange(30)))


def _time(chance: random.Random, kind: str) -> int:
    if chance.random() < 0.002:
        bits = 31 if kind == "date" else 63
        return chance.choice((2**bits - 1, -(2**bits), 2 ** (bits - 1), chance.getrandbits(bits)))
    micros = chance.choice(MICROS) if chance.random() < 0.01 else chance.randrange(2**51)
    return micros // _TIMES[kind]
