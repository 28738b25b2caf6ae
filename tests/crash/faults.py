"""What can happen to a stage, one class a fault; its `str` is its line in the printed plan."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from deploy.local.direct import DirectStack
from tests.crash.publishing import Publisher
from tests.crash.workers import Workers

SESSION_SECONDS = 10.0
"""The workers' group session: after so long without a sign of life the group goes on without."""


class Scene(Protocol):
    """What a fault may touch."""

    @property
    def stack(self) -> DirectStack: ...
    @property
    def workers(self) -> Workers: ...
    @property
    def publisher(self) -> Publisher: ...


class Fault(Protocol):
    """Something that happens. It ends with at least one worker running and every server up."""

    @property
    def seconds(self) -> float:
        """How long it keeps the stage busy, roughly."""

    async def happen(self, scene: Scene) -> None: ...


Draw = Callable[[random.Random], Fault]
How = Literal["stop", "kill", "pause"]


@dataclass(frozen=True, slots=True)
class KillWorker:
    """SIGKILL; another worker starts at once, and gets the partitions when the session is over."""

    which: int = 0
    seconds: float = SESSION_SECONDS + 4

    async def happen(self, scene: Scene) -> None:
        scene.workers.kill(scene.workers.the(self.which))
        scene.workers.start()

    def __str__(self) -> str:
        return f"SIGKILL to worker {self.which}, another one starts"


@dataclass(frozen=True, slots=True)
class FreezeWorker:
    """SIGSTOP past its session while another takes over, then SIGCONT: it must not write on."""

    which: int
    frozen: float
    leaves: int

    @property
    def seconds(self) -> float:
        return self.frozen + 8

    async def happen(self, scene: Scene) -> None:
        frozen = scene.workers.the(self.which)
        scene.workers.freeze(frozen)
        if len(scene.workers.running) < 2:
            scene.workers.start()
        await asyncio.sleep(self.frozen)
        scene.workers.wake(frozen)
        await asyncio.sleep(2.0)  # time in which it would write, if it were not fenced
        await scene.workers.leave(scene.workers.the(self.leaves))

    def __str__(self) -> str:
        return f"worker {self.which} frozen for {self.frozen:.1f} s, then {self.leaves} leaves"


@dataclass(frozen=True, slots=True)
class WorkerJoins:
    """One more, unless there are three."""

    seconds: float = 4

    async def happen(self, scene: Scene) -> None:
        if len(scene.workers.running) < 3:
            scene.workers.start()

    def __str__(self) -> str:
        return "a worker joins"


@dataclass(frozen=True, slots=True)
class WorkerLeaves:
    """SIGTERM; if it was the only one, another takes its place."""

    which: int = 0
    seconds: float = 4

    async def happen(self, scene: Scene) -> None:
        leaving = scene.workers.the(self.which)
        if len(scene.workers.running) == 1:
            scene.workers.start()
        await scene.workers.leave(leaving)

    def __str__(self) -> str:
        return f"worker {self.which} leaves"


@dataclass(frozen=True, slots=True)
class AllRestart:
    """Every worker is killed, and one starts: from nothing known, nothing cached."""

    seconds: float = SESSION_SECONDS + 4

    async def happen(self, scene: Scene) -> None:
        for process in list(scene.workers.running):
            scene.workers.kill(process)
        scene.workers.start()

    def __str__(self) -> str:
        return "SIGKILL to every worker, one starts"


@dataclass(frozen=True, slots=True)
class NewSchema:
    """Events carry a schema id from now on that the workers have to ask the registry for."""

    seconds: float = 1

    async def happen(self, scene: Scene) -> None:
        scene.publisher.use_another_schema()

    def __str__(self) -> str:
        return "a new schema id appears"


@dataclass(frozen=True, slots=True)
class ClockJumps:
    """The workers' wall clocks are so many seconds off from now on; the servers' are right."""

    ahead: float
    seconds: float = 1

    async def happen(self, scene: Scene) -> None:
        scene.workers.clock.jump(self.ahead)

    def __str__(self) -> str:
        return f"the workers' clocks jump to {self.ahead / 3600:+,.0f} h"


@dataclass(frozen=True, slots=True)
class Away:
    """A server is stopped, killed or frozen for a while; `meanwhile` happens without it."""

    server: str
    gone: float
    how: How = "stop"
    meanwhile: tuple[Fault, ...] = ()

    @property
    def seconds(self) -> float:
        return self.gone + 8

    async def happen(self, scene: Scene) -> None:
        end: Callable[[str], None] = getattr(scene.stack, self.how)
        back = scene.stack.resume if self.how == "pause" else scene.stack.start
        await asyncio.to_thread(end, self.server)
        for fault in self.meanwhile:
            await asyncio.sleep(1.0)
            await fault.happen(scene)
        await asyncio.sleep(self.gone)
        await asyncio.to_thread(back, self.server)

    def __str__(self) -> str:
        word = {"stop": "stopped", "kill": "killed", "pause": "frozen"}[self.how]
        meanwhile = "; then ".join(map(str, self.meanwhile))
        return f"{self.server} {word} for {self.gone:.1f} s" + (meanwhile and f" ({meanwhile})")
