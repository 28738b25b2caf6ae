"""The wheel in an empty environment: the library alone, with the catalog and the typed events."""

import os
import re
import subprocess
import zipfile
from pathlib import Path

import pytest

from deploy.local.direct import DirectStack
from deploy.local.layout import REPOSITORY
from headrace.catalog import load_catalog

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

BIN = REPOSITORY / ".venv" / "bin"
PIN = re.compile(r"^[a-z0-9][^\s;]*==\S+(?: ; [^\\]+)?", re.MULTILINE)
PROGRAM = """
import asyncio
from importlib.resources import files

import headrace
from headrace.catalog import default_root, load_catalog
from headrace.clock import SystemClock
from headrace.envelope import Event
from headrace.events import UserDeleted
from headrace.ids import uuid7
from headrace.kafka import AsyncProducer
from headrace.settings import load_settings

catalog, clock = load_catalog(), SystemClock()
assert default_root().name == "_data", default_root()
deleted = UserDeleted.from_payload(catalog.event_type("user.deleted").latest.example)

async def main():
    async with AsyncProducer(load_settings(), catalog) as producer:
        event = Event(
            event_id=uuid7(clock), event_type=deleted.event_type, timestamp=clock.now(),
            version=deleted.version, source="user-service", payload=deleted.to_payload(),
            correlation_id="from-the-wheel",
        )
        print((await producer.publish(event)).topic)

asyncio.run(main())
"""

SUBSCRIBER = """
import asyncio

from headrace import Service
from headrace.events import UserDeleted

service, seen = Service("auth-service"), asyncio.Event()

@service.on(UserDeleted)
async def handle(event, metadata):
    if metadata.correlation_id == "from-the-wheel":
        print(event.event_type, metadata.event.source)
        seen.set()

async def main():
    await service.initialize()
    await asyncio.wait_for(seen.wait(), 60)
    await service.shutdown()

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(BIN / "uv", "build", "--wheel", "--no-build-isolation", "-o", folder, REPOSITORY)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an empty environment's programs, the wheel installed there."""
    folder = tmp_path_factory.mktemp("environment")
    pins = folder / "pins.txt"
    lock = (REPOSITORY / "requirements.lock").read_text()
    pins.write_text("\n".join(found.group().strip(" \\") for found in PIN.finditer(lock)))
    python = folder / "venv" / "bin" / "python"
    _run(BIN / "uv", "venv", "--python", BIN / "python", folder / "venv")
    _run(BIN / "uv", "pip", "install", "--python", python, "-c", pins, wheel)
    return python.parent


def test_the_wheel_holds_the_library_and_its_data_and_no_room(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert {name.split("/")[0] for name in names} == {"headrace", "headrace-0.1.0.dist-info"}
    for name in (
        "headrace/_data/topics/user.yaml",
        "headrace/_data/schemas/avro/user/user.created/v1.0.avsc",
        "headrace/events/user.py",
        "headrace/postgres/migrations/0001.stage.sql",
        "headrace/py.typed",
    ):
        assert name in names


def test_its_command_line_shows_no_command_of_a_room(environment: Path, tmp_path: Path) -> None:
    told = _run(environment / "headrace", "--help", cwd=tmp_path)
    assert "publish" in told
    for command in ("worker", "api", "demo"):
        assert not re.search(rf"^\W*{command}\s", told, re.MULTILINE), told
    listed = _run(environment / "headrace", "topics", "list", cwd=tmp_path).splitlines()
    assert len(listed) == len(load_catalog().topics)
    _run(environment / "headrace", "schemas", "check", cwd=tmp_path)


@pytest.mark.usefixtures("topics")
def test_what_is_published_from_there_arrives_and_is_subscribed_to_there(
    environment: Path, stack: DirectStack, tmp_path: Path
) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    topic = _run(environment / "python", "program.py", cwd=tmp_path, env=stack.env)
    assert topic.strip() == "dreamscape.user.deleted"
    tail = ("tail", "--from-beginning", "--until-end", "--correlation", "from-the-wheel")
    assert "user.deleted" in _run(environment / "headrace", *tail, cwd=tmp_path, env=stack.env)
    (tmp_path / "subscriber.py").write_text(SUBSCRIBER)
    told = _run(environment / "python", "subscriber.py", cwd=tmp_path, env=stack.env)
    assert "user.deleted user-service" in told.splitlines()


def _run(*command: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    quiet = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command, cwd=cwd, env=quiet | (env or {}), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
