"""What a job's fate means for its lane. Belongs to the event loop."""

import random
from collections.abc import Callable

import structlog

from headrace.clock import Clock
from headrace.errors import OutageError, TransientError, UnknownSchemaError
from headrace.metrics import StageMetrics
from headrace.runtime.dead_letters import DeadLetterMeter
from headrace.runtime.fates import Done, Failed, Fate, Held, Refused, Visited
from headrace.runtime.lanes import Lane
from headrace.runtime.ledger import Claim, Counts
from headrace.runtime.ownership import Ownership, log_waiting
from headrace.runtime.parking import ParkingPolicy
from headrace.runtime.policy import StageStoppedError, backoff, is_foreseen
from headrace.runtime.source import Source
from headrace.runtime.stage import Stage

log = structlog.get_logger(__name__)

SHORTEST_VISIT_PAUSE = 0.01

_REASONS: dict[type[BaseException], str] = {
    OutageError: "outage",
    UnknownSchemaError: "unknown_schema",
    TransientError: "transient",
}


class Outcomes:
    """Settles lanes. `fail` stops the stage, `budget_bytes` are shared by all lanes."""

    def __init__(
        self, stage: Stage, budget_bytes: int, clock: Clock, fail: Callable[[BaseException], None]
    ) -> None:
        self.counts = Counts()
        self.metrics = StageMetrics(stage.group)
        self._stage, self._policy = stage, stage.policy
        self._budget_bytes = budget_bytes
        self._clock = clock
        self._fail = fail
        self._meter = DeadLetterMeter(stage.policy.dead_letter_limit)

    def begin(self, owned: Ownership, source: Source) -> None:
        self._owned, self._source = owned, source

    def share(self) -> float:
        """Bytes that one lane may queue before it is paused, so that no lane takes all."""
        return self._budget_bytes / max(len(self._owned.lanes), 1)

    def settle(self, lane: Lane, fate: Fate) -> None:
        """A write of the lane's first batches is over."""
        if not self._noted(lane, fate):
            return
        if isinstance(fate, Done):
            self._parked(lane, fate.counts.parked)
            self._advance(lane, fate.end)
        elif isinstance(fate, Held):
            self._hold(lane, fate.error)
        elif isinstance(fate, Refused):
            self._refused(lane, fate.position)

    def settle_visit(self, lane: Lane, fate: Fate) -> None:
        """A visit of the lane's parked records is over."""
        if not self._noted(lane, fate):
            return
        now = self._clock.monotonic()
        if isinstance(fate, Visited):
            lane.parked, lane.visit_attempt = fate.outlook.parked, 0
            lane.visit_at = now + max(fate.outlook.seconds, SHORTEST_VISIT_PAUSE)
        elif isinstance(fate, Held):
            where = {"partition": str(lane.tp)}
            log_waiting("a visit waits", self._stage.name, fate.error, lane.visit_attempt, **where)
            lane.visit_at = now + backoff(lane.visit_attempt, self._policy)
            lane.visit_attempt += 1
        elif isinstance(fate, Refused):
            self._refused(lane, fate.position)

    def _noted(self, lane: Lane, fate: Fate) -> bool:
        """Whether the lane is still ours, so that the fate means something to it."""
        lane.busy = False
        if isinstance(fate, Done | Visited):
            self._count(lane, fate.counts)
        elif isinstance(fate, Failed):
            self._fail(fate.error)
        ours = self._owned.lanes.get(lane.tp) is lane and not lane.reclaiming
        if not ours:
            lane.drop_queue()
        return ours

    def _advance(self, lane: Lane, durable: int) -> None:
        lane.pop_before(durable)
        lane.durable, lane.attempt, lane.unforeseen, lane.not_before = durable, 0, 0, 0.0
        lane.unknown_since = lane.transient_since = None
        if lane.paused and lane.queued_bytes <= self.share() / 2:
            lane.paused = False
            self._source.resume(lane.tp)

    def _parked(self, lane: Lane, records: int) -> None:
        """The first visit comes when the first of them is due; the visit says when the next."""
        if records:
            parking = self._policy.parking or ParkingPolicy()
            due = self._clock.monotonic() + parking.wait(1)
            lane.visit_at = min(lane.visit_at, due) if lane.parked else due
            lane.parked += records

    def _hold(self, lane: Lane, error: BaseException) -> None:
        now = self._clock.monotonic()
        wait = backoff(lane.attempt, self._policy)
        log_waiting("lane waits", self._stage.name, error, lane.attempt, partition=str(lane.tp))
        self.metrics.waits(_reason(error))
        lane.attempt += 1
        lane.unforeseen += not is_foreseen(error)
        lane.not_before = now + wait
        lane.unknown_since = _since(lane.unknown_since, error, UnknownSchemaError, now, keep=True)
        lane.transient_since = _since(lane.transient_since, error, TransientError, now, keep=False)

    def _refused(self, lane: Lane, position: Claim | None) -> None:
        """Behind: go on from the ledger's offset (a COMMIT landed whose answer was lost).
        Gap: read again. Fenced: claim after a while.
        """
        log.warning("ledger refused", partition=str(lane.tp), at=lane.durable, ledger=position)
        if position is None or position.epoch != lane.epoch:
            self._owned.reclaim(lane, delay=random.uniform(0.1, 2.0))  # noqa: S311 - jitter
        elif lane.durable < position.next_offset <= lane.expected:
            lane.parked, lane.visit_at = position.parked, 0.0
            self._advance(lane, position.next_offset)
        else:
            self._owned.reclaim(lane, delay=0.0)

    def _count(self, lane: Lane, counts: Counts) -> None:
        self.counts += counts
        self.metrics.ended(
            lane.tp.topic,
            {
                "applied": counts.applied,
                "duplicate": counts.duplicate,
                "dead": counts.dead,
                "skipped": counts.skipped,
                "parked": counts.parked,
            },
        )
        ended = counts.applied + counts.duplicate + counts.dead + counts.skipped
        if self._meter.add(self._clock.monotonic(), ended, counts.dead):
            limit = self._meter.limit
            self._fail(
                StageStoppedError(
                    f"{self._stage.name} buried more than {limit.count} records and more than "
                    f"{limit.share:.0%} of all in {limit.window:.0f} s; nothing is lost: look at "
                    f"stage.dead_letters for {self._stage.group}, mend the cause, start it again"
                )
            )


def _reason(error: BaseException) -> str:
    """Why a lane waits, in a word of the metrics' list."""
    return next((word for kind, word in _REASONS.items() if isinstance(error, kind)), "unexpected")


def _since(
    before: float | None,
    error: BaseException,
    kind: type[BaseException],
    now: float,
    *,
    keep: bool,
) -> float | None:
    """Since when a lane waits for errors of this kind; others end that, or `keep` it."""
    if isinstance(error, kind):
        return now if before is None else before
    return before if keep else None
