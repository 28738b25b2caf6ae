"""A stage whose handler does nothing, on Kafka and the PostgreSQL ledger, in one process.

`decode` says how much is decoded: nothing, or everything (columnar, with its checks).
"""

import asyncio
import os
import signal
import sys
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import polars as pl

from benchmarks.programs.timing import Timing
from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.codec import EventDecoder, Registry
from headrace.codec.columnar import ColumnarDecoder, DecodedColumns, NativeWatch
from headrace.logs import configure
from headrace.postgres import Database, PostgresLedger
from headrace.runtime import Engine, EngineLimits, Events, Stage, TopicPartition
from headrace.runtime.faust_source import FaustSource
from headrace.runtime.worker import run_worker
from headrace.settings import Settings, load_settings

GROUP = "noop-stage"


class Nothing:
    """Decodes nothing: a frame of the right height."""

    def decode(
        self,
        schema_id: int,
        bodies: Sequence[bytes],
        *,
        event_types: Collection[str],
        now: datetime,
    ) -> DecodedColumns:
        del schema_id, event_types, now
        numbers = np.arange(len(bodies))
        return DecodedColumns(pl.DataFrame({"number": numbers}), numbers)


class NoHandler:
    """Counts, and ends the process with the last event."""

    def __init__(self, records: int) -> None:
        self.timing = Timing(records)

    def prepare(self, events: Events) -> None:
        pass

    def apply(self, events: Events, effects: Any) -> Mapping[TopicPartition, int]:
        del effects
        if self.timing.add(len(events)):
            os.kill(os.getpid(), signal.SIGTERM)
        return {}


async def main(topic: str, records: int, decode: str) -> None:
    settings, catalog, clock = load_settings(), load_catalog(), SystemClock()
    configure("warn", "noop")
    url = settings.database_url.get_secret_value()
    limits = EngineLimits()
    database = Database(url, application=GROUP, connections=limits.writers + 3)
    registry, handler = Registry(settings), NoHandler(records)
    stage = Stage(
        "noop",
        GROUP,
        {topic: catalog.topic(topic)},
        EventDecoder(catalog, registry, clock),
        handler,
        columnar=_decoder(decode, registry, settings),
    )
    engine = Engine(stage, PostgresLedger(database, GROUP, "noop"), clock=clock, limits=limits)
    await run_worker(engine, FaustSource(GROUP, [topic], settings.kafka))
    database.close()
    print(handler.timing.found, flush=True)


def _decoder(decode: str, registry: Registry, settings: Settings) -> Any:
    if decode == "nothing":
        return Nothing()
    return ColumnarDecoder(registry, NativeWatch(settings.state_dir / GROUP, SystemClock()))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), sys.argv[3]))
    os._exit(0)
