"""The law: many decoded at once are what one by one are, or are left to one by one."""

import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from aiokafka.record.default_records import DefaultRecordBatchBuilder

from headrace.catalog import Catalog, Topic
from headrace.clock import ManualClock
from headrace.codec import DecodedEvent, EventDecoder
from headrace.codec.columnar import ColumnarDecoder, container
from headrace.codec.registry_memory import MemoryRegistry
from headrace.errors import PoisonError, UnknownSchemaError
from headrace.postgres.copy_frame import packed_frame
from headrace.postgres.warm import packed
from headrace.runtime import EventFrame, FailurePolicy, Stage, StageEvent, TopicPartition
from headrace.runtime.columns import RecordColumns
from headrace.runtime.decoding import Decoding
from headrace.runtime.job import Job
from headrace.runtime.record_batches import columns_of, record_batches
from headrace.runtime.work import Work
from tests.fuzz.mutations import mutate
from tests.fuzz.records import GENERATION, Records

NOW = datetime(2026, 1, 1, tzinfo=UTC)
# Small blocks, so that a batch of a few records has neighbours of the bad ones in other blocks.
container.BLOCK = 4

Outcome = DecodedEvent | str
"""What one by one makes of a record: an event, or the reason why it is none."""


@dataclass
class Tally:
    """What a run has seen."""

    batches: int = 0
    records: int = 0
    columnar: int = 0
    reasons: Counter[str] = field(default_factory=Counter)


class Law:
    """Draws batches of the catalog's events and holds both paths against each other."""

    def __init__(self, catalog: Catalog, seed: int) -> None:
        self.seed = seed
        self.tally = Tally()
        registry, clock = MemoryRegistry(), ManualClock(NOW)
        self._records = Records(catalog, registry, seed)
        self._topics: dict[str, Topic] = dict(catalog.topics)
        self._singly = EventDecoder(catalog, registry, clock)
        self._sound: dict[tuple[str, bytes], Outcome] = {}
        stage = Stage(
            "fuzz",
            "fuzz",
            self._topics,
            self._singly,
            None,  # type: ignore[arg-type]  # nothing is applied here
            FailurePolicy(unknown_schema_grace=0.0),
            ColumnarDecoder(registry),
        )
        self._decoding = Decoding(stage, clock, few=1)

    def draw(self, generation: int) -> None:
        """Draw all sound records of a generation and decode them one by one."""
        self._sound.clear()
        for topic, value in self._records.all_of(generation):
            self._sound[topic, value] = self._outcome(self._topics[topic], value)

    def check(self, number: int, records: int, *, sound: bool = False) -> None:
        """Draw batch `number` and hold both paths against each other; raises AssertionError."""
        chance = random.Random(f"{self.seed}-{number}")
        topic = self._topics[self._records.topic_of(chance)]
        whole = self._records.of(topic, chance, records, number // GENERATION)
        values: list[bytes | None] = [*whole]
        if not sound:
            mutate(chance, values)
        tp = TopicPartition(topic.name, 0)
        work = self._decoding.work(Job(tp, 0, records, 1, _as_fetched(values), unknown_since=0.0))
        self._hold(work, self._one_by_one(topic, whole, values))

    def _hold(self, work: Work, wanted: Sequence[Outcome]) -> None:
        letters = {at: each for at, each in enumerate(wanted) if isinstance(each, str)}
        self._count(len(wanted), work, letters)
        assert {each.offset: each.reason for each in work.letters} == letters
        found = {event.offset: event for event in work.events}
        assert found.keys() | letters.keys() == set(range(len(wanted)))
        for at, outcome in enumerate(wanted):
            if not isinstance(outcome, str):
                _assert_same(found[at], StageEvent(work.job.tp, at, *_parts(outcome)))
        for part in work.events.parts:
            if isinstance(part, EventFrame):
                assert b"".join(packed_frame(part.frame)) == b"".join(map(packed, part))

    def _one_by_one(
        self, topic: Topic, whole: Sequence[bytes], values: Sequence[bytes | None]
    ) -> list[Outcome]:
        """A record that is as it was drawn is decoded once in its generation."""
        outcomes = []
        for drawn, value in zip(whole, values, strict=True):
            if value is not drawn:
                outcomes.append(self._outcome(topic, value))
                continue
            if (topic.name, drawn) not in self._sound:
                self._sound[topic.name, drawn] = self._outcome(topic, drawn)
            outcomes.append(self._sound[topic.name, drawn])
        return outcomes

    def _outcome(self, topic: Topic, value: bytes | None) -> Outcome:
        try:
            return self._singly.decode(value, topic=topic)
        except UnknownSchemaError:
            return "unknown_schema"
        except PoisonError as error:
            return error.reason

    def _count(self, records: int, work: Work, letters: dict[int, str]) -> None:
        self.tally.batches += 1
        self.tally.records += records
        self.tally.columnar += sum(
            len(part) for part in work.events.parts if isinstance(part, EventFrame)
        )
        self.tally.reasons.update(letters.values())


def _parts(decoded: DecodedEvent) -> tuple[int, Any, bytes]:
    return decoded.schema_id, decoded.event, decoded.payload_json


def _assert_same(found: StageEvent, wanted: StageEvent) -> None:
    """Everything, the payload as PostgreSQL's jsonb sees it."""
    assert (found.tp, found.offset) == (wanted.tp, wanted.offset)
    assert found.schema_id == wanted.schema_id, found.offset
    for name in wanted.event.__slots__:
        if name != "payload":
            assert getattr(found.event, name) == getattr(wanted.event, name), (found.offset, name)
    if found.payload_json != wanted.payload_json:
        assert _as_jsonb(found) == _as_jsonb(wanted), found.offset


def _as_jsonb(event: StageEvent) -> Any:
    return json.loads(event.payload_json, parse_float=Decimal)


def _as_fetched(values: Sequence[bytes | None]) -> RecordColumns:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 30)
    for offset, value in enumerate(values):
        builder.append(offset, 1000, None, value, [])
    return columns_of(list(record_batches(bytes(builder.build()))))
