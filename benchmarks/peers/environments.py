"""What peers need, fetched once into `.local/peers`: Python environments and Connect's plugin."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.progress import say
from deploy.local.files import build_once, locked
from deploy.local.layout import REPOSITORY

HERE = Path(__file__).parent
ROOT = REPOSITORY / ".local" / "peers"
UV = Path(sys.executable).with_name("uv")
FETCH_SECONDS = 900


def python_of(name: str) -> Path:
    """The interpreter of an environment that holds what `locks/<name>.lock` lists."""
    lock = HERE / "locks" / f"{name}.lock"
    folder = ROOT / f"{name}-{_digest(lock)}"
    with locked(ROOT / "lock"):
        # An environment names its own folder, so it is built in place; the stamp comes last.
        if not (folder / "complete").exists():
            say(f"making the environment of {name}")
            shutil.rmtree(folder, ignore_errors=True)
            _run(str(UV), "--quiet", "venv", "--python", sys.executable, str(folder))
            python = str(folder / "bin" / "python")
            install = ("--quiet", "pip", "sync", "--python", python, "--require-hashes")
            _run(str(UV), *install, str(lock))
            (folder / "complete").touch()
    return folder / "bin" / "python"


def connect_plugins() -> Path:
    """The folder with Debezium's JDBC connector, as its archive for Kafka Connect comes."""
    pom = HERE / "connect" / "pom.xml"
    folder = ROOT / f"connect-{_digest(pom)}"
    with locked(ROOT / "lock"):
        build_once(folder, lambda target: _unpack(pom, target))
    return folder


def _unpack(pom: Path, target: Path) -> None:
    say("fetching the JDBC sink")
    work = target / ".pom"
    work.mkdir()
    shutil.copy(pom, work / "pom.xml")
    _run("mvn", "-B", "-q", "-C", "-f", str(work / "pom.xml"), "dependency:unpack",
         f"-DoutputDirectory={target}")  # fmt: skip
    shutil.rmtree(work)


def _run(*command: str) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=FETCH_SECONDS
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-1500:]
        raise RuntimeError(f"{' '.join(command[:4])} failed:\n{said}")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
