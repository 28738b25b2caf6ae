"""A log, a ledger, and workers that come and go, under one simulated loop."""

import asyncio
import random
from collections import defaultdict
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import Any

from headrace.runtime import (
    Engine,
    EngineLimits,
    FailurePolicy,
    MemoryLedger,
    MemoryLog,
    ParkingPolicy,
    StageEvent,
    TopicPartition,
)
from headrace.runtime.dead_letters import DeadLetterLimit
from tests.model.loop import PROCESS, LoopClock, Process, SimulatedLoop, State
from tests.model.shaky import Faults, ShakyLedger, ShakySource, Statement
from tests.runtime.stages import TextDecoder, TextHandler, text_stage

TOPIC = "first"
PARTITIONS = 2
BUDGET = 4_000
LARGEST_FETCH = 4 * 300  # ShakySource's four records, each with its overhead
POLICY = FailurePolicy(
    dead_letter_limit=DeadLetterLimit(count=1_000_000),
    parking=ParkingPolicy(after=1.0, most=4, most_parked=12),
)
MAY_BE_BURIED = ("poison", "refuse", "bug", "never", "late")
"""How the texts begin that deserve a dead letter, or may come to deserve one."""

SETTLES_WITHIN = 3_000.0
"""Virtual seconds: attempts of parked records that wait up to a minute each, key after key."""

VISITS_AT_REST = 50
"""Parked records take so many visits beside those that each may need, and one a second."""

Place = tuple[TopicPartition, int]


@dataclass
class Worker:
    """A process with an engine in it."""

    process: Process
    engine: Engine
    source: ShakySource
    ledger: ShakyLedger
    failure: list[BaseException] = field(default_factory=list)


class World:
    """What there is; every method is something that happens."""

    def __init__(self, seed: int) -> None:
        random.seed(seed)  # the engine's jitter
        self.chance = random.Random(seed)
        self.loop = SimulatedLoop(self.chance)
        self.clock = LoopClock(self.loop)
        self.faults = Faults(self.chance)
        self.workers: list[Worker] = []
        self.produced: dict[Place, str | None] = {}
        self.ever_parked: set[Place] = set()
        self._dead: list[Worker] = []
        self.decoder = TextDecoder()
        self.troubled = {"late", "never"}
        self.loop.run_until_complete(self._make())

    async def _make(self) -> None:
        self.log = MemoryLog()
        self.log.create(TOPIC, PARTITIONS)
        self.ledger = MemoryLedger("model", clock=self.clock)

    # what happens

    def produce(self, partition: int, text: str | None, key: bytes | None) -> None:
        async def append() -> int:
            value = None if text is None else text.encode()
            return self.log.append(TOPIC, partition, value, key)

        offset = self.loop.run_until_complete(append())
        self.produced[TopicPartition(TOPIC, partition), offset] = text

    def leave_hole(self, partition: int, offsets: int) -> None:
        self.log.leave_hole(TOPIC, partition, offsets)

    def pass_time(self, seconds: float) -> None:
        self.loop.run_until_complete(asyncio.sleep(seconds))

    def start_worker(self) -> None:
        process = Process(f"worker-{len(self.workers) + len(self._dead)}")
        at = Statement(self.loop, self.faults, "ledger", process)
        handler = TextHandler(_write)
        handler.troubled = self.troubled
        stage = text_stage([TOPIC], "model", self.decoder, handler, POLICY)
        limits = EngineLimits(writers=2, budget_bytes=BUDGET, records=8, small_records=4)
        ledger = ShakyLedger(self.ledger, at, self.ever_parked)
        engine = Engine(stage, ledger, clock=self.clock, limits=limits)
        source = ShakySource(self.log, self.loop, self.faults, process)
        worker = Worker(process, engine, source, ledger)
        context = copy_context()
        context.run(PROCESS.set, process)
        self._spawn(self._serve(worker), context)
        self.workers.append(worker)
        self.pass_time(0.001)

    async def _serve(self, worker: Worker) -> None:
        try:
            await worker.engine.start(worker.source)
            await worker.engine.failure()
        except Exception as error:  # noqa: BLE001 - the test looks at it
            worker.failure.append(error)

    def stop(self, worker: Worker) -> None:
        """SIGTERM; a worker that does not end in time is killed."""
        context = copy_context()
        context.run(PROCESS.set, worker.process)
        stopping = self._spawn(worker.engine.stop(), context)
        self.loop.run_until_complete(asyncio.wait([stopping], timeout=60.0))
        self.kill(worker)

    def kill(self, worker: Worker) -> None:
        worker.process.state = State.DEAD
        self.bury_the_dead()

    def freeze(self, worker: Worker) -> None:
        """Past its session: the group goes on without it."""
        worker.process.state = State.FROZEN
        self._expel(worker)

    def thaw(self, worker: Worker) -> None:
        """It acts on what it knew, and then hears that it was expelled."""
        self.loop.thaw(worker.process)
        self.pass_time(self.loop.delay())
        if worker.process.state is State.RUNNING:
            self._in_loop(lambda: self.log.join(worker.source))

    def bury_the_dead(self) -> None:
        """Workers that died by themselves, too: the group notices after their session."""
        for worker in [each for each in self.workers if each.process.state is State.DEAD]:
            self.workers.remove(worker)
            self._dead.append(worker)
            self._expel(worker)

    def _expel(self, worker: Worker) -> None:
        def expelled() -> None:
            if worker.source in self.log.members:
                self.log.leave(worker.source)

        self._in_loop(expelled)

    def _in_loop(self, call: Any) -> None:
        async def run() -> None:
            call()

        self.loop.run_until_complete(run())

    def _spawn(self, work: Any, context: Any) -> asyncio.Task[Any]:
        return self.loop.create_task(work, context=context)

    # how it ends

    def heal(self) -> None:
        """Nothing fails any more, and somebody works."""
        self.faults.outage = self.faults.death = self.faults.lost_batch = 0.0
        self.faults.away = frozenset()
        self.troubled.discard("late")
        self.bury_the_dead()
        for worker in self.workers:
            if worker.process.state is State.FROZEN:
                self.thaw(worker)
        if not self.workers:
            self.start_worker()

    def settle(self) -> None:
        """Until every record has ended and nobody holds bytes of it, with no look at what is parked
        for nothing.
        """
        began, before = self.loop.seconds, self._visits()
        end = began + SETTLES_WITHIN
        while not self.settled() or any(worker.engine.budget.used for worker in self.workers):
            assert self.loop.seconds < end, f"not settled: {self.ledger.rows()}"
            self.check()
            self.pass_time(5.0)
        self.pass_time(5.0)  # whoever committed last hears of it
        visits = self._visits() - before
        assert visits <= VISITS_AT_REST + 10 * len(self.ever_parked) + self.loop.seconds - began

    def _visits(self) -> int:
        return sum(worker.ledger.parking.visits for worker in self.workers)

    def settled(self) -> bool:
        rows = {row.tp: row for row in self.ledger.rows()}
        return not self.ledger.parked and all(
            tp in rows and rows[tp].next_offset > offset for tp, offset in self.produced
        )

    def close(self) -> None:
        """Whoever still runs is killed."""
        tasks = asyncio.all_tasks(self.loop)
        self.loop.close()
        for task in tasks:
            task.get_coro().close()

    # the laws

    def check(self) -> None:
        """Invariants 1, 2 and 6, and the order that keys are promised."""
        for worker in self.workers:
            assert not worker.failure, worker.failure
            assert worker.engine.budget.used <= BUDGET + PARTITIONS * LARGEST_FETCH
        self._check_places()
        self._check_order()
        self._check_letters()

    def _check_places(self) -> None:
        applied = [(TopicPartition(*at[:2]), at[2]) for at in self.ledger.effects]
        dead = [(letter.tp, letter.offset) for letter in self.ledger.letters]
        parked = [(record.tp, record.offset) for record in self.ledger.parked]
        ended = [*applied, *dead, *parked]
        assert len(set(ended)) == len(ended), "something ended twice"
        by_partition = defaultdict(set)
        for tp, offset in ended:
            by_partition[tp].add(offset)
        for row in self.ledger.rows():
            counts = row.counts
            below = {
                offset for tp, offset in self.produced if tp == row.tp and offset < row.next_offset
            }
            assert by_partition[row.tp] == below, "something is lost, or came too early"
            assert counts.total == row.next_offset - row.first_offset
            assert counts.applied == sum(1 for tp, _ in applied if tp == row.tp)
            assert counts.dead == sum(1 for tp, _ in dead if tp == row.tp)
            assert counts.parked == sum(1 for tp, _ in parked if tp == row.tp)
            assert counts.skipped == counts.total - len(below)
            assert counts.duplicate == 0

    def _check_order(self) -> None:
        """Each key's events in order; and all of a partition that never had to wait aside."""
        for name, places in self._effects_by_key().items():
            assert places == sorted(places), f"out of order: {name}"

    def _effects_by_key(self) -> dict[Any, list[int]]:
        found: dict[Any, list[int]] = defaultdict(list)
        for topic, partition, offset, text in self.ledger.effects:
            tp = TopicPartition(topic, partition)
            if ":" in text:
                found[tp, text.partition(":")[0]].append(offset)
            if (tp, offset) not in self.ever_parked:
                found[tp].append(offset)
        return found

    def _check_letters(self) -> None:
        for letter in self.ledger.letters:
            text = self.produced[letter.tp, letter.offset]
            assert letter.raw == (None if text is None else text.encode())
            if text is not None:
                kind = text.rpartition(":")[2].split()[0]
                assert kind in MAY_BE_BURIED, f"{text} was buried: {letter}"

    def check_the_end(self) -> None:
        """Everything has ended as it deserves."""
        self.check()
        applied = {(TopicPartition(*at[:2]), at[2]) for at in self.ledger.effects}
        for place, text in self.produced.items():
            kind = "" if text is None else text.rpartition(":")[2].split()[0]
            if kind == "fine":
                assert place in applied
            elif kind != "late":
                assert place not in applied


def _write(effects: Any, event: StageEvent) -> None:
    written, at = effects
    with at():
        written.append((*event.tp, event.offset, event.event.source))
