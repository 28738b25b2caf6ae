"""From files to a Catalog: reads everything, reports every problem at once."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

import headrace
from headrace.catalog.documents import DomainDocument, TopicDocument, read_yaml
from headrace.catalog.errors import CatalogError, CatalogProblem
from headrace.catalog.model import DEFAULT_LEVEL, Catalog, EventType, Topic
from headrace.catalog.schema_files import AVRO_FOLDER, SchemaFiles
from headrace.catalog.schema_rules import has_id_field

TOPICS_FOLDER = Path("topics")
MILLISECONDS_A_DAY = 86_400_000

_Model = TypeVar("_Model", bound=BaseModel)


def load_catalog(root: Path | None = None) -> Catalog:
    """The checked catalog under `root`; by default the one that comes with the library.

    The default is read once a process. Raises CatalogError with every problem found.
    """
    return _default_catalog() if root is None else _load(root)


@cache
def _default_catalog() -> Catalog:
    return _load(default_root())


def default_root() -> Path:
    """An installed wheel's headrace/_data, else the repository around the package."""
    package = Path(headrace.__file__).resolve().parent
    for root in (package / "_data", package.parent):
        if (root / TOPICS_FOLDER).is_dir() and (root / AVRO_FOLDER).is_dir():
            return root
    reason = f"neither {package / '_data'} nor {package.parent} has topics/ and schemas/avro/"
    raise CatalogError((CatalogProblem("topics", "", "", reason),))


def _load(root: Path) -> Catalog:
    catalog, problems = read_catalog(root)
    if problems:
        raise CatalogError(problems)
    return catalog


def read_catalog(root: Path) -> tuple[Catalog, tuple[CatalogProblem, ...]]:
    """What can be read under `root`, and every problem; a service only ever gets a whole one."""
    loading = _Loading(root)
    for path in sorted((root / TOPICS_FOLDER).glob("*")):
        loading.read_domain(path)
    return loading.finish()


class _Loading:
    """One reading of one root: what was built so far, and what was found wrong."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._problems: list[CatalogProblem] = []
        self._files = SchemaFiles(root, self._problems)
        self._topics: dict[str, Topic] = {}
        self._event_types: dict[str, EventType] = {}
        self._subjects: dict[str, str] = {}
        self._all_read = True

    def read_domain(self, path: Path) -> None:
        file = path.relative_to(self._root).as_posix()
        if path.suffix != ".yaml":
            self._report(file, "", "", "only <domain>.yaml files belong here")
            return
        try:
            document = self._validated(DomainDocument, read_yaml(path), file, "")
        except ValueError as error:
            self._report(file, "", "", str(error))
            document = None
        if document is None:
            self._all_read = False
            return
        if document.domain != path.stem:
            self._report(file, "", "domain", f"{document.domain!r} belongs in another file")
        for name, fields in document.topics.items():
            self._read_topic(file, document, name, fields)

    def finish(self) -> tuple[Catalog, tuple[CatalogProblem, ...]]:
        if self._all_read:
            self._files.report_orphans()
        if not self._topics and not self._problems:
            self._report(TOPICS_FOLDER.as_posix(), "", "", f"{self._root} holds no topic")
        catalog = Catalog(MappingProxyType(self._topics), MappingProxyType(self._event_types))
        return catalog, tuple(self._problems)

    def _read_topic(
        self, file: str, document: DomainDocument, name: str, fields: dict[str, Any]
    ) -> None:
        topic = self._validated(TopicDocument, {**document.defaults, **fields}, file, name)
        if topic is None:
            self._all_read = False
            return
        self._check_topic(file, name, topic)
        self._topics[name] = _topic(document.domain, name, topic)
        for event_type in topic.events:
            self._read_event_type(
                file, document.domain, name, event_type, _level(topic, event_type)
            )
            self._check_aggregate_id(file, name, topic.aggregate_id, event_type)

    def _read_event_type(self, file: str, domain: str, topic: str, name: str, level: str) -> None:
        if name in self._event_types:
            other = self._event_types[name].topic
            self._report(file, topic, "events", f"{name} is already an event type of {other}")
            return
        versions = self._files.versions(domain, name)
        for version in versions:
            other = self._subjects.setdefault(version.subject, name)
            if other != name:
                reason = f"{name} and {other} would share the subject {version.subject}"
                self._report(file, topic, "events", reason)
        if versions:
            self._event_types[name] = EventType(name, topic, domain, versions, level)

    def _check_topic(self, file: str, name: str, topic: TopicDocument) -> None:
        if name in self._topics:
            self._report(file, name, "", f"also in topics/{self._topics[name].domain}.yaml")
        if "*" in topic.producers and len(topic.producers) > 1:
            self._report(file, name, "producers", '"*" already means every service')
        lists = {"producers": topic.producers, "events": topic.events}
        lists |= {f"consumers.{group}": types for group, types in topic.consumers.items()}
        for field, values in lists.items():
            if len(set(values)) != len(values):
                self._report(file, name, field, "an entry is given twice")
        named = {f"consumers.{group}": types for group, types in topic.consumers.items()}
        if isinstance(topic.compatibility, dict):
            named["compatibility"] = list(topic.compatibility)
        for field, types in named.items():
            for event_type in sorted(set(types) - set(topic.events)):
                self._report(file, name, field, f"{event_type} is no event type of this topic")

    def _check_aggregate_id(self, file: str, topic: str, field: str | None, name: str) -> None:
        """A key must be there in every event, and must not be what somebody may have forgotten."""
        for version in self._event_types[name].versions if name in self._event_types else ():
            if field is not None and not has_id_field(version.payload, field):
                reason = f"{name} {version.version} has no string {field!r} that is never null"
                self._report(file, topic, "aggregate_id", reason)

    def _validated(self, model: type[_Model], value: Any, file: str, subject: str) -> _Model | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            for each in error.errors():
                field = ".".join(map(str, each["loc"]))
                self._report(file, subject, field, each["msg"])
        return None

    def _report(self, file: str, subject: str, field: str, reason: str) -> None:
        self._problems.append(CatalogProblem(file, subject, field, reason))


def _level(topic: TopicDocument, event_type: str) -> str:
    level = topic.compatibility
    return level.get(event_type, DEFAULT_LEVEL) if isinstance(level, dict) else level


def _topic(domain: str, name: str, document: TopicDocument) -> Topic:
    retention_ms = document.retention_days * MILLISECONDS_A_DAY
    return Topic(
        name=name,
        domain=domain,
        description=document.description,
        authority=document.authority,
        event_types=tuple(document.events),
        key=document.key,
        partitions=document.partitions.local,
        production_partitions=document.partitions.production,
        replication=document.replication,
        retention_ms=retention_ms,
        config=_config(retention_ms),
        producers=tuple(document.producers),
        consumers=MappingProxyType(
            {group: tuple(types) for group, types in document.consumers.items()}
        ),
        start=document.start,
        aggregate_type=document.aggregate_type,
        aggregate_id=document.aggregate_id,
    )


def _config(retention_ms: int) -> Mapping[str, str]:
    """Retention counts from arrival: an event may tell of 2013 and must not go on arrival."""
    return MappingProxyType(
        {
            "cleanup.policy": "delete",
            "message.timestamp.type": "LogAppendTime",
            "retention.ms": str(retention_ms),
        }
    )
