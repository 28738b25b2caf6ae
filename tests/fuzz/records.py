"""Sound records of every event type that the archive takes; to be mutilated."""

import json
import random
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from uuid import UUID

from fastavro import parse_schema, schemaless_writer

from headrace.catalog import Catalog, Topic
from headrace.codec.registry_memory import MemoryRegistry
from headrace.codec.wire import pack
from tests.fuzz.values import Values

SOUND = ("{}", "{}", '{"a":1}', '{"é":["\\\\u0000"]}')
ODD = ("no json", "[]", '{"a":"\\u0000"}', "")
OF_A_TYPE = 64
"""Records of a type that a generation has: to draw one costs more than to decode it twice."""

GENERATION = 2_000
"""Batches that share their records; each generation has others."""


class Records:
    """Draws records, the same for the same seed and generation."""

    def __init__(self, catalog: Catalog, registry: MemoryRegistry, seed: int) -> None:
        self._seed = seed
        self._types = {
            name: catalog.event_type(name)
            for name, each in catalog.event_types.items()
            if catalog.topic(each.topic).authority == "log"
        }
        composed = {name: each.latest.composed for name, each in self._types.items()}
        self._ids = {
            name: registry.register(name, json.dumps(schema)) for name, schema in composed.items()
        }
        self._schemas = {name: parse_schema(schema) for name, schema in composed.items()}
        self._values = {name: Values(schema) for name, schema in self._schemas.items()}
        self._drawn: dict[tuple[str, int], bytes] = {}
        self._generation = 0

    def topic_of(self, chance: random.Random) -> str:
        """The name of some topic; those with more event types come more often."""
        return self._types[chance.choice(list(self._types))].topic

    def of(self, topic: Topic, chance: random.Random, count: int, generation: int) -> list[bytes]:
        """Some records that one batch of this topic might hold: mostly of one type."""
        self._be_in(generation)
        names = [name for name in topic.event_types if name in self._types]
        if chance.random() < 0.7:
            names = [chance.choice(names)]
        return [self._one(chance.choice(names), chance.randrange(OF_A_TYPE)) for _ in range(count)]

    def all_of(self, generation: int) -> Iterator[tuple[str, bytes]]:
        """Every record of a generation, with its topic's name."""
        self._be_in(generation)
        for name, event_type in self._types.items():
            for number in range(OF_A_TYPE):
                yield event_type.topic, self._one(name, number)

    def _be_in(self, generation: int) -> None:
        if generation != self._generation:
            self._drawn.clear()
            self._generation = generation

    def _one(self, name: str, number: int) -> bytes:
        if (name, number) not in self._drawn:
            own = random.Random(f"{self._seed}-{self._generation}-{name}-{number}")
            self._drawn[name, number] = self._draw(name, own)
        return self._drawn[name, number]

    def _draw(self, name: str, chance: random.Random) -> bytes:
        envelope: dict[str, Any] = {
            "eventId": str(UUID(int=chance.getrandbits(128), version=4)),
            "eventType": name if chance.random() < 0.995 else "another.type",
            "timestamp": 1_700_000_000_000_000 + chance.randrange(10**12),
            "version": self._types[name].latest.version,
            "metadata": chance.choice(SOUND if chance.random() < 0.99 else ODD),
        }
        buffer = BytesIO()
        schema = self._schemas[name]
        schemaless_writer(buffer, schema, self._values[name].of(chance, schema) | envelope)
        return pack(self._ids[name], buffer.getvalue())
