"""The event store against the `eventsourcing` package, in databases of one server.

Each round has new databases. Ours are checked by their schema and encoded within the measurement,
the package's come encoded; both append from one thread over one connection.
"""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from statistics import median
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
from psycopg import sql

from benchmarks.environments import python_of
from benchmarks.options import Options
from benchmarks.progress import say
from benchmarks.report import Result, Table, count, ratio
from benchmarks.servers import Servers, servers
from deploy.local.layout import REPOSITORY
from headrace.catalog import Catalog, load_catalog
from headrace.codec import dump_json
from headrace.envelope import Event
from headrace.postgres import migrate
from headrace.store import EventStore, Stream

EVENTS = 50_000
SINGLES = 3_000
ROUNDS = 3
BATCH = 100
STREAMS = 200
EVENT_TYPE, AGGREGATE_TYPE = "user.created", "user"
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
    events = options.events or EVENTS
    python_of("eventsourcing")
    found: dict[str, list[Rates]] = {"headrace.store": [], "without GIN": [], "eventsourcing": []}
    with servers(("postgres",)) as running:
        for _ in range(options.rounds or ROUNDS):
            found["headrace.store"].append(_ours(running, events, gin=True))
            found["without GIN"].append(_ours(running, events, gin=False))
            found["eventsourcing"].append(_theirs(running, events))
        notes = [running.profile(), *_notes(events)]
    return Result([_table({name: _median(rates) for name, rates in found.items()})], notes)


def _notes(events: int) -> tuple[str, ...]:
    payload = len(dump_json(store_catalog().event_type(EVENT_TYPE).latest.example))
    return (
        f"{count(SINGLES)} single appends, then {count(events)} events, over {STREAMS} aggregates "
        f"each; payloads of {payload} bytes; one thread, one connection.",
        "The package's table has two indexes, ours ten; its recorder alone is measured, with "
        "states that were encoded beforehand. Its appends take turns under a table lock.",
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


def store_catalog() -> Catalog:
    """The catalog, with one topic of authority `store`."""
    catalog = load_catalog()
    name = catalog.event_type(EVENT_TYPE).topic
    topic = replace(catalog.topic(name), authority="store", aggregate_type=AGGREGATE_TYPE)
    return replace(catalog, topics={**catalog.topics, name: topic})


@contextmanager
def _database(running: Servers) -> Iterator[str]:
    """The name of a new, empty database of the owner's."""
    name = f"bench_{uuid4().hex[:8]}"
    with running.connect() as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER headrace").format(sql.Identifier(name)))
        yield name
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    running.settle()


def _on(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"


def _ours(running: Servers, events: int, *, gin: bool) -> Rates:
    with _database(running) as name:
        migrate(_on(running.stack.database_url, name))
        with psycopg.connect(_on(running.admin_url, name)) as admin:
            types = [EVENT_TYPE]
            admin.execute("SELECT store.declare_types('user', %s, %s)", [AGGREGATE_TYPE, types])
            if not gin:
                admin.execute("DROP INDEX store.idx_evenements_payload")
        url = _on(running.stack.store_database_url, name)
        with EventStore(url, source="benchmark", catalog=store_catalog()) as store:
            found = Rates(_append(store, SINGLES, 1), _append(store, events, BATCH), _read(store))
    say(f"headrace.store{'' if gin else ' without GIN'}: {found}")
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
    with _database(running) as name:
        address = urlsplit(running.stack.database_url)
        task = {
            "database": {
                "dbname": name,
                "host": address.hostname,
                "port": str(address.port),
                "user": address.username,
                "password": address.password,
            },
            "payload": dump_json(store_catalog().event_type(EVENT_TYPE).latest.example).decode(),
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
