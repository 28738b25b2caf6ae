"""What a stage tells at each scrape: its lag, what is parked, what it holds."""

import asyncio
from collections.abc import Callable, Iterable, Mapping

import structlog

from headrace.clock import Clock
from headrace.errors import HeadraceError
from headrace.metrics import LIVE, Sample
from headrace.metrics.definitions import (
    STAGE_HELD,
    STAGE_LAG,
    STAGE_LAG_SECONDS,
    STAGE_PARKED,
    STAGE_PARTITIONS,
    STAGE_WAITING,
)
from headrace.runtime.engine import Engine
from headrace.runtime.lanes import Lane
from headrace.runtime.records import PartitionFacts, TopicPartition

LOOK_SECONDS = 5.0

Facts = Callable[[Iterable[TopicPartition]], Mapping[TopicPartition, PartitionFacts]]

log = structlog.get_logger(__name__)


class StageWatch:
    """Looks at an engine's lanes on the event loop; a scrape, in its thread, gets the last look.

    `facts` blocks (`LogFacts.facts`). While it cannot tell where partitions end, nothing is told
    of the lag; the rest is.
    """

    def __init__(
        self, engine: Engine, facts: Facts, clock: Clock, *, every: float = LOOK_SECONDS
    ) -> None:
        self._engine, self._facts, self._clock, self._every = engine, facts, clock, every
        self._caught_up: dict[TopicPartition, int] = {}
        self._told: tuple[Sample, ...] = ()

    async def run(self) -> None:
        """Until cancelled. A companion of the engine, running after its start."""
        LIVE.add(self._samples)
        try:
            while True:
                await self.look()
                await asyncio.sleep(self._every)
        finally:
            LIVE.remove(self._samples)

    async def look(self) -> None:
        """Look once."""
        ends = await self._ends()
        lanes = self._engine.lanes
        lags = [sample for lane in lanes if lane.tp in ends for sample in self._lag(lane, ends)]
        self._told = (*lags, *self._states(lanes))

    async def _ends(self) -> dict[TopicPartition, int]:
        tps = [lane.tp for lane in self._engine.lanes]
        try:
            facts = await asyncio.to_thread(self._facts, tps) if tps else {}
        except HeadraceError as error:
            log.debug("the lag is not known", error=str(error))
            return {}
        return {tp: fact.end for tp, fact in facts.items()}

    def _lag(self, lane: Lane, ends: Mapping[TopicPartition, int]) -> Iterable[Sample]:
        place = (self._engine.stage.group, lane.tp.topic, str(lane.tp.partition))
        records = max(ends[lane.tp] - lane.durable, 0)
        now_ms = int(self._clock.now().timestamp() * 1000)
        yield STAGE_LAG, place, records
        if not records:
            self._caught_up[lane.tp] = now_ms
            yield STAGE_LAG_SECONDS, place, 0.0
        elif (since := self._since(lane)) is not None:
            yield STAGE_LAG_SECONDS, place, max(now_ms - since, 0) / 1000

    def _since(self, lane: Lane) -> int | None:
        """What waits came after what is through, and after the lane was last seen at the end."""
        waiting = lane.waiting_since_ms()
        if waiting is not None:
            return waiting
        before = [lane.applied_ms, self._caught_up.get(lane.tp)]
        return max((each for each in before if each is not None), default=None)

    def _states(self, lanes: Iterable[Lane]) -> Iterable[Sample]:
        group = self._engine.stage.group
        owned = list(lanes)
        for lane in owned:
            place = (group, lane.tp.topic, str(lane.tp.partition))
            yield STAGE_PARKED, place, lane.parked
        yield STAGE_PARTITIONS, (group,), len(owned)
        yield STAGE_WAITING, (group,), sum(lane.attempt > 0 for lane in owned)

    def _samples(self) -> Iterable[Sample]:
        yield from self._told
        yield STAGE_HELD, (self._engine.stage.group,), self._engine.budget.used
