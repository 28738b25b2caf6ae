"""Files that survive a killed writer: they are whole, or they are not there."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PRIVATE = 0o600


def write_atomically(path: Path, text: str, mode: int = 0o644) -> None:
    """Write to a neighbour and rename it over `path`, which nobody ever sees half written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    neighbour = path.with_name(f".{path.name}.new")
    neighbour.unlink(missing_ok=True)
    descriptor = os.open(neighbour, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(neighbour, mode)
    neighbour.rename(path)


def build_once(target: Path, build: Callable[[Path], None]) -> bool:
    """Let `build` fill a temporary folder and rename it to `target`; True when it had to.

    A build that was killed leaves only its temporary folder, which the next one throws away; the
    name is a new one each time, for a program of the killed build may still be writing.
    """
    if target.is_dir():
        return False
    for left in target.parent.glob(f".{target.name}.*.new"):
        shutil.rmtree(left, ignore_errors=True)
    half_built = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    half_built.mkdir(parents=True)
    build(half_built)
    half_built.rename(target)
    return True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold `path` alone; waits for another holder. The kernel frees it when the holder dies."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
