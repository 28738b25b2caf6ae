"""One look at the cluster: what the exporter tells of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from confluent_kafka import KafkaException
from confluent_kafka.admin import OffsetSpec

from headrace.catalog import Catalog
from headrace.catalog.dead_letters import dead_letter_topic
from headrace.catalog.planning import ARCHIVE_GROUP
from headrace.clock import Clock
from headrace.errors import OutageError
from headrace.exporter.ages import Ages
from headrace.exporter.log_dirs import Sizes, log_sizes
from headrace.groups import Groups, group_offsets
from headrace.kafka.admin_client import Admin
from headrace.kafka.config import quiet
from headrace.kafka.log_offsets import Place, log_offsets, offsets_at
from headrace.metrics import Sample
from headrace.metrics import definitions as names
from headrace.settings import KafkaSettings

SIZES_SECONDS = 30.0
"""How often the brokers are asked for bytes: each time over new connections."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where partitions begin and end."""

    begin: Mapping[Place, int]
    end: Mapping[Place, int]

    def start(self, place: Place, offset: int) -> int:
        """Where reading from an offset begins: what left the log cannot be read."""
        return max(offset, self.begin[place])


class ClusterLook:
    """Looks at the catalog's topics, dead letter topics and groups. `samples` blocks."""

    def __init__(
        self, kafka: KafkaSettings, catalog: Catalog, clock: Clock, seconds: float
    ) -> None:
        # what librdkafka logs of each try to connect is told by one line and by the metrics
        self._kafka = quiet(kafka)
        self._catalog, self._clock, self._seconds = catalog, clock, seconds
        self._admin = Admin(self._kafka)
        self._groups = _groups_of(catalog)
        self._topics = {*catalog.topics, *map(dead_letter_topic, self._groups)}
        self._ages: dict[str, Ages] = {group: Ages() for group in self._groups}
        self._sizes: Sizes = {}
        self._sizes_at = float("-inf")
        self._unanswered = False

    def samples(self) -> list[Sample]:
        """What there is to tell now; each question to the cluster takes `seconds` at most.

        Raises OutageError, ConfigurationError.
        """
        try:
            return self._looked()
        except Exception:
            # a client that lived through an outage may go on failing when all is well again
            self._admin.leave()
            self._admin = Admin(self._kafka)
            raise

    def _looked(self) -> list[Sample]:
        metadata = self._admin.metadata(self._seconds)
        try:
            return [*self._of_cluster(metadata), *self._of_topics(metadata)]
        except KafkaException as error:
            raise self._admin.meaning(error, "the cluster") from error

    def _of_cluster(self, metadata: Any) -> Iterator[Sample]:
        every = [part for topic in metadata.topics.values() for part in topic.partitions.values()]
        yield names.BROKERS, (), len(metadata.brokers)
        yield names.LEADERLESS, (), sum(part.leader < 0 for part in every)
        yield names.UNDER_REPLICATED, (), sum(_missing(part) > 0 for part in every)

    def _of_topics(self, metadata: Any) -> Iterator[Sample]:
        parts = {
            (name, number): part
            for name in self._topics & set(metadata.topics)
            for number, part in metadata.topics[name].partitions.items()
        }
        led = [place for place, part in parts.items() if part.leader >= 0]
        ends = self._ends(led)
        yield names.UNKNOWN_PARTITIONS, (), len(led) - len(ends.end)
        for place, part in parts.items():
            yield names.PARTITION_MISSING, _labels(place), _missing(part)
        for place in ends.end:
            yield names.PARTITION_RECORDS, _labels(place), ends.end[place] - ends.begin[place]
            yield names.APPENDED, _labels(place), ends.end[place]
        yield from self._of_sizes(metadata, parts)
        yield from self._of_groups(ends)

    def _of_sizes(self, metadata: Any, parts: Iterable[Place]) -> Iterator[Sample]:
        now = self._clock.monotonic()
        if now >= self._sizes_at + SIZES_SECONDS:
            self._sizes_at = now
            try:
                self._sizes = log_sizes(
                    self._kafka, list(metadata.brokers), list(parts), self._seconds
                )
            except OutageError as error:
                self._sizes = {}
                log.warning("bytes of partitions are not known", reason=str(error))
        for (topic, partition, broker), size in self._sizes.items():
            yield names.PARTITION_BYTES, (topic, str(partition), str(broker)), size

    def _of_groups(self, ends: _Ends) -> Iterator[Sample]:
        found = self._group_offsets()
        yield names.UNKNOWN_GROUPS, (), len(found.unanswered)
        for group, topics in self._groups.items():
            if group in found.known:
                known = found.known[group]
                yield names.GROUP_MEMBERS, (group,), known.members
                positions = self._positions(topics, known.committed, ends)
                yield from self._of_group(group, positions, ends)

    def _group_offsets(self) -> Groups:
        """A coordinator that does not answer hides its groups, and nothing else."""
        try:
            found = group_offsets(self._kafka, self._groups, self._seconds)
        except OutageError as error:
            found = Groups({}, dict.fromkeys(self._groups, str(error)))
        if found.unanswered and not self._unanswered:
            reason = next(iter(found.unanswered.values()))
            log.warning("lag of groups is not known", groups=[*found.unanswered], reason=reason)
        self._unanswered = bool(found.unanswered)
        return found

    def _positions(
        self, topics: Iterable[str], noted: Mapping[Place, int], ends: _Ends
    ) -> dict[Place, int]:
        """Where a group reads on: as committed, else where the catalog has new groups start."""
        wanted = set(topics)
        positions = {}
        for place in sorted(ends.end):
            if place in noted:
                positions[place] = ends.start(place, noted[place])
            elif place[0] in wanted:
                early = self._catalog.topics[place[0]].start == "earliest"
                positions[place] = (ends.begin if early else ends.end)[place]
        return positions

    def _of_group(
        self, group: str, positions: Mapping[Place, int], ends: _Ends
    ) -> Iterator[Sample]:
        behind = {place: at for place, at in positions.items() if at < ends.end[place]}
        now_ms = int(self._clock.now().timestamp() * 1000)
        appended = self._ages[group].appended_ms(behind, now_ms, self._ask)
        for place, at in positions.items():
            labels = (group, *_labels(place))
            yield names.GROUP_LAG, labels, max(ends.end[place] - at, 0)
            if place not in behind:
                yield names.GROUP_LAG_SECONDS, labels, 0.0
            elif place in appended:
                yield names.GROUP_LAG_SECONDS, labels, max(now_ms - appended[place], 0) / 1000

    def _ask(self, times: Mapping[Place, int]) -> dict[Place, int]:
        specs = {place: OffsetSpec.for_timestamp(ms) for place, ms in times.items()}
        return offsets_at(self._admin.client, specs, self._seconds)

    def _ends(self, places: Iterable[Place]) -> _Ends:
        """Of those partitions that are still there."""
        client = self._admin.client
        begin = log_offsets(client, places, OffsetSpec.earliest(), self._seconds)
        end = log_offsets(client, begin, OffsetSpec.latest(), self._seconds)
        return _Ends({place: begin[place] for place in end}, end)


def _groups_of(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """The catalog's groups and the archive's, with the topics that they read."""
    logs = tuple(name for name, topic in catalog.topics.items() if topic.authority == "log")
    return {**catalog.groups, ARCHIVE_GROUP: logs}


def _missing(part: Any) -> int:
    return len(part.replicas) - len(part.isrs)


def _labels(place: Place) -> tuple[str, str]:
    return place[0], str(place[1])
