"""What a demo run has published, kept so that a killed run goes on without publishing twice.

A chunk's time is written down before its events go out, and their ids follow from run, dataset,
row and time. A chunk that goes out again, since nobody knows whether it had, is the same events:
they land once.
"""

import json
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from deploy.local.files import write_atomically
from headrace.clock import Clock

_VERSION_7 = 7 << 76
_VARIANT = 2 << 62


@dataclass
class Part:
    """One dataset's progress: `done` chunks have reached Kafka; `moment` is the next one's time."""

    done: int = 0
    moment: str | None = None
    complete: bool = False
    seconds: float = 0.0


@dataclass
class _State:
    run: str
    started: str
    parts: dict[str, Part] = field(default_factory=dict)


class Journal:
    """The journal of one run, in one file that is replaced whole."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._state = _read(path) or self._new_state()

    @property
    def run(self) -> str:
        return self._state.run

    @property
    def started(self) -> datetime:
        return datetime.fromisoformat(self._state.started)

    def part(self, dataset: str) -> Part:
        return self._state.parts.setdefault(dataset, Part())

    def is_complete(self, *datasets: str) -> bool:
        """All of these datasets have reached Kafka."""
        return all(self.part(dataset).complete for dataset in datasets)

    def start_again(self) -> None:
        """Forget this run; the next chunk belongs to a new one."""
        self._state = self._new_state()
        self._save()

    def begin(self, dataset: str) -> datetime:
        """The time of the dataset's next chunk: the same one until that chunk is done."""
        part = self.part(dataset)
        if part.moment is None:
            part.moment = self._clock.now().isoformat()
            self._save()
        return datetime.fromisoformat(part.moment)

    def finish_chunk(self, dataset: str, seconds: float) -> None:
        """The chunk that was begun is in Kafka; it took this long. `begin` of the next saves it."""
        part = self.part(dataset)
        part.done, part.moment = part.done + 1, None
        part.seconds += seconds

    def finish(self, dataset: str) -> None:
        """All of the dataset is in Kafka."""
        self.part(dataset).complete = True
        self._save()

    def _new_state(self) -> _State:
        return _State(run=secrets.token_hex(8), started=self._clock.now().isoformat())

    def _save(self) -> None:
        write_atomically(self._path, json.dumps(asdict(self._state), indent=2) + "\n")


def event_id(run: str, dataset: str, chunk: int, row: int, moment: datetime) -> UUID:
    """A UUIDv7 of `moment` that is the same whenever it is asked for; rises with `row` (< 4096)."""
    digest = blake2b(f"{run}/{dataset}/{chunk}/{row}".encode(), digest_size=8).digest()
    random = int.from_bytes(digest, "big") >> 2
    millis = int(moment.timestamp() * 1000)
    return UUID(int=millis << 80 | _VERSION_7 | row << 64 | _VARIANT | random)


def _read(path: Path) -> _State | None:
    try:
        found = json.loads(path.read_text())
        parts = {name: Part(**part) for name, part in found["parts"].items()}
        return _State(found["run"], found["started"], parts)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
