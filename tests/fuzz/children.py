"""Children that may die: batches are checked in them, since native code can end a process."""

import faulthandler
import json
import os
import resource
import signal
import sys
import tempfile
import traceback
from collections.abc import Mapping
from dataclasses import dataclass

from tests.fuzz.law import Law

BATCH_SECONDS = 60
MOST_BYTES = 8 << 30
ABORTED = "memory allocation of"
"""What the native reader says when an array claims more items than there is memory for. It ends the
process; `headrace.codec.columnar.watch` then keeps the schema from it."""


@dataclass(frozen=True, slots=True)
class Task:
    """Batches from `first` up to `end`, of so many records."""

    first: int
    end: int
    records: int


class Child:
    """A fork that does a task. The parent must not have used native code, so that no thread of it
    is missing in the child; what the law has drawn already is there.
    """

    def __init__(self, law: Law, task: Task) -> None:
        self.task = task
        self._seed = law.seed
        # Read once the child has ended; closed with the object.
        self._progress = tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._errors = tempfile.TemporaryFile("w+", errors="replace")  # noqa: SIM115
        self.pid = os.fork()
        if self.pid == 0:
            self._run(law)

    @property
    def tally(self) -> Mapping[str, int]:
        """What it has seen; whole once it has ended."""
        tally: Mapping[str, int] = self._last()[1]
        return tally

    def left(self, status: int) -> int | None:
        """None if all is done, else the batch behind the one that native code died of.

        Exits the program when anything else ended the child.
        """
        number, code = self._last()[0], os.waitstatus_to_exitcode(status)
        if code == 0:
            return None
        self._errors.seek(0)
        errors = self._errors.read()
        if code == -signal.SIGABRT and ABORTED in errors:
            return int(number) + 1
        sys.stdout.write(errors[-6000:])
        repeat = f"--first {number} --batches 1 --records {self.task.records} --seed {self._seed}"
        sys.exit(f"broken by batch {number}, code {code}: {repeat}")

    def _last(self) -> tuple[int, dict[str, int]]:
        self._progress.seek(0)
        number, tally = json.loads(self._progress.read() or f"[{self.task.first}, {{}}]")
        return number, tally

    # in the child

    def _run(self, law: Law) -> None:
        code = 1
        try:
            os.dup2(self._errors.fileno(), 2)
            os.environ["RUST_BACKTRACE"] = "0"
            resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
            for number in range(self.task.first, self.task.end):
                self._tell(law, number)
                faulthandler.dump_traceback_later(BATCH_SECONDS, exit=True, file=2)
                law.check(number, self.task.records)
            self._tell(law, self.task.end)
            code = 0
        except BaseException:
            os.write(2, traceback.format_exc().encode())
            raise
        finally:
            os._exit(code)

    def _tell(self, law: Law, number: int) -> None:
        tally = law.tally
        counts = {"batches": tally.batches, "records": tally.records, "columnar": tally.columnar}
        text = json.dumps([number, counts | tally.reasons])
        os.pwrite(self._progress.fileno(), text.encode().ljust(2000), 0)
