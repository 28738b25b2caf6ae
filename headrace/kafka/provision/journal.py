"""What headrace has made on a cluster, noted on the cluster itself: one compacted topic.

Keys are `topic/NAME`, `principal/NAME`, `group/NAME`; a topic's value holds its id, so that a topic
of the same name that somebody else made later is not taken for ours. A tombstone ends a note.
"""

import json
from collections.abc import Iterable, Mapping

from confluent_kafka import KafkaException, Producer

from headrace.catalog.planning import JOURNAL, Made
from headrace.errors import OutageError
from headrace.kafka.config import logger_of, producer_config
from headrace.kafka.errors import translated, translated_exception
from headrace.kafka.reader import Record, TopicReader
from headrace.settings import KafkaSettings

_POLL_SECONDS = 0.2
_SILENT_POLLS = 15
"""Compaction may have taken the last record: then the end is where nothing more comes."""


class Journal:
    """Reads and writes the notes; blocks. Raises OutageError, ConfigurationError."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka

    def read(self) -> Made:
        """Everything noted so far; the topic must exist."""
        notes: dict[str, str] = {}
        with TopicReader(self._kafka, [JOURNAL], from_beginning=True) as reader:
            silent = 0
            while not reader.at_end and silent < _SILENT_POLLS:
                records = list(reader.poll(_POLL_SECONDS))
                silent = 0 if records else silent + 1
                for record in records:
                    _take(record, notes)
        return _made(notes)

    def write(self, known: Made, now: Made) -> None:
        """Note what has become ours, and end the notes of what is no longer; durable on return."""
        before, after = _notes(known), _notes(now)
        changed = {key: value for key, value in after.items() if before.get(key) != value}
        ended = dict.fromkeys(before.keys() - after.keys())
        if changed or ended:
            self._produce(changed | ended)

    def _produce(self, notes: Mapping[str, str | None]) -> None:
        failed: list[object] = []
        who = self._kafka.sasl_username
        try:
            # a note written twice is one note
            config = producer_config(self._kafka) | {"enable.idempotence": False}
            producer = Producer(config, logger=logger_of(self._kafka))
            for key, value in sorted(notes.items()):
                producer.produce(
                    JOURNAL,
                    None if value is None else value.encode(),
                    key.encode(),
                    on_delivery=lambda error, _: failed.append(error) if error else None,
                )
            left = producer.flush(2 * self._kafka.request_timeout / 1000 + 1)
        except KafkaException as error:
            raise translated_exception(error, JOURNAL, principal=who) from error
        if failed:
            raise translated(failed[0], JOURNAL, principal=who)
        if left:
            raise OutageError(f"{JOURNAL}: Kafka does not take what `apply` notes; run it again")


def _take(record: Record, notes: dict[str, str]) -> None:
    key = (record.key or b"").decode("utf-8", "replace")
    if record.value is None:
        notes.pop(key, None)
    else:
        notes[key] = record.value.decode("utf-8", "replace")


def _notes(made: Made) -> dict[str, str]:
    notes = {
        f"topic/{name}": json.dumps({"id": topic_id}) for name, topic_id in made.topics.items()
    }
    notes |= _named("principal", made.principals)
    return notes | _named("group", made.groups)


def _named(kind: str, names: Iterable[str]) -> dict[str, str]:
    return {f"{kind}/{name}": "{}" for name in names}


def _made(notes: Mapping[str, str]) -> Made:
    names: dict[str, dict[str, str]] = {"topic": {}, "principal": {}, "group": {}}
    for key, value in notes.items():
        kind, _, name = key.partition("/")
        if kind in names and name:
            names[kind][name] = _id_in(value)
    return Made(names["topic"], frozenset(names["principal"]), frozenset(names["group"]))


def _id_in(value: str) -> str:
    """The id in a note; empty, which is no topic's, if somebody else wrote there."""
    try:
        found = json.loads(value)
    except ValueError:
        return ""
    return str(found.get("id", "")) if isinstance(found, dict) else ""
