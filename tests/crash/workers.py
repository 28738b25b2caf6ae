"""Worker processes: started, killed, frozen, asked to leave. None outlives its test."""

import asyncio
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.crash.clocks import VARIABLE, JumpingClock

LEAVES_WITHIN = 60.0

Process = subprocess.Popen[bytes]


class Workers:
    """The workers of one stage. They are told apart by their place in `running`."""

    def __init__(self, command: tuple[str, ...], environment: Mapping[str, str], log: Path) -> None:
        self._command = command
        self._environment = {**os.environ, **environment}
        self._log = log
        self.clock = JumpingClock(log.with_name("clock"))
        self.clock.jump(0)
        self.running: list[Process] = []

    @property
    def said(self) -> str:
        """Everything that they logged."""
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def start(self) -> Process:
        environment = {**self._environment, VARIABLE: str(self._log.with_name("clock"))}
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                self._command, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self.running.append(process)
        return process

    def the(self, which: int) -> Process:
        """One of those that run; any number names one."""
        return self.running[which % len(self.running)]

    def kill(self, process: Process) -> None:
        process.kill()
        process.wait()
        self.running.remove(process)

    def freeze(self, process: Process) -> None:
        process.send_signal(signal.SIGSTOP)

    def wake(self, process: Process) -> None:
        process.send_signal(signal.SIGCONT)

    async def leave(self, process: Process) -> None:
        """SIGTERM: it ends its writes, leaves its group and ends without an error. One that has
        only just been started has nothing to end yet: the signal ends it.
        """
        good = {0} if _listens(process.pid) else {0, -signal.SIGTERM}
        process.terminate()
        code = await asyncio.to_thread(process.wait, LEAVES_WITHIN)
        self.running.remove(process)
        assert code in good, f"worker {process.pid} left with code {code}"

    async def all_leave(self) -> None:
        await asyncio.gather(*(self.leave(process) for process in list(self.running)))

    def assert_all_run(self) -> None:
        ended = [process.pid for process in self.running if process.poll() is not None]
        assert not ended, f"workers ended by themselves: {ended}"

    def close(self) -> None:
        """SIGKILL to those that are left."""
        for process in self.running:
            process.kill()
            process.wait()
        self.running.clear()


def _listens(pid: int) -> bool:
    """Whether the process handles SIGTERM itself; where the system does not tell, it has to."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)
