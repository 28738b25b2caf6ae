"""One run of the archive, as a process of its own, over topics that are filled already."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.meters import MIB, Meter
from benchmarks.progress import say
from benchmarks.servers import Servers

LOOK_SECONDS = 0.02
SLOWEST_PER_SECOND = 2_000
START_SECONDS = 90
STAGES = """
SELECT coalesce(sum(next_offset - first_offset), 0)::bigint, coalesce(sum(applied), 0)::bigint
FROM stage.stage_offsets
"""
ROWS = "SELECT count(*), count(DISTINCT event_id) FROM warm.events"


@dataclass(frozen=True, slots=True)
class Cost:
    """What a consumer took: rate, CPU microseconds a record by process, peak memory in MiB."""

    per_second: float
    cpu_micros: Mapping[str, float]
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Variant:
    """How the archive is started."""

    environment: Mapping[str, str]
    catalog_root: Path | None = None


def archive(servers: Servers, events: int, variant: Variant) -> Cost:
    """From the first applied event to the last; asserts that each landed exactly once."""
    with worker_process(servers, variant) as worker:
        trees = {"worker": worker.pid, **servers.trees}
        with Meter(trees, "worker") as meter:
            began, first = _wait_for(servers, worker, 1, START_SECONDS)
            meter.begin()
            ended, last = _wait_for(servers, worker, events, events / SLOWEST_PER_SECOND + 60)
            meter.end()
    _check(servers, events)
    counted = last - first
    rate = counted / (ended - began)
    cpu = {name: seconds / counted * 1e6 for name, seconds in meter.cpu.items()}
    say(f"archive: {rate:,.0f} events/s")
    return Cost(rate, cpu, meter.peak_bytes / MIB)


def archive_rate(servers: Servers, events: int) -> float:
    """Events a second from the first to the last, beside what the table holds already."""
    with worker_process(servers, Variant({})) as worker:
        began, first = _wait_for(servers, worker, 1, START_SECONDS)
        ended, last = _wait_for(servers, worker, events, events / SLOWEST_PER_SECOND + 60)
    rate = (last - first) / (ended - began)
    say(f"archive: {rate:,.0f} events/s")
    return rate


def done_with(servers: Servers) -> int:
    """How many records the archive has accounted for."""
    return int(servers.ask(STAGES)[0])


def _wait_for(
    servers: Servers, worker: subprocess.Popen[bytes], wanted: int, seconds: float
) -> tuple[float, int]:
    """When so many records were done with, and how many then really were."""
    deadline = time.perf_counter() + seconds
    while True:
        done = done_with(servers)
        now = time.perf_counter()
        if done >= wanted:
            return now, done
        if worker.poll() is not None:
            raise RuntimeError(f"the archive ended with {worker.returncode} at {done:,} records")
        if now > deadline:
            raise TimeoutError(f"{done:,} of {wanted:,} records within {seconds:.0f} s")
        time.sleep(LOOK_SECONDS)


def _check(servers: Servers, events: int) -> None:
    done, applied = servers.ask(STAGES)
    rows, distinct = servers.ask(ROWS)
    found = (done, applied, rows, distinct)
    assert found == (events,) * 4, f"{events} events: done, applied, rows, distinct are {found}"


@contextmanager
def worker_process(servers: Servers, variant: Variant) -> Iterator[subprocess.Popen[bytes]]:
    """The archive, running inside the block; its log's end is shown when the block fails."""
    environment = {**os.environ, **servers.worker_environment(), **variant.environment}
    log = servers.stack.logs / "archive.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(
            _command(variant), env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield worker
        except Exception:
            sys.stderr.write(log.read_text()[-3000:])
            raise
        finally:
            end(worker)


def end(process: subprocess.Popen[bytes], seconds: float = 30) -> None:
    """End a process politely, then for good."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _command(variant: Variant) -> list[str]:
    if variant.catalog_root is None:
        return [str(Path(sys.executable).with_name("headrace")), "worker", "archive"]
    launcher = [sys.executable, "-m", "benchmarks.with_catalog", str(variant.catalog_root)]
    return [*launcher, "worker", "archive"]
