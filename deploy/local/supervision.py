"""supervisord as the supervisor of one stack: its configuration, its life, its answers."""

import http.client
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psutil

from deploy.local.files import PRIVATE, write_atomically
from deploy.local.layout import Layout, is_root
from deploy.local.orphans import end, mark, processes_of
from deploy.local.program import POLL_SECONDS, Program, inherited
from deploy.local.servers import make_private_folder
from deploy.local.unix_rpc import UnixTransport
from headrace.clock import Clock, SystemClock
from headrace.errors import HeadraceError

_ALIVE = {"STARTING", "RUNNING", "BACKOFF", "STOPPING"}
_GIVEN_UP = {"FATAL", "EXITED"}  # it failed to start, or it ended too often
_LAUNCH_SECONDS = 20
_RESTARTS, _WINDOW_SECONDS = 5, 600


class SupervisorError(HeadraceError):
    """supervisord does not start or does not answer; the message says where its log is."""


@dataclass(frozen=True, slots=True)
class ProcessState:
    """`state` is supervisord's word (RUNNING, FATAL, …); `uptime` in seconds."""

    state: str
    pid: int | None = None
    uptime: int = 0

    @property
    def is_alive(self) -> bool:
        """It runs, or supervisord will start it again."""
        return self.state in _ALIVE

    @property
    def is_given_up(self) -> bool:
        """It ended and is not started again (or will be within the second)."""
        return self.state in _GIVEN_UP


class Supervisor:
    """The one supervisord of a stack. It ends what a killed predecessor left behind."""

    def __init__(self, layout: Layout, clock: Clock | None = None) -> None:
        self._layout = layout
        self._clock = clock or SystemClock()
        self._configuration = layout.run / "supervisord.conf"

    def is_running(self) -> bool:
        try:
            self._call("getState")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return False
        return True

    def end_orphans(self) -> int:
        """End what a killed supervisord or a killed `up` has left; returns how many that were."""
        return end(each for each in processes_of(self._layout.root) if not self._keeps(each))

    def launch(self, programs: Mapping[str, Program]) -> None:
        """Have supervisord run with these programs. They are started one by one, by `start`."""
        text = configuration(self._layout, programs)
        write_atomically(self._configuration, text, PRIVATE)
        self._layout.logs.mkdir(parents=True, exist_ok=True)
        if self.is_running():
            self._reload()
        else:
            self._spawn()

    def states(self) -> dict[str, ProcessState]:
        """By name; empty when supervisord does not run."""
        try:
            found = self._call("getAllProcessInfo")
        except (OSError, http.client.HTTPException, xmlrpc.client.Error):
            return {}
        return {
            str(each["name"]): ProcessState(
                each["statename"], each["pid"] or None, _uptime(each) if each["pid"] else 0
            )
            for each in found
        }

    def start(self, name: str) -> None:
        """Start one program that is not running; returns before it answers."""
        self._call("startProcess", name, False)

    def stop(self, name: str, seconds: float) -> bool:
        """Stop one program and wait until it has gone; False when it was not alive."""
        state = self.states().get(name)
        if state is None or not state.is_alive:
            return False
        self._call("stopProcess", name, False)
        deadline = self._clock.monotonic() + seconds
        while self.states().get(name, state).is_alive and self._clock.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return True

    def shut_down(self) -> int:
        """End supervisord and what is left of the stack; returns how many orphans that were."""
        if self.is_running():
            (supervisord,) = [
                each for each in processes_of(self._layout.root) if each.pid == self._call("getPID")
            ]
            self._call("shutdown")
            supervisord.wait(_LAUNCH_SECONDS)
        self._layout.supervisor_socket.unlink(missing_ok=True)
        return end(processes_of(self._layout.root))

    def _spawn(self) -> None:
        socket_path = self._layout.supervisor_socket
        make_private_folder(socket_path.parent, None)
        socket_path.unlink(missing_ok=True)
        done = subprocess.run(
            (sys.executable, "-m", "supervisor.supervisord", "-c", str(self._configuration)),
            env=inherited() | mark(self._layout.root),
            cwd=self._layout.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            start_new_session=True,
            check=False,
        )
        deadline = self._clock.monotonic() + _LAUNCH_SECONDS
        while not self.is_running():
            if done.returncode or self._clock.monotonic() > deadline:
                log = self._layout.logs / "supervisord.log"
                raise SupervisorError(f"supervisord does not start (see {log}): {done.stderr}")
            time.sleep(POLL_SECONDS)

    def _reload(self) -> None:
        """Take over a changed configuration; a changed program is stopped, to be started anew."""
        answer = self._call("reloadConfig")
        ((added, changed, removed),) = answer
        for name in (*changed, *removed):
            self.stop(name, _LAUNCH_SECONDS * 3)
            self._call("removeProcessGroup", name)
        for name in (*added, *changed):
            self._call("addProcessGroup", name)

    def _keeps(self, process: psutil.Process) -> bool:
        """Whether `process` is the supervisord that answers, or was started by it."""
        if not self.is_running():
            return False
        supervisord = self._call("getPID")
        try:
            return supervisord in {process.pid, *(parent.pid for parent in process.parents())}
        except psutil.NoSuchProcess:
            return True

    def _call(self, method: str, *arguments: Any) -> Any:
        transport = UnixTransport(self._layout.supervisor_socket)
        with xmlrpc.client.ServerProxy("http://local", transport=transport) as proxy:
            return getattr(proxy.supervisor, method)(*arguments)


def configuration(layout: Layout, programs: Mapping[str, Program]) -> str:
    """supervisord's configuration file; it holds passwords."""
    sections: dict[str, dict[str, object]] = {
        "unix_http_server": {"file": layout.supervisor_socket, "chmod": "0700"},
        "supervisord": {
            "logfile": layout.logs / "supervisord.log",
            "logfile_maxbytes": "5MB",
            "logfile_backups": 2,
            "pidfile": layout.run / "supervisord.pid",
            "childlogdir": layout.logs,
            "strip_ansi": "true",
        }
        | ({"user": "root"} if is_root() else {}),
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
        },
        "rpcinterface:restart_limit": {
            "supervisor.rpcinterface_factory": "deploy.local.restart_limit:make",
            "restarts": _RESTARTS,
            "window_seconds": _WINDOW_SECONDS,
        },
    }
    sections |= {
        f"program:{each.name}": _program_section(layout, each) for each in programs.values()
    }
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key}={_escaped(value)}\n" for key, value in values.items())
        for name, values in sections.items()
    )


def _program_section(layout: Layout, program: Program) -> dict[str, object]:
    environment = ",".join(f'{name}="{value}"' for name, value in program.environment.items())
    return {
        "command": shlex.join(program.command),
        "directory": program.directory,
        "environment": environment,
        # it counts as started after ten seconds; three failures to get there are FATAL
        "autostart": "false",
        "autorestart": "true",
        "startsecs": 10,
        "startretries": 3,
        "stopsignal": program.stop_signal.name.removeprefix("SIG"),
        "stopwaitsecs": program.stop_seconds,
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": layout.logs / f"{program.name}.log",
        "stdout_logfile_maxbytes": "20MB",
        "stdout_logfile_backups": 3,
    } | ({"user": program.user} if program.user else {})


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")


def _uptime(info: Mapping[str, int]) -> int:
    return max(0, info["now"] - info["start"])
