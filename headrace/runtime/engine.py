"""The engine of a stage: lanes on the event loop, writers beside it, the ledger between."""

import asyncio
import contextlib
import itertools
import sys
from collections.abc import Callable, Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import structlog

from headrace.clock import Clock
from headrace.runtime.applying import Applying
from headrace.runtime.lanes import Lane, Most, job_of, select, visit_of
from headrace.runtime.ledger import Counts, Ledger
from headrace.runtime.outcomes import Outcomes
from headrace.runtime.ownership import Ownership
from headrace.runtime.records import Batch, ByteBudget, Position, TopicPartition
from headrace.runtime.source import Source
from headrace.runtime.stage import Stage
from headrace.runtime.writer import Writer

log = structlog.get_logger(__name__)

WRITERS_END_WITHIN = 40.0
"""Seconds that `stop` waits for writes in progress: a statement's time-out and some more."""

LAST_OFFSETS_WITHIN = 5.0

R = TypeVar("R")
T = TypeVar("T")

Tasks = set["asyncio.Task[None]"]
Group = list[tuple[Lane, list[Batch]]]


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """How much at once: writer threads, bytes fetched and not applied, records and bytes in a
    transaction (a writer holds several copies of those).

    A transaction takes more lanes while it holds fewer than `small_records`, and `lanes` at most.
    Every `look_seconds` Kafka is told the offsets, and the lanes are looked after.
    """

    writers: int = 3
    budget_bytes: int = 64 << 20
    records: int = 20_000
    transaction_bytes: int = 4 << 20
    small_records: int = 500
    lanes: int = sys.maxsize
    look_seconds: float = 5.0


class Engine:
    """Runs one stage on one source. All methods belong to the event loop.

    `applying` does the work of the writer threads; by default it is a `Writer` over the stage.
    """

    def __init__(
        self,
        stage: Stage,
        ledger: Ledger,
        *,
        clock: Clock,
        limits: EngineLimits | None = None,
        applying: Applying | None = None,
    ) -> None:
        self.stage = stage
        self.limits = limits or EngineLimits()
        self.budget = ByteBudget(self.limits.budget_bytes)
        self._outcomes = Outcomes(stage, self.limits.budget_bytes, clock, self.fail)
        self._ledger = ledger
        self._clock = clock
        self._writer = applying or Writer(stage, ledger, clock)
        self._held: frozenset[str] = frozenset()
        self._served = itertools.count(1)
        self._visit_first = False
        self._wake = asyncio.Event()
        self._background: Tasks = set()
        self._writes: Tasks = set()
        self._idle = self.limits.writers

    async def start(self, source: Source) -> None:
        """Join the group and begin. May wait for servers; cancelling it is safe."""
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pool = ThreadPoolExecutor(self.limits.writers, f"{self.stage.name}-writer")
        self._source = source
        beside = partial(self._spawn, tasks=self._background)
        self._owned = Ownership(
            self.stage, self._ledger, source, spawn=beside, fail=self.fail, wake=self._wake.set
        )
        self._outcomes.begin(self._owned, source)
        beside(self._dispatch())
        beside(self._look_after())
        await source.start(self)

    async def stop(self) -> None:
        """Writes in progress end first (a ledger on Kafka's offsets needs its membership for that),
        then the group is left; what is queued is read again later.
        """
        self._owned.stopping = True
        if self._writes:
            await asyncio.wait(self._writes, timeout=WRITERS_END_WITHIN)
        with contextlib.suppress(TimeoutError):  # of a consumer that crashed nothing may come back
            await asyncio.wait_for(self._tell_offsets({}), LAST_OFFSETS_WITHIN)
        self.revoke()
        await self._source.stop()
        for task in list(self._background):
            task.cancel()
        self._owned.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    @property
    def counts(self) -> Counts:
        """How the records ended that this engine has seen."""
        return self._outcomes.counts

    @property
    def owned(self) -> frozenset[TopicPartition]:
        """The partitions that this worker has claimed."""
        return frozenset(self._owned.lanes)

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The partitions that this worker has claimed, as they stand; to look at only."""
        return tuple(self._owned.lanes.values())

    @property
    def failed(self) -> BaseException | None:
        """Why the stage stopped by itself; None while it runs."""
        return self._failure.exception() if self._failure.done() else None

    @property
    def behind(self) -> bool:
        """Whether records come faster than they are applied: a partition is held back for it."""
        return any(lane.paused for lane in self._owned.lanes.values())

    @property
    def joined(self) -> bool:
        """Whether the group has this worker now."""
        return self._source.joined()

    @property
    def left_out(self) -> Mapping[str, str]:
        """The topics that the ledger refuses (`Stage.topics_apart`), and why."""
        return dict(self._owned.left_out)

    def hold(self, topics: Iterable[str]) -> None:
        """Begin no work on these topics, and on the others again. What is fetched waits, bounded
        as ever; work in progress goes on.
        """
        self._held = frozenset(topics)
        self._wake.set()

    async def failure(self) -> None:
        """Wait until the stage stops by itself; raises why."""
        await asyncio.shield(self._failure)

    def fail(self, error: BaseException) -> None:
        """Stop the stage loudly."""
        self._owned.stopping = True
        self._wake.set()
        if not self._failure.done():
            log.error("stage stopped", stage=self.stage.name, error=str(error))
            self._failure.set_exception(error)

    # what the source calls

    async def claim(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, Position]:
        """Own exactly these partitions from now on."""
        self._outcomes.metrics.rebalanced()
        return await self._owned.claim(tps)

    def revoke(self) -> None:
        """Every partition is taken away. Writes in progress go on; the ledger decides of them."""
        self._owned.revoke()

    def doubt(self, tps: Iterable[TopicPartition]) -> None:
        """Claim these anew: the log does not have what comes next, or is another log."""
        self._owned.doubt(tps)

    def offer(self, batch: Batch) -> None:
        """Queue a batch that continues its lane; drop any other, and read again where it broke."""
        lane = self._owned.lanes.get(batch.tp)
        if lane is None or batch.token != lane.token or batch.end <= lane.expected:
            batch.release()
            return
        if batch.start > lane.expected:
            batch.release()
            log.info("a batch is missing", partition=str(lane.tp), at=lane.expected)
            self._owned.reclaim(lane, delay=0.0)
            return
        lane.push(batch)
        if not lane.paused and lane.queued_bytes > self._outcomes.share():
            lane.paused = True
            self._source.pause(lane.tp)
        self._wake.set()

    # dispatching

    async def _dispatch(self) -> None:
        while not self._owned.stopping:
            self._wake.clear()
            while self._idle and not self._owned.stopping and self._start_one():
                pass
            await self._sleep_until_work()

    def _start_one(self) -> bool:
        """Visits and writes take turns, so that neither keeps the other waiting."""
        self._visit_first = not self._visit_first
        if self._visit_first:
            return self._start_visit() or self._start_write()
        return self._start_write() or self._start_visit()

    def _start_visit(self) -> bool:
        now = self._clock.monotonic()
        lane = next((lane for lane in self._free_lanes() if lane.due(now)), None)
        if lane is None:
            return False
        self._occupy([lane])
        self._spawn(self._visit(lane), self._writes)
        return True

    def _start_write(self) -> bool:
        group = select(
            self._free_lanes(),
            now=self._clock.monotonic(),
            idle_writers=self._idle,
            most=Most(self.limits.records, self.limits.transaction_bytes),
            small=self.limits.small_records,
            lanes=self.limits.lanes,
        )
        if not group:
            return False
        self._occupy(lane for lane, _ in group)
        self._spawn(self._write(group), self._writes)
        return True

    def _free_lanes(self) -> Iterable[Lane]:
        lanes = self._owned.lanes.values()
        return [lane for lane in lanes if lane.tp.topic not in self._held] if self._held else lanes

    def _occupy(self, lanes: Iterable[Lane]) -> None:
        for lane in lanes:
            lane.busy = True
            lane.served = next(self._served)
        self._idle -= 1

    async def _sleep_until_work(self) -> None:
        """Until something changes, or the first waiting lane may try again."""
        now = self._clock.monotonic()
        waits = [
            at - now for lane in self._free_lanes() if (at := lane.next_start(now)) is not None
        ]
        timeout = max(min(waits), 0.001) if waits and self._idle else None
        try:
            await asyncio.wait_for(self._wake.wait(), timeout)
        except TimeoutError:
            return

    async def _write(self, group: Group) -> None:
        jobs = [job_of(lane, batches) for lane, batches in group]
        began = self._clock.monotonic()
        fates = await self._in_a_writer(self._writer.process, jobs)
        self._outcomes.metrics.transaction(self._clock.monotonic() - began)
        for lane, _ in group:
            self._outcomes.settle(lane, fates[lane.tp])

    async def _visit(self, lane: Lane) -> None:
        """Try its parked records again."""
        fate = await self._in_a_writer(self._writer.visit, visit_of(lane))
        self._outcomes.settle_visit(lane, fate)

    async def _in_a_writer(self, call: Callable[[R], T], work: R) -> T:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, call, work)
        finally:
            self._idle += 1
            self._wake.set()

    # the rest

    async def _look_after(self) -> None:
        told: dict[TopicPartition, int] = {}
        while not self._owned.stopping:
            await asyncio.sleep(self.limits.look_seconds)
            told = await self._tell_offsets(told)
            self._owned.look_after()

    async def _tell_offsets(self, told: dict[TopicPartition, int]) -> dict[TopicPartition, int]:
        """Kafka's own offsets follow the ledger, so that lag tools see where the stage is."""
        now = {tp: lane.durable for tp, lane in self._owned.lanes.items()}
        news = {tp: offset for tp, offset in now.items() if told.get(tp) != offset}
        if news:
            await self._source.commit(news)
        return now

    def _spawn(self, work: Coroutine[Any, Any, None], tasks: Tasks) -> None:
        task = asyncio.ensure_future(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A part of the engine that broke must not leave the rest idling on."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fail(error)
