"""Hold the columnar path against the row path over batches of mutilated records."""

import argparse
import faulthandler
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter

from headrace.catalog import load_catalog
from tests.fuzz.law import Law

BATCH_SECONDS = 30
MOST_BYTES = 8 << 30
ABORTED = "memory allocation of"
"""What the native reader says when an array claims more items than there is memory for. It ends the
process; `headrace.codec.columnar.watch` then keeps the schema from it."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--batches", type=int, default=1_000, help="how many")
    parser.add_argument("--records", type=int, default=20, help="records in a batch")
    parser.add_argument("--seed", type=int, default=None, help="repeat a run")
    parser.add_argument("--first", type=int, default=0, help="the first batch's number")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(1 << 32)
    (_child if options.child else _parent)(options)


def _parent(options: argparse.Namespace) -> None:
    """Native code may end a child; the next one goes on behind that batch."""
    say(f"python -m tests.fuzz --batches {options.batches} --seed {options.seed}")
    began, number, deaths = time.monotonic(), options.first, 0
    total: Counter[str] = Counter()
    end = options.first + options.batches
    while number < end:
        lines, code, errors = _run(options, number, end - number)
        done = json.loads(lines[-1]) if lines else {"number": number, "tally": {}}
        total.update(done["tally"])
        number = done["number"]
        if code == 0:
            continue
        if code != -signal.SIGABRT or ABORTED not in errors:
            say(errors[-6000:])
            sys.exit(
                f"broken by batch {number}: --first {number} --batches 1 --seed {options.seed}"
            )
        deaths += 1
        number += 1
        say(f"batch {number - 1}: an impossible allocation ended the process ({deaths} so far)")
    say(f"{dict(total)}, {deaths} deaths, {time.monotonic() - began:.0f} s")


def _run(options: argparse.Namespace, first: int, batches: int) -> tuple[list[str], int, str]:
    command = [sys.executable, "-m", "tests.fuzz", "--child", "--seed", str(options.seed)]
    command += ["--first", str(first), "--batches", str(batches)]
    command += ["--records", str(options.records)]
    environment = {**os.environ, "POLARS_MAX_THREADS": "1", "RUST_BACKTRACE": "0"}
    ended = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, errors="replace"
    )
    return ended.stdout.splitlines(), ended.returncode, ended.stderr


def _child(options: argparse.Namespace) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    law = Law(load_catalog(), options.seed)
    for number in range(options.first, options.first + options.batches):
        _tell(law, number)
        faulthandler.dump_traceback_later(BATCH_SECONDS, exit=True)
        law.check(number, options.records)
    faulthandler.cancel_dump_traceback_later()
    _tell(law, options.first + options.batches)


def _tell(law: Law, number: int) -> None:
    tally = law.tally
    counts = {"batches": tally.batches, "records": tally.records, "columnar": tally.columnar}
    say(json.dumps({"number": number, "tally": counts | tally.reasons}))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
