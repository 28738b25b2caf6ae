"""Python environments beside the project's own, made once in `.local/peers` from `locks/`."""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.progress import say
from deploy.local.files import locked
from deploy.local.layout import REPOSITORY

LOCKS = Path(__file__).parent / "locks"
ROOT = REPOSITORY / ".local" / "peers"
UV = Path(sys.executable).with_name("uv")
FETCH_SECONDS = 900


def python_of(name: str) -> Path:
    """The interpreter of an environment that holds what `locks/<name>.lock` lists."""
    lock = LOCKS / f"{name}.lock"
    folder = ROOT / f"{name}-{digest(lock)}"
    with locked(ROOT / "lock"):
        # An environment names its own folder, so it is built in place; the stamp comes last.
        if not (folder / "complete").exists():
            say(f"making the environment of {name}")
            shutil.rmtree(folder, ignore_errors=True)
            run_quietly(str(UV), "--quiet", "venv", "--python", sys.executable, str(folder))
            python = str(folder / "bin" / "python")
            install = ("--quiet", "pip", "sync", "--python", python, "--require-hashes")
            run_quietly(str(UV), *install, str(lock))
            (folder / "complete").touch()
    return folder / "bin" / "python"


def run_quietly(*command: str) -> None:
    """Run to its end; raises RuntimeError with the end of what it said."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=FETCH_SECONDS
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-1500:]
        raise RuntimeError(f"{' '.join(command[:4])} failed:\n{said}")


def digest(path: Path) -> str:
    """What a folder made from this file is named after."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
