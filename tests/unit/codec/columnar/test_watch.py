"""What hangs or dies in native code does not do so for ever."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from headrace.clock import SystemClock
from headrace.codec.columnar import NativeWatch
from headrace.codec.columnar.watch import EXIT_CODE, WatchLimits
from headrace.errors import ConfigurationError

SCHEMA = 7
START = """
import asyncio, os, signal, sys, time
from pathlib import Path
from headrace.clock import SystemClock
from headrace.codec.columnar import NativeWatch
from headrace.codec.columnar.watch import WatchLimits

watch = NativeWatch(Path(sys.argv[1]), SystemClock(), limits=WatchLimits(decode=1.0))

def decode():
    with watch.decoding(7):
        {body}

async def main():
    looking = asyncio.create_task(watch.run())
    await asyncio.sleep(0.1)
    await asyncio.to_thread(decode)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)

print("trusts", watch.trusts(7), flush=True)
asyncio.run(main())
"""


class StillClock:
    """A wall clock that a test moves."""

    def __init__(self, hours: float = 0.0) -> None:
        self._hours = hours

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(hours=self._hours)

    def monotonic(self) -> float:
        return 0.0


def _process(folder: Path, body: str) -> subprocess.CompletedProcess[str]:
    script = textwrap.dedent(START).format(body=body)
    return subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _trusts(folder: Path, hours: float = 0.0) -> bool:
    return NativeWatch(folder, StillClock(hours)).trusts(SCHEMA)


def test_a_decode_that_hangs_ends_the_process_and_the_schema_is_not_trusted(tmp_path: Path) -> None:
    ended = _process(tmp_path, "time.sleep(30)")
    assert ended.returncode == EXIT_CODE
    assert '"schema_id": 7' in ended.stderr or "schema_id=7" in ended.stderr + ended.stdout
    assert not _trusts(tmp_path)
    assert _trusts(tmp_path, hours=1.5)


def test_a_decode_that_hangs_with_the_interpreters_lock_ends_the_process(tmp_path: Path) -> None:
    ended = _process(tmp_path, "import ctypes; ctypes.PyDLL(None).sleep(30)")
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr


def test_after_an_abort_in_native_code_the_schema_is_not_trusted(tmp_path: Path) -> None:
    ended = _process(tmp_path, "os.abort()")
    assert ended.returncode == -signal.SIGABRT
    assert not _trusts(tmp_path)
    assert not list(tmp_path.glob("decoding-*"))
    assert not list(tmp_path.glob("last-words-*"))


def test_one_kill_in_a_decode_is_not_held_against_a_schema_but_three_are(tmp_path: Path) -> None:
    for trusted in (True, True, False):
        ended = _process(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
        assert ended.returncode == -signal.SIGKILL
        assert _trusts(tmp_path) is trusted


def test_an_orderly_end_leaves_no_notes(tmp_path: Path) -> None:
    assert _process(tmp_path, "pass").returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_a_line_of_the_deaths_that_is_no_json_is_passed_over(tmp_path: Path) -> None:
    deaths = [json.dumps({"schema_id": SCHEMA, "at": SystemClock().now().timestamp()})] * 3
    (tmp_path / "deaths.jsonl").write_text("\n".join(["half a li", *deaths]))
    assert not _trusts(tmp_path)


def test_notes_of_a_process_that_lives_are_left_alone(tmp_path: Path) -> None:
    note = tmp_path / f"decoding-{os.getpid()}"
    note.write_text(str(SCHEMA))
    assert _trusts(tmp_path)
    assert note.exists()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    with pytest.raises(ConfigurationError, match="HEADRACE_STATE_DIR"):
        NativeWatch(tmp_path, StillClock(), limits=WatchLimits())
