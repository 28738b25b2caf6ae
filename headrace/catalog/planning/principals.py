"""Who writes and who reads what: the Kafka principals that follow from the catalog.

A producer is a principal of its own name. A consumer group belongs to the service in its name:
`dreamscape-ai-service-group`, reading `dreamscape.…`, is ai-service's. headrace's own processes
have principals as well; they are no services, even where a topic names one as its producer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from headrace.catalog.model import Catalog
from headrace.catalog.relay import RELAY, RELAY_CURSOR_TOPIC

ANY_SERVICE = "*"
ADMIN = "headrace-admin"
API = "headrace-api"
ARCHIVE = "headrace-archive"
EXPORTER = "headrace-exporter"
ARCHIVE_GROUP = "headrace-archive"
OWN_PROCESSES = frozenset({ADMIN, API, ARCHIVE, RELAY})


@dataclass(frozen=True, slots=True)
class Principal:
    """What one Kafka user may do: topics it writes and reads, its own groups and transactions."""

    name: str
    writes: frozenset[str] = field(default_factory=frozenset)
    reads: frozenset[str] = field(default_factory=frozenset)
    groups: frozenset[str] = field(default_factory=frozenset)
    transactional_ids: frozenset[str] = field(default_factory=frozenset)


class _Rights:
    def __init__(self) -> None:
        self.writes: set[str] = set()
        self.reads: set[str] = set()
        self.groups: set[str] = set()
        self.transactional_ids: set[str] = set()

    def principal(self, name: str) -> Principal:
        return Principal(
            name,
            writes=frozenset(self.writes),
            reads=frozenset(self.reads),
            groups=frozenset(self.groups),
            transactional_ids=frozenset(self.transactional_ids),
        )


def service_of(group: str, topics: Iterable[str]) -> str:
    """The service whose group this is; `topics` are those it reads.

    The suffix `-group` goes, and the first word of a topic's name where the group begins with it.
    """
    name = group.removesuffix("-group")
    for topic in topics:
        own = name.removeprefix(topic.partition(".")[0] + "-")
        if own != name and own:
            return own
    return name


def principals(catalog: Catalog) -> Mapping[str, Principal]:
    """Every principal by its name: the services, and headrace's own processes but the
    admin and the exporter, who neither read nor write.
    """
    rights: dict[str, _Rights] = {}
    for group, topics in catalog.groups.items():
        of_service = rights.setdefault(service_of(group, topics), _Rights())
        of_service.groups.add(group)
        of_service.reads.update(topics)
    for topic in catalog.topics.values():
        for producer in topic.producers:
            if producer not in {ANY_SERVICE, *OWN_PROCESSES}:
                rights.setdefault(producer, _Rights()).writes.add(topic.name)
    _let_every_service_write(catalog, rights)
    _add_own_processes(catalog, rights)
    return {name: each.principal(name) for name, each in sorted(rights.items())}


def _let_every_service_write(catalog: Catalog, rights: Mapping[str, _Rights]) -> None:
    for topic in catalog.topics.values():
        if ANY_SERVICE in topic.producers:
            for each in rights.values():
                each.writes.add(topic.name)


def _add_own_processes(catalog: Catalog, rights: dict[str, _Rights]) -> None:
    """The archive reads, and the API writes, each topic of which Kafka is the authority.

    The relay writes those of the event store, where there are any, and keeps its place in one of
    its own.
    """
    logs = {topic.name for topic in catalog.topics.values() if topic.authority == "log"}
    rights.setdefault(API, _Rights()).writes |= logs
    archive = rights.setdefault(ARCHIVE, _Rights())
    archive.reads |= logs
    archive.groups.add(ARCHIVE_GROUP)
    if stores := catalog.topics.keys() - logs:
        relay = rights.setdefault(RELAY, _Rights())
        relay.writes |= stores | {RELAY_CURSOR_TOPIC}
        relay.reads.add(RELAY_CURSOR_TOPIC)
        relay.transactional_ids.add(RELAY)
