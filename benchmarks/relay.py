"""The event store's relay: from commit to a read_committed consumer, and events a second.

`headrace worker relay` in a process of its own. The latency is measured one event at a time, first
with nothing else to do, then while the archive drains a full topic on the same servers.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from confluent_kafka import Consumer, TopicPartition

from benchmarks.archiving import Variant, done_with, end, worker_process
from benchmarks.filling import fill, make_topics
from benchmarks.latency import Latency
from benchmarks.options import Options
from benchmarks.progress import say
from benchmarks.report import Result, Table, count
from benchmarks.servers import Servers, servers
from benchmarks.shapes import make_shape, samples
from headrace.catalog import load_catalog
from headrace.codec import Registry
from headrace.envelope import Event
from headrace.kafka import consumer_config
from headrace.postgres import Tenure
from headrace.store import EventStore, Stream
from processors.relay.outlet import committed_cursor

EVENTS = 50_000
SINGLES = 200
PAUSE_SECONDS = 0.03
LOAD = 1_000_000
FEWEST = 50
BATCH = 1_000
EVENT_TYPE, TOPIC = "ExperienceGagnee", "game.joueur"
WAIT_SECONDS = 120
COLUMNS = ("commit to consumer", "p50 ms", "p95 ms", "p99 ms")


def run(options: Options) -> Result:
    """Latency idle and beside a busy archive, then how fast a backlog goes."""
    with servers() as running:
        url = running.stack.store_database_url
        with EventStore(url, source="benchmark") as store:
            with relay_process(running):
                idle = _latency(running, store)
                busy = _beside_the_archive(running, store)
            rate = _backlog(running, store, options.events or EVENTS)
        profile = running.profile()
    rows = [("nothing else to do", *idle.columns()), ("the archive at full load", *busy.columns())]
    notes = (
        profile,
        f"Up to {SINGLES} events one by one, {PAUSE_SECONDS * 1000:.0f} ms apart.",
        f"A backlog of {count(options.events or EVENTS)} events: {count(rate)} events/s.",
    )
    return Result([Table("The relay", COLUMNS, rows)], notes)


@contextmanager
def relay_process(running: Servers) -> Iterator[None]:
    """A relay at work inside the block; its log's end is shown when the block fails."""
    url = running.stack.relay_database_url
    environment = {**running.worker_environment(), "STORE_DATABASE_URL": url}
    log = running.stack.logs / "relay.log"
    command = [str(Path(sys.executable).with_name("headrace")), "worker", "relay"]
    with log.open("wb") as output:
        worker = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        _until(lambda: "the relay is at work" in log.read_text())
        yield
    except Exception:
        sys.stderr.write(log.read_text()[-3000:])
        raise
    finally:
        end(worker)
        _until(lambda: not Tenure(url, "headrace-relay").is_held())


def _latency(
    running: Servers, store: EventStore, goes_on: Callable[[], bool] = lambda: True
) -> Latency:
    """As long as it goes on, SINGLES at most."""
    config = consumer_config(running.settings.kafka, "benchmark") | {"fetch.wait.max.ms": 50}
    consumer = Consumer(config)
    _, last = consumer.get_watermark_offsets(TopicPartition(TOPIC, 0), timeout=30)
    consumer.assign([TopicPartition(TOPIC, 0, last)])
    taken: list[float] = []
    while len(taken) < SINGLES and goes_on():
        event = _event(store)
        store.append(Stream("Joueur", uuid4()), [event])
        began = time.perf_counter()
        _await(consumer, event)
        taken.append(time.perf_counter() - began)
        time.sleep(PAUSE_SECONDS)
    consumer.close()
    assert len(taken) >= FEWEST, f"{len(taken)} events only"
    return Latency.of(taken)


def _await(consumer: Consumer, event: Event) -> None:
    while True:
        message = consumer.poll(WAIT_SECONDS)
        assert message is not None, "the relay published nothing"
        assert message.error() is None, message.error()
        if dict(message.headers())["eventId"] == str(event.event_id).encode():
            return


def _beside_the_archive(running: Servers, store: EventStore) -> Latency:
    brokers, catalog = running.settings.kafka.brokers, load_catalog()
    shape = make_shape("small", "", samples.small(), catalog, Registry(running.settings))
    make_topics(brokers, dict.fromkeys(shape.topics, 4))
    fill(brokers, shape.records(LOAD))
    with worker_process(running, Variant({})):
        _until(lambda: done_with(running) > 0)
        return _latency(running, store, lambda: done_with(running) < LOAD)


def _backlog(running: Servers, store: EventStore, events: int) -> float:
    streams = [Stream("Joueur", uuid4()) for _ in range(40)]
    for number in range(events // BATCH):
        store.append(streams[number % len(streams)], [_event(store) for _ in range(BATCH)])
    last = store.cursor_of(store.read_all(backwards=True, limit=1).events[0].position)
    with relay_process(running):
        began = time.perf_counter()
        left = store.behind(committed_cursor(running.settings.kafka)).events
        _until(lambda: committed_cursor(running.settings.kafka) == last)
        rate = left / (time.perf_counter() - began)
    say(f"backlog: {rate:,.0f} events/s")
    return rate


def _event(store: EventStore) -> Event:
    return store.event(EVENT_TYPE, {"amount": 120, "source": "quest", "total": 120})


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.perf_counter() + WAIT_SECONDS
    while not holds():
        assert time.perf_counter() < deadline, f"not within {WAIT_SECONDS} s"
        threading.Event().wait(0.02)
