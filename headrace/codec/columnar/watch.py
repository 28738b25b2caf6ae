"""A watch over the native decoder: what hangs or dies in there must not do so for ever.

Native code cannot be interrupted. So a decode that takes too long ends the process, which its
supervisor starts again, and the schema goes through the row path from then on (for an hour: an
operator need do nothing). The same follows where native code ended the process itself: jetliner
allocates for as many items as an array or a map claims to have, and a claim beyond all memory is an
abort. A process that was killed in there leaves a note behind too; it takes a few such notes in a
short time, since kill -9 falls into a decode now and then.
"""

import asyncio
import faulthandler
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from headrace.clock import Clock
from headrace.errors import ConfigurationError

log = structlog.get_logger(__name__)

EXIT_CODE = 70
"""EX_SOFTWARE of sysexits.h."""


@dataclass(frozen=True, slots=True)
class WatchLimits:
    """Seconds. `deaths` in `within` seconds make a schema distrusted for `distrusted`."""

    decode: float = 30.0
    deaths: int = 3
    within: float = 600.0
    distrusted: float = 3600.0


class NativeWatch:
    """Notes in `folder`, one file a process; several workers may share it. Thread-safe."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        limits: WatchLimits | None = None,
        exit_process: Callable[[int], None] = os._exit,
    ) -> None:
        self._limits = limits or WatchLimits()
        self._clock = clock
        self._exit = exit_process
        self._folder = folder
        self._lock = threading.Lock()
        self._since: dict[int, tuple[int, float]] = {}
        self._note: Note | None = None
        self._ended = threading.Event()
        _own(folder)
        self._distrusted = self._read_notes()

    def trusts(self, schema_id: int) -> bool:
        """Whether the native decoder may be given this schema."""
        return schema_id not in self._distrusted

    @contextmanager
    def decoding(self, schema_id: int) -> Iterator[None]:
        """Around a native decode."""
        thread = threading.get_ident()
        self._put(thread, (schema_id, self._clock.monotonic()))
        try:
            yield
        finally:
            self._put(thread, None)

    async def run(self) -> None:
        """Look after the decodes, in a thread of its own, until cancelled."""
        self._note = Note(self._folder / f"decoding-{os.getpid()}")
        faulthandler.enable(self._note.last_words)
        thread = threading.Thread(target=self._look_after, name="native-watch", daemon=True)
        thread.start()
        try:
            await asyncio.Event().wait()
        finally:
            self._ended.set()
            thread.join()
            faulthandler.disable()
            with self._lock:
                self._note.close()

    def look(self) -> None:
        """End the process if a decode takes too long."""
        now = self._clock.monotonic()
        for schema_id, since in list(self._since.values()):
            if now - since > self._limits.decode:
                log.error("native decoder hangs", schema_id=schema_id, seconds=now - since)
                self._remember([schema_id] * self._limits.deaths)
                self._exit(EXIT_CODE)

    def _look_after(self) -> None:
        # If native code keeps the interpreter to itself, nobody comes by here to push this on.
        while True:
            faulthandler.dump_traceback_later(2 * self._limits.decode, exit=True)
            if self._ended.wait(1.0):
                break
            self.look()
        faulthandler.cancel_dump_traceback_later()

    def _put(self, thread: int, doing: tuple[int, float] | None) -> None:
        with self._lock:
            if doing is None:
                self._since.pop(thread, None)
            else:
                self._since[thread] = doing
            if self._note is not None:
                self._note.write(schema_id for schema_id, _ in self._since.values())

    # what earlier processes left

    @property
    def _deaths(self) -> Path:
        return self._folder / "deaths.jsonl"

    def _read_notes(self) -> frozenset[int]:
        for path in self._folder.glob("decoding-*"):
            if not _alive(int(path.name.removeprefix("decoding-"))):
                self._remember(_deaths_of(path) * self._weight(path))
        counts: dict[int, list[float]] = {}
        for line in self._deaths.read_text().splitlines() if self._deaths.exists() else ():
            with suppress(ValueError, KeyError):
                death = json.loads(line)
                counts.setdefault(int(death["schema_id"]), []).append(float(death["at"]))
        found = frozenset(schema for schema, at in counts.items() if self._too_many(at))
        for schema_id in found:
            log.warning(
                "a schema goes through the row path: the native decoder hung or died with it",
                schema_id=schema_id,
                remedy=f"report it; to try again at once, remove {self._deaths} and start again",
            )
        return found

    def _weight(self, path: Path) -> int:
        """Last words tell that it was not killed from outside: once is enough."""
        words = _last_words(path)
        spoke = words.exists() and words.stat().st_size > 0
        words.unlink(missing_ok=True)
        return self._limits.deaths if spoke else 1

    def _too_many(self, at: list[float]) -> bool:
        now = self._clock.now().timestamp()
        recent = sorted(each for each in at if now - each < self._limits.distrusted)
        needed = self._limits.deaths
        return any(
            recent[last] - recent[last - needed + 1] < self._limits.within
            for last in range(needed - 1, len(recent))
        )

    def _remember(self, schema_ids: list[int]) -> None:
        at = self._clock.now().timestamp()
        with self._deaths.open("a") as file:
            for schema_id in schema_ids:
                file.write(json.dumps({"schema_id": schema_id, "at": at}) + "\n")


class Note:
    """The schema ids that a process decodes now, in a file that outlives it if it dies."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w+b", buffering=0)
        self.last_words = _last_words(path).open("wb", buffering=0)

    def write(self, schema_ids: Iterable[int]) -> None:
        if not self._file.closed:
            text = " ".join(map(str, schema_ids)).ljust(200)
            os.pwrite(self._file.fileno(), text.encode(), 0)

    def close(self) -> None:
        """An orderly end leaves no note."""
        for file in (self._file, self.last_words):
            file.close()
            Path(file.name).unlink(missing_ok=True)


def _last_words(note: Path) -> Path:
    """Where faulthandler writes when native code aborts or breaks."""
    return note.with_name(note.name.replace("decoding-", "last-words-"))


def _deaths_of(note: Path) -> list[int]:
    """The schema ids that a dead process was decoding; each note is taken once."""
    with suppress(FileNotFoundError, ValueError):
        found = [int(each) for each in note.read_text().split()]
        note.unlink()
        return found
    return []


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _own(folder: Path) -> None:
    """In a folder that others may write, somebody else could have made it first."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if folder.stat().st_uid != os.getuid():
        raise ConfigurationError(
            f"{folder} belongs to another user; set HEADRACE_STATE_DIR to a folder of your own"
        )
