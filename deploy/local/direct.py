"""A stack's programs as children of this process, without a supervisor: for tests."""

import shutil
import signal
import subprocess
import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Self

from deploy.local.kafka import Broker
from deploy.local.layout import Layout, user_ids
from deploy.local.orphans import abandoned_roots, end, owner_mark, processes_of
from deploy.local.ports import Ports, free_numbers
from deploy.local.program import Program, inherited, start_in_order, wait_ready
from deploy.local.servers import fetch_servers
from deploy.local.stack import SERVERS, TEST_SIZES, Sizes, Stack
from headrace.clock import Clock, SystemClock

READY_SECONDS = 240
"""A broker that was killed reads its log anew, in tests beside much else."""


class DirectStack:
    """Real servers of its own on free ports in a temporary folder; a context manager.

    Starts, stops, kills and freezes one server by name (`postgres`, `kafka`, `registry`). Whatever
    happens to this process, the next DirectStack ends what it left behind. With `brokers=3` there
    are `kafka-2` and `kafka-3` as well: records have three copies, and two make them safe. In a
    `secure` one Kafka has users and ACLs.
    """

    def __init__(
        self,
        names: tuple[str, ...] = SERVERS,
        sizes: Sizes = TEST_SIZES,
        *,
        brokers: int = 1,
        secure: bool = False,
        clock: Clock | None = None,
    ) -> None:
        layout = Layout(
            root=Path(tempfile.mkdtemp(prefix="headrace-")),
            servers=Layout.of_repository().servers,
        )
        ports, more = _ports_for(brokers)
        names += tuple(broker.name for broker in more)
        self.description = Stack(layout, ports, sizes, names, more, secure)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._clock = clock or SystemClock()

    @property
    def kafka_brokers(self) -> str:
        return self.description.kafka_brokers

    @property
    def schema_registry_url(self) -> str:
        return self.description.schema_registry_url

    @property
    def database_url(self) -> str:
        """The owner's."""
        return self.description.database_url

    @property
    def admin_url(self) -> str:
        """The superuser's, on the database `postgres`."""
        return self.description.admin_url

    @property
    def archive_database_url(self) -> str:
        return self.description.archive_database_url

    @property
    def api_database_url(self) -> str:
        return self.description.api_database_url

    @property
    def store_database_url(self) -> str:
        return self.description.store_database_url

    @property
    def relay_database_url(self) -> str:
        return self.description.relay_database_url

    @property
    def projector_database_url(self) -> str:
        return self.description.projector_database_url

    @property
    def env(self) -> dict[str, str]:
        """All variables by which a process finds these servers."""
        return self.description.env

    @property
    def logs(self) -> Path:
        return self.description.layout.logs

    def __enter__(self) -> Self:
        for root in abandoned_roots():
            _remove(Layout(root, self.description.layout.servers))
        fetch_servers(self.description.layout)
        try:
            programs = tuple(self.description.programs.values())
            start_in_order(programs, self._launch, self._become_ready)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, name: str) -> None:
        """Start one server and return when it answers. It keeps its data and its port."""
        self._launch(self._program(name))
        self.wait_ready(name)

    def wait_ready(self, name: str) -> None:
        """Return when the server answers; NotReadyError when it does not, or has ended."""
        program = self._program(name)
        patient = replace(program, ready_seconds=max(program.ready_seconds, READY_SECONDS))
        wait_ready(patient, lambda: self.is_running(name), self._clock)

    def stop(self, name: str) -> None:
        """End one server properly and return when it has gone."""
        program, child = self._program(name), self._children.pop(name)
        child.send_signal(program.stop_signal)
        _wait_or_kill(child, program.stop_seconds)

    def kill(self, name: str) -> None:
        """SIGKILL: what a crash of the server looks like."""
        child = self._children.pop(name)
        child.kill()
        child.wait()

    def pause(self, name: str) -> None:
        """SIGSTOP: it keeps its connections and answers nothing."""
        self._children[name].send_signal(signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """End a pause."""
        self._children[name].send_signal(signal.SIGCONT)

    def is_running(self, name: str) -> bool:
        child = self._children.get(name)
        return child is not None and child.poll() is None

    def pid(self, name: str) -> int:
        """The process id of a running server: what a measurement watches."""
        return self._children[name].pid

    def close(self) -> None:
        """End everything and remove the folder."""
        for name, child in self._children.items():
            child.send_signal(signal.SIGCONT)
            child.send_signal(self._program(name).stop_signal)
        for name, child in self._children.items():
            _wait_or_kill(child, self._program(name).stop_seconds)
        self._children.clear()
        _remove(self.description.layout)

    def _become_ready(self, program: Program) -> None:
        self.wait_ready(program.name)
        program.set_up()

    def _program(self, name: str) -> Program:
        return self.description.programs[name]

    def _launch(self, program: Program) -> None:
        program.prepare()
        root = self.description.layout.root
        self.logs.mkdir(parents=True, exist_ok=True)
        ids = user_ids(program.user) if program.user else (None, None)
        with (self.logs / f"{program.name}.log").open("ab") as log:
            self._children[program.name] = subprocess.Popen(
                program.command,
                cwd=program.directory,
                env=inherited() | dict(program.environment) | owner_mark(root),
                user=ids[0],
                group=ids[1],
                extra_groups=[] if program.user else None,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )


def _ports_for(brokers: int) -> tuple[Ports, tuple[Broker, ...]]:
    """Ports of a stack, and the brokers that it has beyond the first."""
    usual = len(fields(Ports))
    numbers = free_numbers(usual + 2 * (brokers - 1))
    pairs = zip(numbers[usual::2], numbers[usual + 1 :: 2], strict=True)
    more = tuple(Broker(number, *pair) for number, pair in enumerate(pairs, 2))
    return Ports(*numbers[:usual]), more


def _wait_or_kill(child: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _remove(layout: Layout) -> None:
    end(processes_of(layout.root))
    for folder in (layout.postgres_home, layout.root):
        shutil.rmtree(folder, ignore_errors=True)
