"""Subjects as a whole, for those who keep them in step with the catalog."""

import json
import weakref
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

from headrace.catalog.compose import canonical_json
from headrace.catalog.planning import FoundSubject, SubjectSpec
from headrace.codec.registry_client import (
    SchemaRegistryClient,
    SchemaRegistryError,
    among_others,
    avro,
    client_of,
    level_of,
    translated,
)
from headrace.settings import Settings

_AT_ONCE = 8
_ANY_LEVEL = "NONE"


class Subjects:
    """A registry behind Confluent's REST API; every method blocks.

    Raises OutageError, ConfigurationError (credentials, or a schema that the registry refuses).
    """

    def __init__(self, settings: Settings) -> None:
        self._url = settings.schema_registry_url
        self._client = client_of(self._url)
        weakref.finalize(self, self._client.__exit__, None, None, None)  # closes its connections

    def read(self, specs: Iterable[SubjectSpec]) -> Mapping[str, FoundSubject]:
        """Those of the wanted subjects that exist, as they are now."""
        # a new client: what an earlier one has read it would not read again
        with client_of(self._url) as client, ThreadPoolExecutor(_AT_ONCE) as pool:
            there = set(translated(client.get_subjects))
            wanted = [spec for spec in specs if spec.name in there]
            found = pool.map(lambda spec: translated(lambda: _read(client, spec)), wanted)
            return {each.name: each for each in found}

    def names(self, prefixes: tuple[str, ...]) -> list[str]:
        """The subjects whose names begin with one of these."""
        return [each for each in translated(self._client.get_subjects) if each.startswith(prefixes)]

    def register(self, subject: str, schema_text: str) -> None:
        """Under the level that the subject has now; one that it knows already is no error."""
        schema = avro(schema_text)
        translated(lambda: among_others(lambda: self._client.register_schema(subject, schema)))

    def register_despite_breaks(self, subject: str, schema_text: str, level: str) -> None:
        """Without the check of the subject's level, which is set again whatever happens."""
        self.set_level(subject, _ANY_LEVEL)
        try:
            self.register(subject, schema_text)
        finally:
            self.set_level(subject, level)

    def set_level(self, subject: str, level: str) -> None:
        """The compatibility level of one subject, in the registry's words."""
        translated(lambda: self._client.set_config(subject, level_of(level)))


def _read(client: SchemaRegistryClient, spec: SubjectSpec) -> FoundSubject:
    texts = {
        number: _canonical(client.get_version(spec.name, number).schema.schema_str)
        for number in sorted(client.get_versions(spec.name))
    }
    for _, text in spec.versions:
        if text not in texts.values():
            number = _number_of(client, spec.name, text)
            if number in texts:
                texts[number] = text  # the same schema, as this registry spells it
    return FoundSubject(spec.name, _level(client, spec.name), tuple(texts.values()))


def _number_of(client: SchemaRegistryClient, subject: str, text: str) -> int | None:
    """The number under which the registry knows the schema, if it does."""
    try:
        return int(client.lookup_schema(subject, avro(text)).version)
    except SchemaRegistryError as error:
        if error.http_status_code == 404:
            return None
        raise


def _level(client: SchemaRegistryClient, subject: str) -> str | None:
    try:
        level = client.get_config(subject).compatibility_level
    except SchemaRegistryError as error:
        if error.http_status_code == 404:
            return None
        raise
    return None if level is None else str(getattr(level, "value", level))


def _canonical(text: str) -> str:
    """One text for one schema; what is no JSON object stays as it is."""
    try:
        schema = json.loads(text)
    except ValueError:
        return text
    return canonical_json(schema) if isinstance(schema, dict) else text
