"""The law: many decoded at once are what one by one are, or are left to one by one."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

from aiokafka.record.default_records import DefaultRecordBatchBuilder
from fastavro import parse_schema, schemaless_writer

from headrace.catalog import Catalog, Topic
from headrace.clock import SystemClock
from headrace.codec import EventDecoder
from headrace.codec.columnar import ColumnarDecoder, container
from headrace.codec.registry_memory import MemoryRegistry
from headrace.codec.wire import pack
from headrace.errors import PoisonError, UnknownSchemaError
from headrace.ids import uuid7
from headrace.postgres.copy_frame import packed_frame
from headrace.postgres.warm import packed
from headrace.runtime import EventFrame, FailurePolicy, Stage, StageEvent, TopicPartition
from headrace.runtime.columns import RecordColumns
from headrace.runtime.decoding import Decoding
from headrace.runtime.job import Job
from headrace.runtime.record_batches import columns_of, record_batches
from tests.fuzz.mutations import mutate
from tests.fuzz.values import Values

SOUND = ("{}", "{}", '{"a":1}', '{"é":["\\\\u0000"]}')
ODD = ("no json", "[]", '{"a":"\\u0000"}', "")
# Small blocks, so that a batch of a few records has neighbours of the bad ones in other blocks.
container.BLOCK = 4


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
        self._seed = seed
        self.chance = random.Random(seed)
        self.tally = Tally()
        registry = MemoryRegistry()
        names = [
            name
            for name, each in catalog.event_types.items()
            if catalog.topic(each.topic).authority == "log"
        ]
        self._types = {name: catalog.event_type(name) for name in names}
        self._ids = {
            name: registry.register(name, json.dumps(each.latest.composed))
            for name, each in self._types.items()
        }
        self._schemas = {
            name: parse_schema(each.latest.composed) for name, each in self._types.items()
        }
        self._topics: dict[str, Topic] = dict(catalog.topics)
        self._singly = EventDecoder(catalog, registry, SystemClock())
        self._stage = Stage(
            "fuzz",
            "fuzz",
            self._topics,
            self._singly,
            None,  # type: ignore[arg-type]  # nothing is applied here
            FailurePolicy(unknown_schema_grace=0.0),
            ColumnarDecoder(registry),
        )

    def check(self, number: int, records: int, *, sound: bool = False) -> None:
        """Draw batch `number` and hold both paths against each other; raises AssertionError."""
        self.chance = random.Random(f"{self._seed}-{number}")
        topic = self._topics[self.chance.choice(list(self._types.values())).topic]
        names = [name for name in topic.event_types if name in self._types]
        values: list[bytes | None] = [
            self._value(self.chance.choice(names)) for _ in range(records)
        ]
        if not sound:
            mutate(self.chance, values)
        self._hold(topic, values)

    def _value(self, name: str) -> bytes:
        each, chance = self._types[name], self.chance
        schema = self._schemas[name]
        datum = Values(chance, schema).of(schema) | {
            "eventId": str(uuid7(SystemClock())),
            "eventType": name if chance.random() < 0.995 else "another.type",
            "timestamp": 1_700_000_000_000_000 + chance.randrange(10**12),
            "version": each.latest.version,
            "metadata": chance.choice(SOUND if chance.random() < 0.99 else ODD),
        }
        buffer = BytesIO()
        schemaless_writer(buffer, schema, datum)
        return pack(self._ids[name], buffer.getvalue())

    def _hold(self, topic: Topic, values: list[bytes | None]) -> None:
        tp = TopicPartition(topic.name, 0)
        columns = _as_fetched(values)
        work = Decoding(self._stage, SystemClock(), few=1).work(
            Job(tp, 0, len(values), 1, columns, unknown_since=0.0)
        )
        wanted, letters = self._one_by_one(tp, topic, values)
        self._count(values, work.events.parts, letters)
        assert {each.offset: each.reason for each in work.letters} == letters
        found = {event.offset: event for event in work.events}
        assert found.keys() == wanted.keys()
        for offset, event in wanted.items():
            assert _meaning(found[offset]) == _meaning(event), offset
        for part in work.events.parts:
            if isinstance(part, EventFrame):
                assert packed_frame(part.frame) == b"".join(map(packed, part))

    def _one_by_one(
        self, tp: TopicPartition, topic: Topic, values: list[bytes | None]
    ) -> tuple[dict[int, StageEvent], dict[int, str]]:
        events, letters = {}, {}
        for offset, value in enumerate(values):
            try:
                decoded = self._singly.decode(value, topic=topic)
            except UnknownSchemaError:
                letters[offset] = "unknown_schema"
                continue
            except PoisonError as error:
                letters[offset] = error.reason
                continue
            events[offset] = StageEvent(
                tp, offset, decoded.schema_id, decoded.event, decoded.payload_json
            )
        return events, letters

    def _count(self, values: Any, parts: Any, letters: dict[int, str]) -> None:
        self.tally.batches += 1
        self.tally.records += len(values)
        self.tally.columnar += sum(len(part) for part in parts if isinstance(part, EventFrame))
        self.tally.reasons.update(letters.values())


def _meaning(event: StageEvent) -> Any:
    """Everything, the payload as PostgreSQL's jsonb sees it."""
    payload = json.loads(event.payload_json, parse_float=Decimal)
    plain = {name: getattr(event.event, name) for name in event.event.__slots__}
    return event.tp, event.schema_id, plain | {"payload": payload}


def _as_fetched(values: list[bytes | None]) -> RecordColumns:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 30)
    for offset, value in enumerate(values):
        builder.append(offset, 1000, None, value, [])
    return columns_of(list(record_batches(bytes(builder.build()))))
