"""Processes that serve their metrics, and what a scrape of them says."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.ports import free_numbers

HEADRACE = str(Path(sys.executable).with_name("headrace"))


class Watched:
    """One process; `samples` gives those of a name by their labels' values in order."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log

    def text(self, seconds: float = 2.0) -> str:
        answer = httpx.get(f"http://127.0.0.1:{self.port}/metrics", timeout=seconds)
        assert answer.status_code == 200
        return answer.text

    def samples(self, name: str, **labels: str) -> dict[tuple[str, ...], float]:
        """Empty while nobody listens, or where the process does not tell of it."""
        try:
            text = self.text()
        except httpx.TransportError:
            assert self.process.poll() is None, f"it ended: {self.process.returncode}"
            return {}
        return {
            tuple(held for label, held in sorted(sample.labels.items()) if label not in labels): (
                sample.value
            )
            for family in text_string_to_metric_families(text)
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        }

    def threads(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def total(self, name: str, **labels: str) -> float:
        return sum(self.samples(name, **labels).values())


@contextmanager
def watched(log: Path, option: str, *arguments: str, env: dict[str, str]) -> Iterator[Watched]:
    """`headrace …` serving its metrics on a free port, until the end of the block."""
    (port,) = free_numbers(1)
    with log.open("ab") as out:
        process = subprocess.Popen(
            (HEADRACE, *arguments, option, str(port)),
            env={**os.environ, **env},
            stdout=out,
            stderr=out,
        )
    try:
        yield Watched(process, port, log)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
