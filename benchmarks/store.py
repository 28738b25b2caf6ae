"""The event store against the `eventsourcing` package and message-db, in databases of one server.

Each round has new databases. Our events are checked by their schema and encoded within the
measurement, the others come encoded; all append from one thread over one connection.
`--only growth` fills a store to 1 and 10 million events, or to `--stages`.
"""

import json
import os
import subprocess
import time
from dataclasses import asdict, dataclass
from statistics import median
from urllib.parse import urlsplit
from uuid import uuid4

from benchmarks import message_db, store_growth, store_rebuild
from benchmarks.environments import python_of
from benchmarks.options import Options
from benchmarks.progress import say
from benchmarks.report import Result, Table, count, ratio
from benchmarks.servers import Servers, servers
from benchmarks.store_database import (
    AGGREGATE_TYPE,
    EVENT_TYPE,
    new_database,
    new_store,
    payload_json,
    store_catalog,
)
from deploy.local.layout import REPOSITORY
from headrace.envelope import Event
from headrace.store import EventStore, Stream

EVENTS = 50_000
SINGLES = 3_000
ROUNDS = 3
BATCH = 100
STREAMS = 200
PEER_SECONDS = 300
PROGRAM = "benchmarks.peers.programs.eventsourcing_store"
COLUMNS = ("", "single appends/s", f"events/s in batches of {BATCH}", "rows/s in the total order")


@dataclass(frozen=True, slots=True)
class Rates:
    """Events a second."""

    single: float
    batches: float
    read: float


def run(options: Options) -> Result:
    """Medians over alternating rounds."""
    tables, notes = [], list[str]()
    with servers(("postgres",)) as running:
        if options.wants("rates"):
            tables.append(_table(_rates(running, options)))
            notes += _notes(options.events or EVENTS)
        if options.wants("rebuild"):
            tables.append(store_rebuild.table(running))
        if "growth" in options.only:
            tables.append(store_growth.table(running, options.stages))
        notes.insert(0, running.profile())
    return Result(tables, notes)


def _rates(running: Servers, options: Options) -> dict[str, Rates]:
    events = options.events or EVENTS
    python_of("eventsourcing")
    message_db.folder()
    found: dict[str, list[Rates]] = {
        **{"headrace.store": [], "without GIN": []},
        **{"eventsourcing": [], "message-db": []},
    }
    for _ in range(options.rounds or ROUNDS):
        found["headrace.store"].append(_ours(running, events, gin=True))
        found["without GIN"].append(_ours(running, events, gin=False))
        found["eventsourcing"].append(_theirs(running, events))
        found["message-db"].append(_message_db(running, events))
    return {name: _median(rates) for name, rates in found.items()}


def _notes(events: int) -> tuple[str, ...]:
    return (
        f"{count(SINGLES)} single appends, then {count(events)} events, over {STREAMS} aggregates "
        f"each; payloads of {len(payload_json())} bytes; one thread, one connection.",
        "The package's table has two indexes, message-db's four, ours ten; the package's recorder "
        "alone is measured, with states that were encoded beforehand. Its appends take turns under "
        "a table lock, message-db's under a lock of their category.",
        "message-db has no batches: a batch is one transaction of single writes, pipelined.",
    )


def _table(rates: dict[str, Rates]) -> Table:
    peer = asdict(rates["eventsourcing"])
    rows = [
        (
            name,
            *(f"{count(rate)} ({ratio(rate / peer[key])})" for key, rate in asdict(each).items()),
        )
        for name, each in rates.items()
    ]
    return Table("Event store (in brackets: to the package)", COLUMNS, rows)


def _median(rates: list[Rates]) -> Rates:
    return Rates(
        median(each.single for each in rates),
        median(each.batches for each in rates),
        median(each.read for each in rates),
    )


def _ours(running: Servers, events: int, *, gin: bool) -> Rates:
    with new_store(running, gin=gin) as store:
        found = Rates(_append(store, SINGLES, 1), _append(store, events, BATCH), _read(store))
    say(f"headrace.store{'' if gin else ' without GIN'}: {found}")
    return found


def _message_db(running: Servers, events: int) -> Rates:
    payload = payload_json()
    with message_db.connected(running) as connection:
        found = Rates(
            message_db.append(connection, payload, SINGLES, 1, STREAMS),
            message_db.append(connection, payload, events, BATCH, STREAMS),
            message_db.read(connection),
        )
    say(f"message-db: {found}")
    return found


def _append(store: EventStore, events: int, batch: int) -> float:
    payload = store_catalog().event_type(EVENT_TYPE).latest.example
    streams = [Stream(AGGREGATE_TYPE, uuid4()) for _ in range(STREAMS)]
    batches: list[list[Event]] = [
        [store.event(EVENT_TYPE, payload) for _ in range(batch)] for _ in range(events // batch)
    ]
    began = time.perf_counter()
    for number, each in enumerate(batches):
        store.append(streams[number % STREAMS], each, number // STREAMS * batch)
    return len(batches) * batch / (time.perf_counter() - began)


def _read(store: EventStore) -> float:
    began = time.perf_counter()
    number = sum(1 for _ in store.stream_all())
    return number / (time.perf_counter() - began)


def _theirs(running: Servers, events: int) -> Rates:
    with new_database(running) as name:
        address = urlsplit(running.stack.database_url)
        task = {
            "database": {
                "dbname": name,
                "host": address.hostname,
                "port": str(address.port),
                "user": address.username,
                "password": address.password,
            },
            "payload": payload_json(),
            "singles": SINGLES,
            "events": events,
            "batch": BATCH,
            "streams": STREAMS,
        }
        done = subprocess.run(
            [str(python_of("eventsourcing")), "-m", PROGRAM],
            cwd=REPOSITORY,
            env={**os.environ, "TASK": json.dumps(task)},
            capture_output=True,
            text=True,
            check=False,
            timeout=PEER_SECONDS,
        )
    if done.returncode:
        raise RuntimeError(f"{PROGRAM} failed:\n{done.stderr[-1500:]}")
    found = Rates(**json.loads(done.stdout))
    say(f"eventsourcing: {found}")
    return found
