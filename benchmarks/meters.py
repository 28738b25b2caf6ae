"""CPU time and memory of process trees, while something is measured."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

import psutil

EVERY_SECONDS = 0.1
MIB = 1 << 20


def tree(pid: int) -> list[psutil.Process]:
    """A process and all its descendants; empty when it is gone."""
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(pid: int) -> float:
    """User and system time of a tree, with that of children that it has waited for."""
    total = 0.0
    for process in tree(pid):
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def resident_bytes(pid: int) -> int:
    """RSS of a tree; pages that its processes share count once for each."""
    total = 0
    for process in tree(pid):
        try:
            total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


@dataclass
class Meter:
    """Watches process trees by name: CPU seconds between two moments, the peak of `watched`'s RSS.

    A context manager; `begin` and `end` mark the moments, `end` may be called several times.
    """

    trees: Mapping[str, int]
    watched: str
    peak_bytes: int = 0
    cpu: dict[str, float] = field(default_factory=dict)

    def __enter__(self) -> Self:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)
        self._thread.start()
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def begin(self) -> None:
        self._before = self._now()

    def end(self) -> None:
        now = self._now()
        self.cpu = {name: max(now[name] - self._before[name], 0.0) for name in now}

    def _now(self) -> dict[str, float]:
        return {name: cpu_seconds(pid) for name, pid in self.trees.items()}

    def _sample(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            self.peak_bytes = max(self.peak_bytes, resident_bytes(self.trees[self.watched]))
