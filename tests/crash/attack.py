"""An attack: events are published, a plan of faults happens, and at the end the proof is made."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from deploy.local.direct import DirectStack
from headrace.clock import SystemClock
from headrace.errors import HeadraceError
from tests.crash.faults import Fault
from tests.crash.plan import Plan
from tests.crash.proof import Books, Proof
from tests.crash.publishing import Publisher
from tests.crash.workers import Workers

MOVES_WITHIN = 120.0
LANDS_WITHIN = 240.0


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that happened, and when."""

    text: str
    at: datetime


@dataclass
class Attack:
    """A scene for faults. `say` tells whoever watches."""

    stack: DirectStack
    workers: Workers
    publisher: Publisher
    proof: Proof
    say: Callable[[str], None]
    struck: list[Struck] = field(default_factory=list)
    _clock: SystemClock = field(default_factory=SystemClock)

    async def carry_out(self, plan: Plan, events: int, before: Books) -> None:
        """Publish at least `events` over the plan's time, and prove that each landed once."""
        self.say(str(plan))
        self.struck.clear()
        at_least = self.publisher.published + events
        async with self.publisher.steadily(events / max(plan.seconds, 1.0)):
            self.workers.start()
            for step in plan.steps:
                await self._until_it_moves()
                await asyncio.sleep(step.wait)
                await self._strike(step.fault)
            await self._until_it_moves()
        await self.publisher.finish(at_least)
        await self._until_offsets(before.offsets + self.publisher.published, LANDS_WITHIN)
        await self.workers.all_leave()
        self.proof.assert_each_landed_once(self.publisher.published, before)
        self._tell()

    async def _strike(self, fault: Fault) -> None:
        self.struck.append(Struck(str(fault), self._clock.now()))
        await fault.happen(self)
        self.workers.assert_all_run()

    async def _until_it_moves(self) -> None:
        """Some event becomes durable: a fault shall meet a stage at work."""
        await self._until_offsets(0, MOVES_WITHIN)
        await self._until_offsets(await self._offsets() + 1, MOVES_WITHIN)

    async def _until_offsets(self, wanted: int, within: float) -> None:
        deadline = self._clock.monotonic() + within
        while (at := await self._offsets()) < wanted:
            self.workers.assert_all_run()
            assert self._clock.monotonic() < deadline, f"{at} of {wanted} offsets in {within} s"
            await asyncio.sleep(0.05)

    async def _offsets(self) -> int:
        """Offsets in the ledger; -1 while PostgreSQL is away."""
        try:
            return (await asyncio.to_thread(self.proof.books)).offsets
        except HeadraceError:
            return -1

    def _tell(self) -> None:
        self.say(f"{self.publisher.published} events, each applied once; published to durable:")
        ends = [each.at for each in self.struck[1:]] + [self._clock.now()]
        for each, end in zip(self.struck, ends, strict=True):
            delay = self.proof.longest_delay(each.at, end)
            if delay is not None:
                self.say(f"  {delay:6.1f} s at most after: {each.text}")
