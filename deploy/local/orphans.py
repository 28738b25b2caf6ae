"""Processes of a stack whose supervisor is gone: found by a mark in their environment."""

import os
import signal
from collections.abc import Iterable
from pathlib import Path

import psutil

STACK = "HEADRACE_STACK"
OWNER = "HEADRACE_STACK_OWNER"
_PATIENCE_SECONDS = 20


def mark(root: Path) -> dict[str, str]:
    """The variables that mark a process as belonging to the stack in `root`."""
    return {STACK: str(root.resolve())}


def owner_mark(root: Path) -> dict[str, str]:
    """The same, for a stack that shall not outlive this very process."""
    me = psutil.Process()
    return mark(root) | {OWNER: f"{me.pid}:{me.create_time()}"}


def processes_of(root: Path) -> list[psutil.Process]:
    """All marked processes of the stack in `root`; never this process or one it runs in."""
    wanted = str(root.resolve())
    return [process for process, marks in _marked() if marks[STACK] == wanted]


def abandoned_roots() -> set[Path]:
    """The folders of stacks whose owner has died and left processes behind."""
    return {
        Path(marks[STACK]) for _, marks in _marked() if OWNER in marks and not _lives(marks[OWNER])
    }


def end(processes: Iterable[psutil.Process]) -> int:
    """End them: first politely, then for good. Returns how many there were."""
    ours = list(processes)
    for process in ours:
        _signal(process, _polite_signal(process))
    _, stubborn = psutil.wait_procs(ours, timeout=_PATIENCE_SECONDS)
    for process in stubborn:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=_PATIENCE_SECONDS)
    return len(ours)


def _marked() -> list[tuple[psutil.Process, dict[str, str]]]:
    mine = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    found = []
    for process in psutil.process_iter():
        if process.pid in mine:
            continue
        try:
            environment = process.environ()
        except (psutil.Error, OSError):
            continue  # gone meanwhile, or somebody else's
        if STACK in environment:
            found.append((process, environment))
    return found


def _lives(owner: str) -> bool:
    pid, _, started = owner.partition(":")
    try:
        return str(psutil.Process(int(pid)).create_time()) == started
    except (psutil.NoSuchProcess, ValueError):
        return False


def _polite_signal(process: psutil.Process) -> signal.Signals:
    """PostgreSQL waits for its sessions on SIGTERM, and ends them on SIGINT."""
    try:
        return signal.SIGINT if process.name() == "postgres" else signal.SIGTERM
    except psutil.Error:
        return signal.SIGTERM


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(signal.SIGCONT)  # a frozen process ends only when it runs
        process.send_signal(number)
    except psutil.Error:
        return
