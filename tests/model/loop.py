"""An event loop without a clock and without threads: everything happens in one drawn order."""

import asyncio
import random
import threading
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import partial
from typing import Any

LONGEST_DELAY = 0.05


class Died(BaseException):
    """A process was killed in the middle of what it did."""


class State(Enum):
    RUNNING = "running"
    FROZEN = "frozen"
    DEAD = "dead"


class Process:
    """What runs in one context: it can be frozen, thawed and killed, as by signals."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.state = State.RUNNING
        self.stash: list[tuple[Callable[..., Any], tuple[Any, ...], Context]] = []


_THREAD = threading.local()
PROCESS: ContextVar[Process | None] = ContextVar("process", default=None)


class _Jump:
    """In the place of a selector: instead of waiting, the time is set forward."""

    def __init__(self, loop: "SimulatedLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        if timeout is None:
            raise RuntimeError("nothing will ever happen any more")
        self._loop.seconds += timeout
        return []


class SimulatedLoop(asyncio.BaseEventLoop):
    """Virtual time. Calls for threads run while the loop waits, from pause to pause, with drawn
    delays between. A callback belongs to the process of its context: while that is frozen it waits,
    and once that is dead it never comes.
    """

    def __init__(self, chance: random.Random) -> None:
        super().__init__()
        self.seconds = 0.0
        self.calls: set[_Call] = set()
        self._chance = chance
        self._selector = _Jump(self)
        self._clock_resolution = 1e-6
        self.set_exception_handler(lambda _, __: None)  # pending tasks of the dead

    def time(self) -> float:
        return self.seconds

    def delay(self) -> float:
        """Mostly short, sometimes longer than anybody expects."""
        return self._chance.expovariate(1.0) * LONGEST_DELAY / 5 * self._chance.choice((0, 1, 1, 9))

    def thaw(self, process: Process) -> None:
        process.state = State.RUNNING
        stash, process.stash = process.stash, []
        for callback, args, context in stash:
            self.call_soon(callback, *args, context=context)

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        context = context or copy_context()
        if self.is_closed():  # a coroutine that is collected cleans up: nobody looks any more
            return asyncio.Handle(callback, args, self, context)
        return super().call_soon(self._gate, context, callback, args, context=context)

    def call_at(  # type: ignore[override]
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        context = context or copy_context()
        return super().call_at(when, self._gate, context, callback, args, context=context)

    call_soon_threadsafe = call_soon  # type: ignore[assignment]

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self.create_future()
        call = _Call(self, partial(func, *args), future)
        self.calls.add(call)
        self.call_later(self.delay(), call.go_on)
        return future

    def pause(self) -> None:
        """A call for a thread may be interrupted here. Elsewhere this does nothing."""
        call: _Call | None = getattr(_THREAD, "call", None)
        if call is not None:
            call.pause()

    def close(self) -> None:
        for call in list(self.calls):
            call.abandon()
        super().close()

    def _gate(self, context: Context, callback: Callable[..., Any], args: tuple[Any, ...]) -> None:
        process = context.get(PROCESS)
        if process is None or process.state is State.RUNNING:
            callback(*args)
        elif process.state is State.FROZEN:
            process.stash.append((callback, args, context))

    def _process_events(self, event_list: Any) -> None:
        return

    def _write_to_self(self) -> None:
        return


class _Call:
    """A function in a thread of its own that runs only while the loop waits for it."""

    def __init__(
        self, loop: SimulatedLoop, func: Callable[[], Any], future: asyncio.Future[Any]
    ) -> None:
        self._loop, self._func, self._future = loop, func, future
        self._turn, self._back = threading.Semaphore(0), threading.Semaphore(0)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._outcome: Callable[[], None] | None = None
        self._abandoned = False

    def go_on(self) -> None:
        """Let it run until it pauses or ends. On the loop."""
        if self._thread.ident is None:
            self._thread.start()
        else:
            self._turn.release()
        self._back.acquire()
        if self._thread_ended():
            if self._outcome is not None:
                self._loop.call_later(self._loop.delay(), self._outcome)
        else:
            self._loop.call_later(self._loop.delay(), self.go_on)

    def pause(self) -> None:
        """In the thread."""
        self._back.release()
        self._turn.acquire()
        if self._abandoned:
            raise Died

    def abandon(self) -> None:
        """Its process is dead, and the history is over."""
        self._abandoned = True
        if self._thread.ident is not None:
            self._turn.release()
            self._thread.join(10)

    def _thread_ended(self) -> bool:
        return self not in self._loop.calls

    def _run(self) -> None:
        _THREAD.call = self
        try:
            result = self._func()
            self._outcome = partial(_settle, self._future.set_result, self._future, result)
        except Died:
            pass
        except Exception as error:  # noqa: BLE001 - the future carries it
            self._outcome = partial(_settle, self._future.set_exception, self._future, error)
        self._loop.calls.discard(self)
        self._back.release()


def _settle(settle: Callable[[Any], None], future: asyncio.Future[Any], outcome: Any) -> None:
    if not future.done():
        settle(outcome)


class LoopClock:
    """The clock of a simulated loop."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self._loop.seconds)

    def monotonic(self) -> float:
        return self._loop.seconds
