import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.orphans import OWNER, STACK, abandoned_roots, end, mark, owner_mark, processes_of

_READY = "import sys, signal; print('up', flush=True); "
_WAIT = _READY + "sys.stdin.read()"
_STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + _WAIT


def started(root: Path, program: str, marks: dict[str, str]) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        (sys.executable, "-c", program),
        env=dict(os.environ) | marks,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"up\n"
    return child


@pytest.fixture
def child(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with started(tmp_path, _WAIT, mark(tmp_path)) as process:
        yield process
        process.kill()


def test_a_marked_process_is_found_and_ended(
    child: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    found = processes_of(tmp_path)
    assert [process.pid for process in found] == [child.pid]
    assert end(found) == 1
    assert processes_of(tmp_path) == []


def test_another_stacks_processes_are_left_alone(
    child: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    assert processes_of(tmp_path / "other") == []
    assert child.poll() is None


def test_a_frozen_process_is_ended_too(child: subprocess.Popen[bytes], tmp_path: Path) -> None:
    found = processes_of(tmp_path)
    found[0].suspend()
    end(found)
    assert processes_of(tmp_path) == []


def test_a_process_that_ignores_the_polite_signal_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.orphans._PATIENCE_SECONDS", 0.2)
    with started(tmp_path, _STUBBORN, mark(tmp_path)) as process:
        assert end(processes_of(tmp_path)) == 1
        assert processes_of(tmp_path) == []
        process.wait()


def test_a_stack_is_abandoned_when_its_owner_has_died(tmp_path: Path) -> None:
    gone = {STACK: str(tmp_path), OWNER: f"{os.getpid()}:0.0"}
    with started(tmp_path, _WAIT, gone) as process:
        assert tmp_path in abandoned_roots()
        process.kill()


def test_a_stack_is_not_abandoned_while_its_owner_lives(tmp_path: Path) -> None:
    with started(tmp_path, _WAIT, owner_mark(tmp_path)) as process:
        assert tmp_path not in abandoned_roots()
        process.kill()
