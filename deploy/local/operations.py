"""Up, down and status of a supervised stack: each is safe to repeat, and to kill at any moment."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.environment import remove_environment, write_environment
from deploy.local.files import locked
from deploy.local.layout import Layout
from deploy.local.ports import Ports, choose_ports, remembered_ports
from deploy.local.program import NotReadyError, Program, start_in_order, wait_ready
from deploy.local.servers import fetch_servers
from deploy.local.stack import APPS, SERVERS, Sizes, Stack
from deploy.local.supervision import ProcessState, Supervisor
from deploy.local.tls import make_certificates
from headrace.clock import Clock, SystemClock
from headrace.errors import ConfigurationError, HeadraceError

Report = Callable[[str], None]
_LOG_LINES = 15


class StartError(HeadraceError):
    """A process did not start. The message ends with the end of its log."""


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One line of `headrace status`; `state` is ready, starting, stopped or failed."""

    name: str
    state: str
    pid: int | None
    uptime: int
    address: str
    detail: str = ""


class LocalStack:
    """A stack under supervision: the repository's own, unless `layout` says otherwise."""

    def __init__(
        self,
        layout: Layout | None = None,
        *,
        sizes: Sizes | None = None,
        names: tuple[str, ...] = (*SERVERS, *APPS),
        clock: Clock | None = None,
    ) -> None:
        self._layout = layout or Layout.of_repository()
        self._sizes = sizes or Sizes()
        self._names = names
        self._clock = clock or SystemClock()
        self._supervisor = Supervisor(self._layout, self._clock)

    def up(self, report: Report, *, secure: bool = False) -> Stack:
        """Start what is not running and return when all of it answers.

        A stack that was made `secure` stays so until it is wiped. Raises ConfigurationError for a
        wrong setting, StartError when a process does not start.
        """
        with locked(self._layout.lock):
            self._check_kind(secure)
            fetch_servers(self._layout, report)
            if orphans := self._supervisor.end_orphans():
                report(f"ended {orphans} processes that had lost their supervisor")
            states = self._supervisor.states()
            running = {name for name, state in states.items() if state.is_alive}
            ports = choose_ports(self._layout.ports, running)
            stack = self._stack(ports, secure=secure or self._is_secure())
            if stack.secure and make_certificates(self._layout.tls):
                report("made certificates")
            self._supervisor.launch(stack.programs)
            write_environment(stack)
            self._start(stack, report)
            return stack

    def down(self, report: Report, *, wipe: bool = False) -> None:
        """End every process of the stack, by its id; with `wipe` remove its data as well."""
        with locked(self._layout.lock):
            stack = self.describe()
            if stack is not None:
                for program in reversed(tuple(stack.programs.values())):
                    if self._supervisor.stop(program.name, program.stop_seconds + 10):
                        report(f"{program.name} stopped")
            orphans = self._supervisor.shut_down()
            if orphans:
                report(f"ended {orphans} processes that had lost their supervisor")
            if wipe and stack is not None:
                stack.wipe()
                remove_environment(stack)
                report("removed all data")

    def status(self) -> list[ProcessStatus]:
        """Every process of the stack; empty before the first start."""
        stack, states = self.describe(), self._supervisor.states()
        if stack is None:
            return []
        down = ProcessState("STOPPED")
        return [_status(each, states.get(each.name, down)) for each in stack.programs.values()]

    def describe(self) -> Stack | None:
        """The stack with the ports of its last start, or None before the first."""
        ports = remembered_ports(self._layout.ports)
        return self._stack(ports, secure=self._is_secure()) if ports else None

    def running(self) -> Stack:
        """The stack, if all of it answers; StartError otherwise."""
        found, stack = self.status(), self.describe()
        missing = [each.name for each in found if each.state != "ready"]
        if stack is None or missing:
            raise StartError(
                f"not running: {', '.join(missing) or 'anything'}; `headrace up` first"
            )
        return stack

    def log_files(self) -> dict[str, Path]:
        """The log of each process that has written one, by its name."""
        return {path.stem: path for path in sorted(self._layout.logs.glob("*.log"))}

    def _stack(self, ports: Ports, *, secure: bool) -> Stack:
        return Stack(self._layout, ports, self._sizes, self._names, secure=secure)

    def _is_secure(self) -> bool:
        return self._layout.tls.is_dir()

    def _check_kind(self, secure: bool) -> None:
        """Users and ACLs are part of Kafka's data: a plain stack's data has none."""
        if secure and not self._is_secure() and self._layout.kafka_data.exists():
            raise ConfigurationError(
                "this stack's data was made without users and ACLs: `headrace down --wipe` "
                "removes it, then `headrace up --secure`"
            )

    def _start(self, stack: Stack, report: Report) -> None:
        def start(program: Program) -> None:
            if not self._state(program.name).is_alive:
                program.prepare()
                self._supervisor.start(program.name)

        def become_ready(program: Program) -> None:
            self._wait(program)
            program.set_up()
            report(f"{program.name} is ready at {program.address}")
            if program.name == "kafka":
                _tell_of_topics(stack, report)

        start_in_order(tuple(stack.programs.values()), start, become_ready)

    def _wait(self, program: Program) -> None:
        try:
            wait_ready(program, lambda: self._state(program.name).is_alive, self._clock)
        except NotReadyError as error:
            log = self._layout.logs / f"{program.name}.log"
            raise StartError(
                f"{error}\nthe end of {log}:\n{last_lines(log, _LOG_LINES)}"
            ) from error

    def _state(self, name: str) -> ProcessState:
        return self._supervisor.states().get(name, ProcessState("STOPPED"))


def last_lines(path: Path, count: int) -> str:
    """The last `count` lines of a log file; empty when there is none yet."""
    if not path.exists():
        return ""
    text = path.read_text(encoding="utf-8", errors="replace")
    return "\n".join(text.splitlines()[-count:])


def _tell_of_topics(stack: Stack, report: Report) -> None:
    from headrace.catalog import load_catalog
    from headrace.kafka import create_topics

    if stack.secure:
        report(
            f"topics, users and ACLs: as the catalog wants them ({stack.layout.kafka_passwords})"
        )
        return
    made = create_topics(load_catalog(), stack.settings().kafka)
    created = sum(outcome == "created" for _, outcome in made)
    report(f"topics: {created} created, {len(made) - created} there already")


def _status(program: Program, state: ProcessState) -> ProcessStatus:
    word, detail = _word(program, state)
    return ProcessStatus(program.name, word, state.pid, state.uptime, program.address, detail)


def _word(program: Program, state: ProcessState) -> tuple[str, str]:
    if state.is_given_up:
        return "failed", f"`headrace logs {program.name}` tells why"
    if not state.is_alive:
        return "stopped", ""
    try:
        program.check()
    except NotReadyError as error:
        return "starting", str(error)
    return "ready", ""
