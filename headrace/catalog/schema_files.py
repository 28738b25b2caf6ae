"""Reads schemas/avro/<domain>/<event type>/v<N>.<M>.avsc and the example beside each."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import fastavro

from headrace.catalog.compose import canonical_json, compose, payload_name, subject_of
from headrace.catalog.documents import read_json_object
from headrace.catalog.errors import CatalogProblem
from headrace.catalog.model import SchemaVersion
from headrace.catalog.schema_rules import check_payload_schema, nested_types, personal_fields

MAX_DEPTH = 150
"""Levels of JSON in a schema."""
AVRO_FOLDER = Path("schemas") / "avro"
_VERSION_FILE = re.compile(r"^v([1-9][0-9]*)\.(0|[1-9][0-9]*)\.avsc$")
_EXAMPLE_FILE = re.compile(r"^v[1-9][0-9]*\.(0|[1-9][0-9]*)\.example\.json$")


class SchemaFiles:
    """The schema folder under one root. Mistakes are added to `problems`, none is raised."""

    def __init__(self, root: Path, problems: list[CatalogProblem]) -> None:
        self._root = root
        self._problems = problems
        self._read: set[Path] = set()
        self._nested: dict[tuple[str, str], tuple[str, Mapping[str, Any]]] = {}

    def versions(self, domain: str, event_type: str) -> tuple[SchemaVersion, ...]:
        """All versions of an event type, oldest first; empty when there is nothing usable."""
        folder = self._root / AVRO_FOLDER / domain / event_type
        self._read.add(folder)
        files = dict(sorted(self._version_files(folder, event_type)))
        if not files:
            self._report(folder, event_type, "", "the event type has no schema v1.0.avsc here")
        self._check_contiguous(folder, event_type, list(files))
        read = (self._version(path, domain, event_type, key) for key, path in files.items())
        versions = tuple(version for version in read if version is not None)
        for newest in {each.version.partition(".")[0]: each for each in versions}.values():
            self._check_shared(newest, event_type)
        return versions

    def report_orphans(self) -> None:
        """Call last: every folder that no topic asked for is a problem."""
        for folder in sorted((self._root / AVRO_FOLDER).glob("*/*")):
            if folder not in self._read:
                self._report(folder, folder.name, "", "no topic lists this event type")

    def _version_files(
        self, folder: Path, event_type: str
    ) -> Iterator[tuple[tuple[int, int], Path]]:
        for path in folder.glob("*"):
            match = _VERSION_FILE.match(path.name)
            if match:
                yield (int(match[1]), int(match[2])), path
            elif not _EXAMPLE_FILE.match(path.name):
                self._report(path, event_type, "", "the name is v<N>.<M>.avsc or .example.json")
            elif not _schema_of(path).exists():
                self._report(path, event_type, "", "an example without its schema")

    def _check_contiguous(
        self, folder: Path, event_type: str, versions: list[tuple[int, int]]
    ) -> None:
        previous = (0, 0)
        for version in versions:
            if version not in {(previous[0] + 1, 0), (previous[0], previous[1] + 1)}:
                reason = f"{_text(version)} does not follow {_text(previous)}"
                self._report(folder, event_type, "version", reason)
            previous = version

    def _version(
        self, path: Path, domain: str, event_type: str, key: tuple[int, int]
    ) -> SchemaVersion | None:
        payload = self._read_json(path, event_type)
        example = self._read_json(_example_of(path), event_type)
        if payload is None or example is None or self._is_too_deep(path, payload, event_type):
            return None
        if not self._keeps_rules(path, payload, event_type):
            return None
        version = _text(key)
        composed = compose(domain, event_type, version, payload)
        if not self._parses(path, event_type, composed):
            return None
        return SchemaVersion(
            version=version,
            payload=payload,
            composed=composed,
            composed_json=canonical_json(composed),
            subject=subject_of(domain, event_type, version),
            example=example,
            path=path,
            personal_fields=personal_fields(payload),
        )

    def _is_too_deep(self, path: Path, payload: dict[str, Any], event_type: str) -> bool:
        """A record in a record is three levels of JSON; every walk of a schema is recursive."""
        level: list[Any] = [payload]
        for _ in range(MAX_DEPTH):
            level = [
                inner
                for each in level
                for inner in (each.values() if isinstance(each, dict) else each)
                if isinstance(inner, dict | list)
            ]
            if not level:
                return False
        self._report(path, event_type, "", f"nested deeper than {MAX_DEPTH} levels of JSON")
        return True

    def _keeps_rules(self, path: Path, payload: dict[str, Any], event_type: str) -> bool:
        problems = check_payload_schema(payload, payload_name(event_type))
        for problem in problems:
            self._report(path, event_type, problem.field, problem.reason)
        return not problems

    def _parses(self, path: Path, event_type: str, composed: dict[str, Any]) -> bool:
        try:
            fastavro.parse_schema(composed)
        except (fastavro.schema.SchemaParseException, fastavro.schema.UnknownType) as error:
            self._report(path, event_type, "", f"not an Avro schema: {error}")
            return False
        return True

    def _check_shared(self, newest: SchemaVersion, event_type: str) -> None:
        """One full name is one type in the newest versions, or generated classes would clash."""
        namespace = newest.composed["namespace"]
        for name, schema in nested_types(newest.payload):
            first_in, first = self._nested.setdefault((namespace, name), (event_type, schema))
            if first != schema:
                self._report(newest.path, event_type, name, f"differs from {name} of {first_in}")

    def _read_json(self, path: Path, event_type: str) -> dict[str, Any] | None:
        try:
            return read_json_object(path)
        except FileNotFoundError:
            self._report(path, event_type, "", "the file is missing")
        except (ValueError, RecursionError) as error:
            self._report(path, event_type, "", f"not usable JSON: {error}")
        return None

    def _report(self, path: Path, event_type: str, field: str, reason: str) -> None:
        file = path.relative_to(self._root).as_posix()
        self._problems.append(CatalogProblem(file, event_type, field, reason))


def _text(version: tuple[int, int]) -> str:
    return f"{version[0]}.{version[1]}"


def _example_of(schema: Path) -> Path:
    return schema.with_name(schema.name.removesuffix(".avsc") + ".example.json")


def _schema_of(example: Path) -> Path:
    return example.with_name(example.name.removesuffix(".example.json") + ".avsc")
