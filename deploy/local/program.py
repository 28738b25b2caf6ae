"""One process of the stack, described: how to prepare it, run it, and know that it answers."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from headrace.clock import Clock
from headrace.errors import HeadraceError

POLL_SECONDS = 0.1
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "JAVA_HOME", "LOG_LEVEL")


class NotReadyError(HeadraceError):
    """The process does not answer yet; the message says what was asked and what came."""


def nothing() -> None:
    """The preparation of a process that needs none."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """A process of the stack.

    `prepare` makes the files it needs, before each start; `check` returns when it answers and
    raises NotReadyError before; `set_up` makes what its users need, once it answers. All three are
    safe to repeat. `environment` comes on top of `inherited()`.
    """

    name: str
    command: tuple[str, ...]
    directory: Path
    address: str
    check: Callable[[], None]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: int = 20
    ready_seconds: int = 60
    needs: tuple[str, ...] = ()
    prepare: Callable[[], None] = nothing
    set_up: Callable[[], None] = nothing


def inherited() -> dict[str, str]:
    """The few variables of the caller that every process of the stack may see."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ}


def check_port(port: int) -> None:
    """Raises NotReadyError unless something accepts connections on `port` of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError as error:
        raise NotReadyError(f"port {port}: {error.strerror or error}") from None


def check_http(url: str) -> None:
    """Raises NotReadyError unless `url` answers 200."""
    try:
        answer = httpx.get(url, timeout=2, trust_env=False)
    except httpx.HTTPError as error:
        raise NotReadyError(f"{url}: {error}") from None
    if answer.status_code != httpx.codes.OK:
        raise NotReadyError(f"{url} answers {answer.status_code}")


def start_in_order(
    programs: Sequence[Program],
    start: Callable[[Program], None],
    become_ready: Callable[[Program], None],
) -> None:
    """Start each program as soon as those that it needs are ready; `programs` is sorted by need."""
    by_name = {program.name: program for program in programs}
    ready: set[str] = set()

    def await_each(names: Iterable[str]) -> None:
        for name in names:
            if name not in ready:
                become_ready(by_name[name])
                ready.add(name)

    for program in (program for program in programs if not program.needs):
        start(program)
    for program in (program for program in programs if program.needs):
        await_each(name for name in program.needs if name in by_name)
        start(program)
    await_each(by_name)


def wait_ready(program: Program, is_alive: Callable[[], bool], clock: Clock) -> None:
    """Wait until `program` answers.

    Raises NotReadyError when it has ended, or does not answer within its `ready_seconds`.
    """
    deadline = clock.monotonic() + program.ready_seconds
    while True:
        try:
            return program.check()
        except NotReadyError as error:
            if not is_alive():
                raise NotReadyError(f"{program.name} ended instead of starting") from error
            if clock.monotonic() > deadline:
                raise NotReadyError(
                    f"{program.name} does not answer after {program.ready_seconds} s: {error}"
                ) from error
        time.sleep(POLL_SECONDS)
