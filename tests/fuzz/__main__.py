"""Hold the columnar path against the row path over batches of mutilated records."""

import argparse
import itertools
import json
import os
import random
import signal
import sys
import time
from collections import Counter

os.environ["POLARS_MAX_THREADS"] = "1"  # before Polars is loaded: several processes do this

from headrace.catalog import load_catalog
from tests.fuzz.children import Child, Task
from tests.fuzz.law import Law
from tests.fuzz.records import GENERATION


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--batches", type=int, default=1_000, help="how many")
    parser.add_argument("--records", type=int, default=20, help="records in a batch")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run")
    parser.add_argument("--first", type=int, default=0, help="the first batch's number")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 32)
    say(
        f"python -m tests.fuzz --batches {options.batches} --first {options.first} "
        f"--records {options.records} --seed {options.seed}"
    )
    Run(options).all()


class Run:
    """Native code may end a child: the next one goes on behind that batch."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._law = Law(load_catalog(), options.seed)
        self._children: dict[int, Child] = {}
        self._deaths = 0
        self._total: Counter[str] = Counter()
        self._began = time.monotonic()

    def all(self) -> None:
        """Every batch, a generation of records at a time."""
        number, end = self._options.first, self._options.first + self._options.batches
        try:
            while number < end:
                number = self._generation(number, end)
                say(f"{self._summary()} to batch {number}")
        finally:
            for pid in self._children:
                os.kill(pid, signal.SIGKILL)
        say(self._summary())

    def _generation(self, first: int, end: int) -> int:
        """Up to the end of a generation; returns it."""
        generation, jobs = first // GENERATION, self._options.jobs
        last = min(end, (generation + 1) * GENERATION)
        self._law.draw(generation)
        for pair in itertools.pairwise(first + (last - first) * n // jobs for n in range(jobs + 1)):
            self._start(*pair)
        while self._children:
            pid, status = os.wait()
            child = self._children.pop(pid)
            left = child.left(status)
            self._total.update(child.tally)
            if left is not None:
                self._deaths += 1
                self._start(left, child.task.end)
        return last

    def _start(self, first: int, end: int) -> None:
        if first < end:
            child = Child(self._law, Task(first, end, self._options.records))
            self._children[child.pid] = child

    def _summary(self) -> str:
        seconds = time.monotonic() - self._began
        return f"{json.dumps(self._total)}, {self._deaths} deaths, {seconds:.0f} s"


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
