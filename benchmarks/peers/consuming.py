"""One run of a peer: its process, watched until every event is in its table."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from psycopg import sql

from benchmarks.archiving import Cost, end
from benchmarks.meters import MIB, Meter
from benchmarks.peers.model import Peer
from benchmarks.peers.programs.common import Task
from benchmarks.peers.table import SCHEMA, drop_table, landed, make_table, pages, rows
from benchmarks.progress import say
from benchmarks.servers import Servers

LOOK_SECONDS = 0.1
QUIET_SECONDS = 1.0
START_SECONDS = 120
SLOWEST_PER_SECOND = 1_000


class PeerFailedError(Exception):
    """A peer did not do its task; the message has the end of what it wrote."""


def consume(servers: Servers, peer: Peer, topic: str, events: int) -> Cost:
    """Rate, CPU and memory of one peer; raises PeerFailedError."""
    make_table(servers, peer.name)
    try:
        with tempfile.TemporaryDirectory() as folder, _process(servers, peer, topic, folder) as it:
            process, log = it
            try:
                return _watched(servers, peer, process, events)
            except (TimeoutError, ChildProcessError) as error:
                text = log.read_text(errors="replace")[-2000:]
                raise PeerFailedError(f"{error}\n{text}") from error
    finally:
        drop_table(servers, peer.name)


def _watched(servers: Servers, peer: Peer, process: subprocess.Popen[bytes], events: int) -> Cost:
    trees = {"worker": process.pid, **servers.trees}
    with Meter(trees, "worker") as meter:
        _wait_for_first(servers, peer, process)
        meter.begin()
        _wait_for_all(servers, peer, process, events)
        meter.end()
    found = landed(servers, sql.Identifier(SCHEMA, peer.name))
    if (found.rows, found.distinct) != (events, events):
        raise TimeoutError(f"{found.rows} rows, {found.distinct} ids, {events} events")
    say(f"{peer.name}: {found.per_second:,.0f} events/s")
    cpu = {name: seconds / events * 1e6 for name, seconds in meter.cpu.items()}
    return Cost(found.per_second, cpu, meter.peak_bytes / MIB)


def _wait_for_first(servers: Servers, peer: Peer, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    with servers.connect() as connection:
        while not pages(connection, peer.name):
            _check(process, deadline, "no row came")
            time.sleep(LOOK_SECONDS)


def _wait_for_all(
    servers: Servers, peer: Peer, process: subprocess.Popen[bytes], events: int
) -> None:
    """Counts only when the table has stopped growing: counting costs."""
    deadline = time.monotonic() + events / SLOWEST_PER_SECOND + 30
    size, grew = 0, time.monotonic()
    with servers.connect() as connection:
        while True:
            now = pages(connection, peer.name)
            if now != size:
                size, grew = now, time.monotonic()
            elif time.monotonic() - grew > QUIET_SECONDS:
                count = rows(connection, peer.name)
                if count >= events:
                    return
                _check(process, deadline, f"{count:,} of {events:,} rows came")
                grew = time.monotonic()
            _check(process, deadline, f"{size:,} bytes came")
            time.sleep(LOOK_SECONDS)


def _check(process: subprocess.Popen[bytes], deadline: float, what: str) -> None:
    if process.poll() is not None:
        raise ChildProcessError(f"ended with {process.returncode}; {what}")
    if time.monotonic() > deadline:
        raise TimeoutError(f"out of time; {what}")


@contextmanager
def _process(
    servers: Servers, peer: Peer, topic: str, folder: str
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    launch = peer.launcher(_task(servers, peer, topic), Path(folder))
    log = Path(folder) / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            launch.command,
            cwd=folder,
            env={**os.environ, **launch.environment},
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process, log
        finally:
            end(process, 10)
            _end_group(process.pid)


def _end_group(leader: int) -> None:
    """Children that outlived the peer's own process."""
    try:
        os.killpg(leader, signal.SIGKILL)
    except ProcessLookupError:
        return


def _task(servers: Servers, peer: Peer, topic: str) -> Task:
    stack = servers.stack.description
    return Task(
        brokers=servers.settings.kafka.brokers,
        topic=topic,
        group=f"peer-{peer.name}-{time.monotonic_ns()}",
        registry=servers.settings.schema_registry_url,
        host="127.0.0.1",
        port=stack.ports.postgres,
        database="headrace",
        user="headrace_admin",
        password=stack.credentials.admin,
        schema=SCHEMA,
        table=peer.name,
    )
