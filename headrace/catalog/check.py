"""Everything that can be wrong: the files by the loader's rules, and each example by its schema.

An example must encode, decode, and come back the same. Not among the package's public names,
because it needs the codec, which builds on this package.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
from fastavro import parse_schema, schemaless_reader, schemaless_writer

from headrace.catalog.compatibility import first_to_deploy, level_breaks
from headrace.catalog.errors import CatalogProblem
from headrace.catalog.loader import default_root, read_catalog
from headrace.catalog.model import Catalog, SchemaVersion
from headrace.codec.json_form import UnsupportedSchemaError, from_avro, reading_schema, to_avro
from headrace.errors import FieldProblem, InvalidEventError

_READER = {
    "new": "new version cannot read what older ones wrote",
    "old": "older versions cannot read what the new one writes",
}


_ORDER = {
    "producers": "only producers could be deployed first",
    "consumers": "only consumers could be deployed first",
    "": "neither side could be deployed first",
}


def check_catalog(root: Path | None = None) -> tuple[CatalogProblem, ...]:
    """Every problem under `root` (by default the catalog that comes with the library)."""
    root = root or default_root()
    catalog, problems = read_catalog(root)
    problems += tuple(_incompatible(catalog, root))
    return problems + tuple(
        CatalogProblem(
            version.path.relative_to(root).as_posix(),
            event_type.name,
            "example" + (f".{problem.field}" if problem.field else ""),
            problem.reason,
        )
        for event_type in catalog.event_types.values()
        for version in event_type.versions
        for problem in example_problems(version)
    )


def _incompatible(catalog: Catalog, root: Path) -> Iterator[CatalogProblem]:
    """The minor versions of one major keep the level of their event type."""
    for event_type in catalog.event_types.values():
        for at, version in enumerate(event_type.versions):
            older = [
                e.composed_json for e in event_type.versions[:at] if e.subject == version.subject
            ]
            text = version.composed_json
            for found in level_breaks(event_type.compatibility, text, older):
                yield CatalogProblem(
                    version.path.relative_to(root).as_posix(),
                    event_type.name,
                    found.at.field.removeprefix("payload").lstrip("."),
                    f"{found.at.reason}, so that the {_READER[found.reader]} "
                    f"({event_type.compatibility}; {_ORDER[first_to_deploy(text, older)]}): "
                    "give it a default, or make it a new major",
                )


def example_problems(version: SchemaVersion) -> tuple[FieldProblem, ...]:
    """What is wrong with the example of `version`; empty when it survives the round trip."""
    try:
        returned = round_trip(version)
    except UnsupportedSchemaError as error:
        return (FieldProblem("schema", str(error)),)
    except InvalidEventError as error:
        return error.problems
    return tuple(_differences(version.example, returned))


def _differences(example: Mapping[str, Any], returned: dict[str, Any]) -> Iterator[FieldProblem]:
    for name, value in returned.items():
        if name not in example:
            yield FieldProblem(name, "an example shows every field; this one is left out")
        elif _text(example[name]) != _text(value):
            yield FieldProblem(name, f"{example[name]!r} comes back as {value!r}")


def round_trip(version: SchemaVersion) -> dict[str, Any]:
    """The example after Avro and back, as JSON values. Raises InvalidEventError naming fields."""
    encoded = BytesIO()
    value = to_avro(version.payload)(version.example, "")
    schemaless_writer(encoded, parse_schema(version.payload), value)
    encoded.seek(0)
    decoded = schemaless_reader(encoded, parse_schema(reading_schema(version.payload)), None)
    returned: dict[str, Any] = from_avro(version.payload)(decoded)
    return returned


def _text(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
