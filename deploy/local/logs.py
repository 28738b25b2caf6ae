"""`headrace logs`: the end of each process's log, and what is added to it."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

_POLL_SECONDS = 0.3


def show_logs(
    files: Mapping[str, Path], count: int, *, follow: bool, write: Callable[[str, str], None]
) -> None:
    """Write the last `count` lines of each file; with `follow` go on until interrupted.

    `write` takes the process's name and the line.
    """
    followers = {name: Follower(path) for name, path in files.items()}
    for name, follower in followers.items():
        for line in follower.last(count):
            write(name, line)
    while follow:
        for name, follower in followers.items():
            for line in follower.new_lines():
                write(name, line)
        time.sleep(_POLL_SECONDS)


class Follower:
    """Reads what is added to a log file, over its rotations."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = 0
        self._inode = 0
        self._rest = b""

    def last(self, count: int) -> list[str]:
        """The last `count` whole lines; what comes after them is new."""
        lines = list(self.new_lines())
        return lines[-count:] if count else []

    def new_lines(self) -> Iterator[str]:
        """The whole lines added since the last call."""
        *lines, self._rest = (self._rest + self._read()).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", errors="replace")

    def _read(self) -> bytes:
        try:
            with self._path.open("rb") as file:
                found = os.fstat(file.fileno())
                if found.st_ino != self._inode or found.st_size < self._position:
                    self._inode, self._position, self._rest = found.st_ino, 0, b""
                file.seek(self._position)
                added = file.read()
        except FileNotFoundError:
            return b""
        self._position += len(added)
        return added
