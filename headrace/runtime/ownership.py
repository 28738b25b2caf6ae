"""Which partitions a worker owns: claimed in the ledger, given up, claimed again if need be."""

import asyncio
import itertools
import random
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import structlog

from headrace.runtime.claiming import (
    OffsetOutOfRangeError,
    claim_requests,
    positions_or_stop,
    requests_at_the_end,
)
from headrace.runtime.lanes import Lane
from headrace.runtime.ledger import Claim, Ledger, TopicRecreatedError
from headrace.runtime.policy import Stop, backoff, decide
from headrace.runtime.records import PartitionFacts, Position, TopicPartition
from headrace.runtime.source import Source
from headrace.runtime.stage import Stage

log = structlog.get_logger(__name__)

R = TypeVar("R")
T = TypeVar("T")

Spawn = Callable[[Coroutine[Any, Any, None]], None]
Fail = Callable[[BaseException], None]


class Ownership:
    """The lanes of an engine. All methods belong to the event loop.

    `spawn` runs something beside, `fail` stops the stage, `wake` says that a lane may have work. A
    claim waits out outages, and gives up when the partitions were revoked meanwhile: claiming them
    then would fence their new owner.
    """

    def __init__(
        self,
        stage: Stage,
        ledger: Ledger,
        source: Source,
        *,
        spawn: Spawn,
        fail: Fail,
        wake: Callable[[], None],
    ) -> None:
        self.lanes: dict[TopicPartition, Lane] = {}
        self.stopping = False
        self._stage, self._ledger, self._source = stage, ledger, source
        self._spawn, self._fail, self._wake = spawn, fail, wake
        self._control = ThreadPoolExecutor(1, f"{stage.name}-control")
        self._tokens = itertools.count(1)
        self._generation = 0
        self.left_out: dict[str, str] = {}
        self._unclaimed: set[TopicPartition] = set()  # of topics left out, or not described
        self._strayed: dict[TopicPartition, Position] = {}

    def close(self) -> None:
        self.stopping = True
        self._control.shutdown(wait=False, cancel_futures=True)

    def revoke(self) -> None:
        """Forget every lane. Writes in progress go on; the ledger decides about them."""
        self._generation += 1
        self._unclaimed.clear()
        self.left_out.clear()
        for lane in self.lanes.values():
            if not lane.busy:
                lane.drop_queue()
        self.lanes.clear()

    async def claim(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, Position]:
        """Own exactly these partitions from now on; returns where to read them."""
        self.revoke()
        generation = self._generation
        return await self._claim(sorted(tps), lambda: generation == self._generation)

    def reclaim(self, lane: Lane, *, delay: float) -> None:
        """Claim one lane again and read on from where the ledger stands."""
        if lane.reclaiming or self.stopping:
            return
        lane.reclaiming = True
        lane.token = -1
        if not lane.busy:
            lane.drop_queue()
        self._spawn(self._claim_again(lane, delay))

    def doubt(self, tps: Iterable[TopicPartition]) -> None:
        """Claim these again, after a pause: the source may doubt them at every fetch."""
        for lane in [self.lanes[tp] for tp in tps if tp in self.lanes]:
            log.warning("the log is not as it was", partition=str(lane.tp), at=lane.durable)
            self.reclaim(lane, delay=random.uniform(0.1, 1.0))  # noqa: S311 - jitter

    def look_after(self) -> None:
        """Called every few seconds: what no record would bring to light by itself.

        A batch that was handed out and has not come by the next look is read again; so is a
        partition that the source still reads from elsewhere than its lane wants. A topic that
        Kafka did not describe is claimed when it does, one that was left out when it may be.
        """
        handed_out, strayed = self._source.handed_out(), {}
        for tp, lane in self.lanes.items():
            wanted = Position(lane.expected, lane.token)
            if not lane.reclaiming and _strays(handed_out.get(tp), wanted):
                strayed[tp] = wanted
                if self._strayed.get(tp) == wanted:
                    self.reclaim(lane, delay=0.0)
        self._strayed = strayed
        if self._unclaimed:
            unclaimed, self._unclaimed = self._unclaimed, set()
            self._spawn(self._claim_late(sorted(unclaimed), self._generation))

    async def _claim_again(self, lane: Lane, delay: float) -> None:
        await asyncio.sleep(delay)
        positions = await self._claim([lane.tp], lambda: self.lanes.get(lane.tp) is lane)
        await self._source.seek(positions)

    async def _claim_late(self, tps: list[TopicPartition], generation: int) -> None:
        await self._source.seek(await self._claim(tps, lambda: generation == self._generation))

    async def _claim(
        self, tps: list[TopicPartition], wanted: Callable[[], bool]
    ) -> dict[TopicPartition, Position]:
        for attempt in itertools.count():
            if self.stopping or not tps or not wanted():
                break
            try:
                claims = await self._claims(tps, wanted)
            except Exception as error:  # noqa: BLE001 - the policy tells them apart
                if isinstance(decide(error, 0, self._stage.policy), Stop):
                    self._fail(error)
                    break
                log_waiting("claim waits", self._stage.name, error, attempt)
                await asyncio.sleep(backoff(attempt, self._stage.policy))
            else:
                return self._own(claims) if wanted() else {}
        return {}

    async def _claims(
        self, tps: list[TopicPartition], wanted: Callable[[], bool]
    ) -> Mapping[TopicPartition, Claim]:
        facts = await self._source.facts(tps)
        undescribed = [tp for tp in tps if tp not in facts]
        if undescribed and wanted():
            log.warning("Kafka does not know a topic", partitions=[str(tp) for tp in undescribed])
            self._unclaimed.update(undescribed)
        await self._begin({tp.topic for tp in facts})
        claims = await self._claimed(facts, wanted)
        try:
            positions_or_stop(self._stage.group, claims, facts)
        except OffsetOutOfRangeError:
            # The owner before us may have gone on between the two answers: ask the log once more.
            positions_or_stop(self._stage.group, claims, await self._source.facts(list(claims)))
        return claims

    async def _claimed(
        self, facts: Mapping[TopicPartition, PartitionFacts], wanted: Callable[[], bool]
    ) -> Mapping[TopicPartition, Claim]:
        """All of them, but for topics made again where the stage's stand apart."""
        while True:
            try:
                return await self._control_call(self._ledger.claim, claim_requests(facts))
            except TopicRecreatedError as error:
                if not self._stage.topics_apart:
                    raise
                if wanted():
                    self._leave_out(error, [tp for tp in facts if tp.topic == error.topic])
                facts = {tp: fact for tp, fact in facts.items() if tp.topic != error.topic}

    def _leave_out(self, error: TopicRecreatedError, tps: list[TopicPartition]) -> None:
        """Nothing of these is read until a later claim of them succeeds."""
        if error.topic not in self.left_out:
            log.error("topic left out", stage=self._stage.name, error=str(error))
        self.left_out[error.topic] = str(error)
        self._unclaimed.update(tps)
        for tp in tps:
            self._source.pause(tp)
            lane = self.lanes.pop(tp, None)
            if lane is not None and not lane.busy:
                lane.drop_queue()

    async def _begin(self, topics: Iterable[str]) -> None:
        """A group that starts at the end of a topic does so on all its partitions at one moment:
        what gets into a partition that is added later is new to it, from the first record on.
        """
        late = [name for name in topics if self._stage.topics[name].start == "latest"]
        if late:
            facts = await self._source.facts(await self._source.partitions(late))
            await self._control_call(self._ledger.begin, requests_at_the_end(facts))

    async def _control_call(self, call: Callable[[R], T], requests: R) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._control, call, requests)

    def _own(self, claims: Mapping[TopicPartition, Claim]) -> dict[TopicPartition, Position]:
        positions = {}
        for tp, claim in claims.items():
            self.left_out.pop(tp.topic, None)
            token = next(self._tokens)
            start = claim.next_offset
            self.lanes[tp] = Lane(tp, claim.epoch, token, start, start, parked=claim.parked)
            positions[tp] = Position(start, token)
        self._wake()  # a partition without new records may have parked ones
        log.info("partitions claimed", stage=self._stage.name, partitions=len(claims))
        return positions


def _strays(handed_out: Position | None, wanted: Position) -> bool:
    """Whether a source does not come to what a lane waits for."""
    if handed_out is None or handed_out.token != wanted.token:
        return True
    return handed_out.offset > wanted.offset


def log_waiting(what: str, stage: str, error: BaseException, attempt: int, **at: str) -> None:
    """At attempts 0, 1, 3, 7, …: an outage must not fill the log."""
    if attempt & (attempt + 1) == 0:
        log.warning(what, stage=stage, attempt=attempt, error=str(error), **at)
