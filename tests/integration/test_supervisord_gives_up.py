"""The limit on restarts inside a real supervisord."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from deploy.local.layout import Layout
from deploy.local.program import Program, nothing
from deploy.local.servers import make_private_folder
from deploy.local.supervision import Supervisor, configuration
from headrace.clock import SystemClock

pytestmark = pytest.mark.integration


def test_a_process_that_ends_again_and_again_stays_down(tmp_path: Path) -> None:
    layout = Layout(root=tmp_path, servers=tmp_path / "servers")
    layout.logs.mkdir()
    make_private_folder(layout.supervisor_socket.parent, None)
    short = Program(
        name="short",
        command=("/bin/sh", "-c", "exit 1"),
        directory=tmp_path,
        address="",
        check=nothing,
    )
    # it counts as started at once, as a process does that lives longer than ten seconds
    text = configuration(layout, {"short": short}).replace("startsecs=10", "startsecs=0")
    file = tmp_path / "supervisord.conf"
    file.write_text(text.replace("autostart=false", "autostart=true"))
    layout.run.mkdir(exist_ok=True)
    command = (sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(file))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        try:
            log = layout.logs / "supervisord.log"
            _until_in(log, "gave up: short ended 6 times in 600 seconds")
            assert Supervisor(layout).states()["short"].is_given_up
            assert log.read_text().count("spawned: 'short'") == 6
        finally:
            daemon.terminate()


def _until_in(log: Path, text: str) -> None:
    clock, pause = SystemClock(), threading.Event()
    deadline = clock.monotonic() + 60
    while not log.exists() or text not in log.read_text():
        assert clock.monotonic() < deadline, "it was not given up"
        pause.wait(0.1)
