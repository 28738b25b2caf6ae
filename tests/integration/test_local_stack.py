"""The local stack on real servers: its supervision, its roles, its tools, its leftovers."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from deploy.local.direct import DirectStack
from deploy.local.environment import write_environment
from deploy.local.files import write_atomically
from deploy.local.layout import Layout
from deploy.local.operations import LocalStack, StartError
from deploy.local.orphans import end, processes_of
from deploy.local.ports import free_ports
from deploy.local.servers import fetch_servers
from deploy.local.stack import TEST_SIZES
from headrace.catalog import Catalog
from headrace.clock import SystemClock
from headrace.errors import ConfigurationError
from headrace.kafka import describe_topics

pytestmark = pytest.mark.integration

ONE = ("postgres",)


def ignore(_: str) -> None:
    """Progress that nobody reads."""


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    clock, pause = SystemClock(), threading.Event()
    deadline = clock.monotonic() + seconds
    while not condition():
        assert clock.monotonic() < deadline, "the condition did not come true"
        pause.wait(0.05)


@pytest.fixture
def layout(tmp_path: Path) -> Iterator[Layout]:
    """A folder of its own on free ports, empty of processes afterwards."""
    layout = Layout(root=tmp_path, servers=Layout.of_repository().servers)
    fetch_servers(layout)
    write_atomically(layout.ports, json.dumps(asdict(free_ports())))
    yield layout
    end(processes_of(tmp_path))
    LocalStack(layout).down(ignore, wipe=True)


@pytest.fixture
def local(layout: Layout) -> LocalStack:
    """A supervised PostgreSQL: the quickest of the servers stands for all."""
    return LocalStack(layout, sizes=TEST_SIZES, names=ONE)


def pid_of(local: LocalStack) -> int:
    (status,) = local.status()
    assert status.pid is not None
    return status.pid


def supervisord(layout: Layout) -> psutil.Process:
    (found,) = [p for p in processes_of(layout.root) if "supervisor.supervisord" in p.cmdline()]
    return found


def test_a_second_up_starts_nothing_anew(local: LocalStack) -> None:
    local.up(ignore)
    before = pid_of(local)
    local.up(ignore)
    assert pid_of(local) == before


def test_two_ups_at_once_share_one_set(local: LocalStack, layout: Layout) -> None:
    with ThreadPoolExecutor() as both:
        stacks = list(both.map(lambda _: local.up(ignore), range(2)))
    assert stacks[0].ports == stacks[1].ports
    assert supervisord(layout).is_running()


def test_a_server_that_crashes_comes_back(local: LocalStack) -> None:
    local.up(ignore)
    before = pid_of(local)
    os.kill(before, signal.SIGKILL)
    until(lambda: [each.state for each in local.status()] == ["ready"] and pid_of(local) != before)


def test_up_ends_what_a_killed_supervisor_left_and_keeps_ports_and_data(
    local: LocalStack, layout: Layout
) -> None:
    first = local.up(ignore)
    os.kill(supervisord(layout).pid, signal.SIGKILL)
    until(lambda: [each.state for each in local.status()] == ["stopped"])
    told: list[str] = []
    second = local.up(told.append)
    assert "ended 1 processes that had lost their supervisor" in told
    assert second.ports == first.ports
    assert second.credentials == first.credentials
    assert [each.state for each in local.status()] == ["ready"]


def test_an_up_that_is_killed_half_way_breaks_nothing(local: LocalStack, layout: Layout) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from deploy.local.layout import Layout; from deploy.local.operations import LocalStack\n"
        "root, servers = map(Path, sys.argv[1:])\n"
        "LocalStack(Layout(root, servers), names=('postgres',)).up(print)"
    )
    command = (sys.executable, "-W", "ignore", "-c", program, str(layout.root))
    with subprocess.Popen((*command, str(layout.servers)), stdout=subprocess.DEVNULL) as child:
        until(lambda: any(layout.postgres_home.glob(".data.*.new/base")))
        child.kill()
    local.up(ignore)
    assert [each.state for each in local.status()] == ["ready"]


def test_down_leaves_no_process_and_no_listener(local: LocalStack, layout: Layout) -> None:
    stack = local.up(ignore)
    local.down(ignore)
    assert processes_of(layout.root) == []
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", stack.ports.postgres))
    assert [each.state for each in local.status()] == ["stopped"]


def test_down_ends_what_has_lost_its_supervisor(local: LocalStack, layout: Layout) -> None:
    local.up(ignore)
    os.kill(supervisord(layout).pid, signal.SIGKILL)
    local.down(ignore)
    assert processes_of(layout.root) == []


def test_wiping_removes_the_data_and_the_secrets(local: LocalStack, layout: Layout) -> None:
    local.up(ignore)
    local.down(ignore, wipe=True)
    assert not layout.postgres_home.exists()
    assert not layout.secrets.exists()
    assert not layout.env.exists()
    assert local.status() == []


def test_a_taken_port_of_the_user_is_an_error_that_starts_nothing(
    local: LocalStack, layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        monkeypatch.setenv("HEADRACE_POSTGRES_PORT", str(server.getsockname()[1]))
        with pytest.raises(ConfigurationError, match="HEADRACE_POSTGRES_PORT"):
            local.up(ignore)
    assert processes_of(layout.root) == []


def test_a_process_that_cannot_start_fails_with_the_end_of_its_log(
    local: LocalStack, layout: Layout
) -> None:
    local.up(ignore)
    local.down(ignore)
    (layout.postgres_home / "data" / "PG_VERSION").write_text("0\n")
    with pytest.raises(StartError, match=r"(?s)postgres ended.*incompatible with server"):
        local.up(ignore)
    assert [each.state for each in local.status()] == ["failed"]


def psql(url: str, statement: str) -> subprocess.CompletedProcess[str]:
    command = (str(Layout.of_repository().postgres_bin / "psql"), "-X", "-At", url, "-c", statement)
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_role_needs_its_password(stack: DirectStack) -> None:
    known = stack.description.credentials
    for url, password in (
        (stack.database_url, known.owner),
        (stack.archive_database_url, known.archive),
        (stack.api_database_url, known.api),
        (stack.admin_url, known.admin),
    ):
        assert psql(url, "select 1").stdout == "1\n"
        assert "password authentication failed" in psql(url.replace(password, "x"), "").stderr


def test_the_api_reads_and_cannot_write(stack: DirectStack) -> None:
    assert psql(stack.api_database_url, "select count(*) from warm.events").returncode == 0
    for statement in ("delete from warm.events", "create table warm.mine ()", "create role mine"):
        assert "denied" in psql(stack.api_database_url, statement).stderr


def test_no_role_of_headrace_enters_the_registrys_database(stack: DirectStack) -> None:
    url = stack.archive_database_url.removesuffix("/headrace") + "/apicurio"
    assert "permission denied for database" in psql(url, "select 1").stderr


def test_the_broker_creates_no_topic_by_itself(stack: DirectStack, topics: Catalog) -> None:
    name = next(iter(topics.topics))
    found = describe_topics(stack.description.settings().kafka, [name, "nobody.made.this"])
    assert list(found) == [name]


def test_kafkas_own_tools_find_the_broker(stack: DirectStack, topics: Catalog) -> None:
    write_environment(stack.description)
    command = '. "$0" && kafka-topics --list && psql -Atc "select current_user"'
    env = str(stack.description.layout.env)
    done = subprocess.run(
        ("/bin/sh", "-c", command, env), capture_output=True, text=True, check=True
    )
    *listed, user = done.stdout.splitlines()
    assert set(topics.topics) <= set(listed)
    assert user == "headrace"


@pytest.mark.parametrize("name", ["kafka", "postgres", "registry"])
def test_a_killed_server_comes_back_with_what_it_held(
    stack: DirectStack, topics: Catalog, name: str
) -> None:
    stack.kill(name)
    assert not stack.is_running(name)
    stack.start(name)
    found = describe_topics(stack.description.settings().kafka, topics.topics)
    assert set(found) == set(topics.topics)


def test_the_registry_survives_a_restart_of_its_database(stack: DirectStack) -> None:
    stack.kill("postgres")
    stack.start("postgres")
    stack.wait_ready("registry")


def test_a_frozen_server_answers_again_once_it_goes_on(stack: DirectStack) -> None:
    stack.pause("registry")
    stack.resume("registry")
    stack.wait_ready("registry")


def test_a_stack_that_was_made_secure_stays_so_until_it_is_wiped(layout: Layout) -> None:
    local = LocalStack(layout, sizes=TEST_SIZES, names=("kafka",))
    stack = local.up(ignore, secure=True)
    assert describe_topics(stack.settings().kafka, ["headrace.catalog"])
    assert layout.kafka_passwords.stat().st_mode & 0o777 == 0o600
    assert (layout.root / "kafka").stat().st_mode & 0o777 == 0o700
    again = local.up(ignore)
    assert again.secure
    assert [each.state for each in local.status()] == ["ready"]
    listed = subprocess.run(
        (str(layout.bin / "kafka-acls"), "--list", "--principal", "User:headrace-api"),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "operation=WRITE" in listed.stdout
    assert "operation=READ" not in listed.stdout
    local.down(ignore, wipe=True)
    assert not layout.tls.exists()
    assert not layout.kafka_passwords.exists()
