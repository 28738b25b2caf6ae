"""Whether an append costs the same when the store holds ten times as much."""

import time
from uuid import uuid4

from benchmarks.latency import Latency
from benchmarks.progress import say
from benchmarks.report import Table, count, ratio
from benchmarks.servers import Servers
from benchmarks.store_database import AGGREGATE_TYPE, EVENT_TYPE, new_store, store_catalog
from headrace.store import EventStore, Stream

STAGES = (1_000_000, 10_000_000)
SINGLES, BATCH, LENGTH = 2_000, 500, 1_000
COLUMNS = (
    "events held",
    "events/s while filling",
    "single append p50 ms",
    "p95 ms",
    "p99 ms",
    "p50 to first",
)


def table(running: Servers, stages: tuple[int, ...]) -> Table:
    """Single appends to new aggregates, at each size that the store grows to."""
    held, rows, first = 0, [], 0.0
    with new_store(running) as store:
        for stage in stages or STAGES:
            began = time.perf_counter()
            added = _filled(store, stage - held)
            rate, held = added / (time.perf_counter() - began), held + added
            running.settle()
            latency = _singles(store)
            first = first or latency.p50
            rows.append((count(held), count(rate), *latency.columns(), ratio(latency.p50 / first)))
            held += SINGLES
            say(f"growth: {rows[-1]}")
    return Table("Appends as the store grows", COLUMNS, rows)


def _filled(store: EventStore, events: int) -> int:
    payload = store_catalog().event_type(EVENT_TYPE).latest.example
    for _ in range(max(0, events) // LENGTH):
        stream = Stream(AGGREGATE_TYPE, uuid4())
        for version in range(0, LENGTH, BATCH):
            batch = [store.event(EVENT_TYPE, payload) for _ in range(BATCH)]
            store.append(stream, batch, version)
    return max(0, events) // LENGTH * LENGTH


def _singles(store: EventStore) -> Latency:
    payload = store_catalog().event_type(EVENT_TYPE).latest.example
    streams, took = [Stream(AGGREGATE_TYPE, uuid4()) for _ in range(200)], []
    for number in range(SINGLES):
        event = store.event(EVENT_TYPE, payload)
        began = time.perf_counter()
        store.append(streams[number % 200], [event], number // 200)
        took.append(time.perf_counter() - began)
    return Latency.of(took)
