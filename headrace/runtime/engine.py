"""The engine of a stage: lanes on the event loop, writers beside it, the ledger between."""

import asyncio
import itertools
import random
from collections.abc import Coroutine, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import structlog

from headrace.clock import Clock
from headrace.errors import OutageError
from headrace.runtime.claiming import OffsetOutOfRangeError, claim_requests, positions_or_stop
from headrace.runtime.dead_letters import DeadLetterMeter
from headrace.runtime.lanes import Lane, job_of, select
from headrace.runtime.ledger import Claim, Counts, Ledger
from headrace.runtime.policy import StageStoppedError, Stop, backoff, decide
from headrace.runtime.records import Batch, ByteBudget, Position, TopicPartition
from headrace.runtime.source import Source
from headrace.runtime.stage import Stage
from headrace.runtime.writer import Done, Failed, Fate, Held, Refused, Writer

log = structlog.get_logger(__name__)

WRITERS_END_WITHIN = 40.0
"""Seconds that `stop` waits for writes in progress: a statement's time-out and some more."""


@dataclass(frozen=True, slots=True)
class EngineLimits:
    """How much at once: writer threads, bytes fetched and not applied, records in a transaction.

    A transaction takes more lanes while it holds fewer than `small_records`.
    """

    writers: int = 4
    budget_bytes: int = 64 << 20
    records: int = 10_000
    small_records: int = 500
    commit_seconds: float = 5.0


class Engine:
    """Runs one stage on one source. All methods belong to the event loop."""

    def __init__(
        self, stage: Stage, ledger: Ledger, *, clock: Clock, limits: EngineLimits | None = None
    ) -> None:
        self.stage = stage
        self.limits = limits or EngineLimits()
        self.budget = ByteBudget(self.limits.budget_bytes)
        self.counts = Counts()
        self._ledger = ledger
        self._clock = clock
        self._writer = Writer(stage, ledger, clock)
        self._lanes: dict[TopicPartition, Lane] = {}
        self._tokens = itertools.count(1)
        self._served = itertools.count(1)
        self._meter = DeadLetterMeter(stage.policy.dead_letter_limit)
        self._missing: dict[TopicPartition, int] = {}
        self._wake = asyncio.Event()
        self._background: set[asyncio.Task[None]] = set()
        self._writes: set[asyncio.Task[None]] = set()
        self._idle = self.limits.writers
        self._stopping = False

    async def start(self, source: Source) -> None:
        """Join the group and begin."""
        self._failure: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pool = ThreadPoolExecutor(self.limits.writers, f"{self.stage.name}-writer")
        self._control = ThreadPoolExecutor(1, f"{self.stage.name}-control")
        self._source = source
        self._spawn(self._dispatch(), self._background)
        self._spawn(self._commit_courtesy(), self._background)
        await source.start(self)

    async def stop(self) -> None:
        """Leave the group; writes in progress end first, what is queued is read again later."""
        self._stopping = True
        self.revoke()
        await self._source.stop()
        for task in list(self._background):
            task.cancel()
        if self._writes:
            await asyncio.wait(self._writes, timeout=WRITERS_END_WITHIN)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._control.shutdown(wait=False, cancel_futures=True)

    @property
    def owned(self) -> frozenset[TopicPartition]:
        """The partitions that this worker has claimed."""
        return frozenset(self._lanes)

    async def failure(self) -> None:
        """Wait until the stage stops by itself; raises why."""
        await asyncio.shield(self._failure)

    def fail(self, error: BaseException) -> None:
        """Stop the stage loudly."""
        self._stopping = True
        self._wake.set()
        if not self._failure.done():
            log.error("stage stopped", stage=self.stage.name, error=str(error))
            self._failure.set_exception(error)

    # what the source calls

    async def claim(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, Position]:
        """Own exactly these partitions from now on."""
        self.revoke()
        return await self._claim(sorted(tps))

    def offer(self, batch: Batch) -> None:
        """Queue a batch that continues its lane; drop any other, and read again where it broke."""
        lane = self._lanes.get(batch.tp)
        if lane is None or batch.token != lane.token or batch.end <= lane.expected:
            batch.release()
            return
        if batch.start > lane.expected:
            batch.release()
            log.info("a batch is missing", partition=str(lane.tp), at=lane.expected)
            self._reclaim(lane, delay=0.0)
            return
        lane.push(batch)
        if not lane.paused and lane.queued_bytes > self._share():
            lane.paused = True
            self._source.pause(lane.tp)
        self._wake.set()

    def revoke(self) -> None:
        """Forget every lane. Writes in progress go on; the ledger decides about them."""
        for lane in self._lanes.values():
            if not lane.busy:
                lane.drop_queue()
        self._lanes.clear()

    # claiming

    async def _claim(self, tps: list[TopicPartition]) -> dict[TopicPartition, Position]:
        for attempt in itertools.count():
            if self._stopping or not tps:
                return {}
            try:
                return self._own(await self._claims(tps))
            except Exception as error:  # noqa: BLE001 - the policy tells them apart
                if isinstance(decide(error, 0, self.stage.policy), Stop):
                    self.fail(error)
                    return {}
                self._log_waiting("claim waits", error, attempt)
                await asyncio.sleep(backoff(attempt, self.stage.policy))
        return {}

    async def _claims(self, tps: list[TopicPartition]) -> dict[TopicPartition, Claim]:
        facts = await self._source.facts(tps)
        missing = [str(tp) for tp in tps if tp not in facts]
        if missing:
            raise OutageError(f"Kafka does not describe {', '.join(missing)} yet")
        requests = claim_requests(facts, self.stage.topics)
        loop = asyncio.get_running_loop()
        claims = await loop.run_in_executor(self._control, self._ledger.claim, requests)
        try:
            positions_or_stop(self.stage.group, claims, facts)
        except OffsetOutOfRangeError:
            # The owner before us may have gone on between the two answers: ask the log once more.
            positions_or_stop(self.stage.group, claims, await self._source.facts(tps))
        return claims

    def _own(self, claims: Mapping[TopicPartition, Claim]) -> dict[TopicPartition, Position]:
        positions = {}
        for tp, claim in claims.items():
            token = next(self._tokens)
            start = claim.next_offset
            self._lanes[tp] = Lane(tp, claim.epoch, token, start, start)
            positions[tp] = Position(start, token)
        log.info("partitions claimed", stage=self.stage.name, partitions=len(claims))
        return positions

    def _reclaim(self, lane: Lane, *, delay: float) -> None:
        """Claim one lane again and read on from where the ledger stands."""
        if lane.reclaiming or self._stopping:
            return
        lane.reclaiming = True
        lane.token = -1
        if not lane.busy:
            lane.drop_queue()
        self._spawn(self._claim_again(lane, delay), self._background)

    async def _claim_again(self, lane: Lane, delay: float) -> None:
        await asyncio.sleep(delay)
        if self._lanes.get(lane.tp) is not lane:
            return
        positions = await self._claim([lane.tp])
        owned = self._lanes.get(lane.tp)
        if positions and owned is not None and owned.token == positions[lane.tp].token:
            await self._source.seek(positions)
            if lane.paused:
                self._source.resume(lane.tp)

    # dispatching

    async def _dispatch(self) -> None:
        while not self._stopping:
            self._wake.clear()
            while self._idle and not self._stopping and self._start_one():
                pass
            await self._sleep_until_work()

    def _start_one(self) -> bool:
        group = select(
            self._lanes.values(),
            now=self._clock.monotonic(),
            idle_writers=self._idle,
            limit=self.limits.records,
            small=self.limits.small_records,
        )
        if not group:
            return False
        for lane, _ in group:
            lane.busy = True
            lane.served = next(self._served)
        self._idle -= 1
        self._spawn(self._write(group), self._writes)
        return True

    async def _sleep_until_work(self) -> None:
        """Until something changes, or the first waiting lane may try again."""
        now = self._clock.monotonic()
        waits = [
            lane.not_before - now
            for lane in self._lanes.values()
            if lane.queue and not lane.busy and lane.not_before > now
        ]
        timeout = max(min(waits), 0.001) if waits and self._idle else None
        try:
            await asyncio.wait_for(self._wake.wait(), timeout)
        except TimeoutError:
            return

    async def _write(self, group: list[tuple[Lane, list[Batch]]]) -> None:
        jobs = [job_of(lane, batches) for lane, batches in group]
        loop = asyncio.get_running_loop()
        try:
            fates = await loop.run_in_executor(self._pool, self._writer.process, jobs)
            for (lane, batches), job in zip(group, jobs, strict=True):
                self._settle(lane, batches, job.end, fates[job.tp])
        except Exception as error:  # noqa: BLE001 - nothing may leave a lane busy for ever
            self.fail(error)
        finally:
            self._idle += 1
            self._wake.set()

    def _settle(self, lane: Lane, batches: list[Batch], end: int, fate: Fate) -> None:
        lane.busy = False
        if isinstance(fate, Done):
            self._count(fate.counts)
        elif isinstance(fate, Failed):
            self.fail(fate.error)
        if self._lanes.get(lane.tp) is not lane or lane.reclaiming:
            lane.drop_queue()
            return
        if isinstance(fate, Done):
            self._advance(lane, batches, end)
        elif isinstance(fate, Held):
            self._hold(lane, fate.error)
        elif isinstance(fate, Refused):
            self._refused(lane, fate.position)

    def _advance(self, lane: Lane, batches: list[Batch], end: int) -> None:
        lane.pop(batches)
        lane.durable = end
        lane.attempt = 0
        if lane.paused and lane.queued_bytes <= self._share() / 2:
            lane.paused = False
            self._source.resume(lane.tp)

    def _hold(self, lane: Lane, error: BaseException) -> None:
        wait = backoff(lane.attempt, self.stage.policy)
        self._log_waiting("lane waits", error, lane.attempt, partition=str(lane.tp))
        lane.attempt += 1
        lane.not_before = self._clock.monotonic() + wait

    def _refused(self, lane: Lane, position: Claim | None) -> None:
        """Behind: go on from the ledger's offset. Gap: read again. Fenced: claim after a while."""
        log.warning("ledger refused", partition=str(lane.tp), at=lane.durable, ledger=position)
        if position is None or position.epoch != lane.epoch:
            self._reclaim(lane, delay=random.uniform(0.1, 2.0))  # noqa: S311 - jitter
        elif lane.durable < position.next_offset <= lane.expected:
            self._skip_to(lane, position.next_offset)
        else:
            self._reclaim(lane, delay=0.0)

    def _skip_to(self, lane: Lane, offset: int) -> None:
        lane.durable = offset
        lane.pop([batch for batch in lane.queue if batch.end <= offset])

    def _count(self, counts: Counts) -> None:
        self.counts += counts
        now = self._clock.monotonic()
        if self._meter.add(now, counts.total, counts.dead):
            limit = self._meter.limit
            self.fail(
                StageStoppedError(
                    f"{self.stage.name} buried more than {limit.count} records and more than "
                    f"{limit.share:.0%} of all in {limit.window:.0f} s; nothing is lost: look at "
                    f"stage.dead_letters for {self.stage.group}, mend the cause, start it again"
                )
            )

    # the rest

    async def _commit_courtesy(self) -> None:
        """Kafka's own offsets follow the ledger, so that lag tools see where the stage is."""
        told: dict[TopicPartition, int] = {}
        while not self._stopping:
            await asyncio.sleep(self.limits.commit_seconds)
            now = {tp: lane.durable for tp, lane in self._lanes.items()}
            news = {tp: offset for tp, offset in now.items() if told.get(tp) != offset}
            if news:
                await self._source.commit(news)
                told = now
            self._reread_what_got_lost()

    def _reread_what_got_lost(self) -> None:
        """A batch that was handed out and has not come by the next look: nothing else would tell
        until the partition's next record.
        """
        missing = {}
        for tp, position in self._source.handed_out().items():
            lane = self._lanes.get(tp)
            if lane and position.token == lane.token and position.offset > lane.expected:
                missing[tp] = lane.expected
                if self._missing.get(tp) == lane.expected:
                    self._reclaim(lane, delay=0.0)
        self._missing = missing

    def _share(self) -> float:
        """Bytes that one lane may queue before it is paused, so that no lane takes all."""
        return self.limits.budget_bytes / max(len(self._lanes), 1)

    def _log_waiting(self, what: str, error: BaseException, attempt: int, **fields: str) -> None:
        if attempt & (attempt + 1) == 0:  # 0, 1, 3, 7, …: an outage must not fill the log
            log.warning(what, stage=self.stage.name, attempt=attempt, error=str(error), **fields)

    def _spawn(self, work: Coroutine[Any, Any, None], tasks: set[asyncio.Task[None]]) -> None:
        task = asyncio.ensure_future(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        """A part of the engine that broke must not leave the rest idling on."""
        if not task.cancelled() and (error := task.exception()) is not None:
            self.fail(error)
