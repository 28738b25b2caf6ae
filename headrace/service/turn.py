"""A chunk of events going through their handlers: order per key, several keys at once."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import structlog

from headrace.clock import Clock
from headrace.errors import HeadraceError
from headrace.runtime.policy import Bury, Park, Stop, Wait
from headrace.service.calling import (
    HandlerCancelledError,
    HandlerExitError,
    HandlerTimeoutError,
    Item,
)
from headrace.service.verdicts import HANDLED, OUTAGE, Failed, Verdict

log = structlog.get_logger(__name__)

GRACE_SECONDS = 5.0
"""How long a handler whose time is up may take to end before it is left behind."""
LOOK_SECONDS = 0.25
"""How often at least it is looked whose time is up."""
BREATH = 64
"""Events after which other tasks of the loop get their turn."""

_AGAIN = "another attempt"
_FOLLOWS = {Bury: "dead letter", Park: _AGAIN, Wait: _AGAIN, Stop: "stop"}

Call = Callable[[Item], Awaitable[None]]
Judged = Callable[[Item, Exception], Failed]
Chains = Iterable[Sequence[Item]]


class Turn:
    """Runs chains, each in order, up to `concurrency` at once. Belongs to the event loop.

    No event begins after the monotonic second `until`, nor while `halted` says so; those that run
    end. `verdicts` has, by offset, what became of the events that did, `seconds` how long it took.
    """

    def __init__(
        self,
        chains: Chains,
        call: Call,
        judged: Judged,
        *,
        clock: Clock,
        concurrency: int,
        until: float,
        halted: Callable[[], bool],
    ) -> None:
        self.verdicts: dict[int, Verdict] = {}
        self.seconds: dict[int, float] = {}
        self._chains = deque(chains)
        self._call, self._judged = call, judged
        self._clock, self._until, self._halted = clock, until, halted
        self._concurrency = concurrency
        self._runners: dict[asyncio.Task[None], _Running | None] = {}
        self._ended = False

    async def run(self) -> None:
        """Returns when every event that began has ended, or was left behind."""
        for _ in range(min(self._concurrency, len(self._chains))):
            self._start()
        while self._runners:
            await asyncio.wait(
                self._runners, timeout=self._next_look(), return_when=asyncio.FIRST_COMPLETED
            )
            self._look()

    def at(self, task: "asyncio.Task[Any]") -> dict[str, object] | None:
        """The event that a runner is at, for the log. From any thread."""
        running = self._runners.get(task)
        item = running.item if running else None
        return _about(item) if item else None

    def give_up(self) -> None:
        """Cancel what runs: it counts as not begun. Its effects are undone."""
        self._ended = True
        for task, running in self._runners.items():
            if running is not None and running.item is not None:
                running.called_off = True
                running.limit = self._clock.monotonic() + GRACE_SECONDS
            task.cancel()

    def _start(self) -> None:
        running = _Running()
        self._runners[asyncio.create_task(self._run(running))] = running

    def _over(self) -> bool:
        return self._ended or self._halted() or self._clock.monotonic() >= self._until

    async def _run(self, running: "_Running") -> None:
        """One runner: chain after chain."""
        task, begun = asyncio.current_task(), 0
        assert task is not None  # noqa: S101 - a runner is a task
        while self._chains:
            for item in self._chains.popleft():
                now = self._clock.monotonic()
                if self._ended or now >= self._until or self._halted():
                    return
                running.item, running.limit = item, now + item.subscription.timeout
                goes_on = await self._one(task, running, item)
                self.seconds[item.offset] = self._clock.monotonic() - now
                if not goes_on:
                    break
                begun += 1
                if begun % BREATH == 0:
                    await asyncio.sleep(0)
            if running.abandoned:
                return

    async def _one(self, task: "asyncio.Task[None]", running: "_Running", item: Item) -> bool:
        """Whether the chain goes on."""
        verdict: Verdict | None = HANDLED
        try:
            await self._call(item)
        except asyncio.CancelledError:
            verdict = self._cancelled(task, running, item)
        except Exception as error:  # noqa: BLE001 - the policy tells them apart
            verdict = self._failed(item, _cause(error, task, running, item))
        except BaseException as error:
            if not _runs(task):
                raise  # the loop is closing its tasks
            failure = HandlerExitError(f"{item.subscription.name} raised {error!r} for {item}")
            verdict = self._failed(item, _cause(failure, task, running, item))
        else:
            if running.timed_out and task.cancelling():
                task.uncancel()  # it ended just then
        if running.abandoned or verdict is None:
            return False
        running.item, running.timed_out = None, False
        self.verdicts[item.offset] = verdict
        return verdict is HANDLED or self._goes_on(item, verdict)

    def _cancelled(
        self, task: "asyncio.Task[None]", running: "_Running", item: Item
    ) -> Verdict | None:
        """None: it was called off and counts as not begun."""
        if not task.cancelling():  # not ours: something that it awaited was cancelled
            name = item.subscription.name
            return self._failed(item, HandlerCancelledError(f"{name} for {item}"))
        task.uncancel()
        if running.timed_out:
            return self._failed(item, _timeout(item))
        self._ended = True
        return None

    def _failed(self, item: Item, error: Exception) -> Failed:
        """Judged, and said in the log: with its traceback where nobody foresaw it."""
        verdict = self._judged(item, error)
        log.warning(
            "handler failed",
            **_about(item),
            error=f"{type(error).__name__}: {error}",
            follows=_FOLLOWS[type(verdict.decision)],
            exc_info=None if isinstance(error, HeadraceError) else error,
        )
        return verdict

    def _goes_on(self, item: Item, verdict: Verdict) -> bool:
        if not isinstance(verdict, Failed):
            return True
        decision = verdict.decision
        if decision is OUTAGE or isinstance(decision, Stop):
            self._ended = True
        in_any_order = isinstance(decision, Park) and not item.subscription.retries.by_key
        return in_any_order or isinstance(decision, Bury)

    def _next_look(self) -> float | None:
        """Seconds until the first time limit of those that run."""
        now = self._clock.monotonic()
        limits = [each.limit - now for each in self._runners.values() if each and each.item]
        return min(max(min(limits, default=LOOK_SECONDS), 0.01), LOOK_SECONDS)

    def _look(self) -> None:
        for task, running in list(self._runners.items()):
            if task.done():
                del self._runners[task]
                if not task.cancelled():
                    task.result()
            elif running and running.item and self._clock.monotonic() >= running.limit:
                self._out_of_time(task, running, running.item)
        while not self._over() and len(self._runners) < min(self._concurrency, len(self._chains)):
            self._start()  # in the place of one that was left behind

    def _out_of_time(self, task: "asyncio.Task[None]", running: "_Running", item: Item) -> None:
        if not running.timed_out and not running.called_off:
            running.timed_out = True
            running.limit += GRACE_SECONDS
            log.warning("handler out of time", **_about(item))
            task.cancel()
            return
        running.abandoned = True
        del self._runners[task]
        log.error("handler left behind, it does not end when cancelled", **_about(item))
        task.add_done_callback(_forgotten)
        if item.handling is not None:
            item.handling.over = True
            undo = item.handling.metadata.transaction.end(keep=False)
            self._runners[asyncio.create_task(undo)] = None
        if not running.called_off:
            self.verdicts[item.offset] = self._failed(item, _timeout(item))


class _Running:
    """What a runner is at; `limit` is the monotonic second at which something is done about it."""

    __slots__ = ("abandoned", "called_off", "item", "limit", "timed_out")

    def __init__(self) -> None:
        self.item: Item | None = None
        self.limit = 0.0
        self.timed_out = self.called_off = self.abandoned = False


def _runs(task: "asyncio.Task[None]") -> bool:
    try:
        return asyncio.current_task() is task
    except RuntimeError:  # no loop runs
        return False


def _cause(
    error: Exception, task: "asyncio.Task[None]", running: _Running, item: Item
) -> Exception:
    """Of a failure: some make another error of their cancellation."""
    if not running.timed_out:
        return error
    task.uncancel()
    return _timeout(item)


def _timeout(item: Item) -> HandlerTimeoutError:
    seconds = item.subscription.timeout
    return HandlerTimeoutError(f"{item.subscription.name} took more than {seconds:g} s for {item}")


def _about(item: Item) -> dict[str, object]:
    return {
        "handler": item.subscription.name,
        "seconds": item.subscription.timeout,
        "eventId": str(item.event.event.event_id),
        "eventType": item.subscription.event_type,
        "at": str(item),
        "attempt": item.attempt,
    }


def _forgotten(task: "asyncio.Task[None]") -> None:
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()
