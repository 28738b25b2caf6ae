"""A transaction that a writer thread has, used from the event loop, by one handler at a time."""

import asyncio
import queue
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from headrace.errors import ConfigurationError, HeadraceError
from headrace.service.effects import Answer, Effects
from headrace.service.threads import check_thread

PING_SECONDS = 5.0
"""How often an idle transaction says that it lives: shorter than its session's time-out."""

T = TypeVar("T")
Work = tuple[Callable[[], Any], "asyncio.Future[Any]"]


class Statements:
    """Carries statements from the loop to the thread that has the transaction.

    The writer thread is in `serve` while handlers run, so the connection is used by one thread.
    """

    def __init__(self, effects: Effects, tx: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.effects, self.tx = effects, tx
        self.turn = asyncio.Lock()
        self.loop = loop
        self._work: queue.SimpleQueue[Work | None] = queue.SimpleQueue()

    def serve(self) -> None:
        """Run what comes until `end`. In the writer thread; raises what a ping raises."""
        while True:
            try:
                work = self._work.get(timeout=PING_SECONDS)
            except queue.Empty:
                self.effects.ping(self.tx)
                continue
            if work is None:
                return
            self._run(*work)

    def end(self) -> None:
        """No more statements come. From any thread."""
        self._work.put(None)

    async def call(self, function: Callable[..., T], *arguments: Any) -> T:
        """`function(tx, *arguments)` in the writer thread; raises what it raises."""
        future: asyncio.Future[T] = self.loop.create_future()
        self._work.put((partial(function, self.tx, *arguments), future))
        return await future

    def _run(self, function: Callable[[], Any], future: "asyncio.Future[Any]") -> None:
        try:
            result = function()
        except Exception as error:  # noqa: BLE001 - it belongs to the handler that asked
            self.loop.call_soon_threadsafe(_settle, future, None, error)
        else:
            self.loop.call_soon_threadsafe(_settle, future, result, None)


def _settle(future: "asyncio.Future[Any]", result: Any, error: Exception | None) -> None:
    if future.done():  # its handler was cancelled meanwhile
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


class TransactionOverError(HeadraceError):
    """A handler used its transaction after it had ended or run out of time. Await all of a
    handler's work inside of it.
    """


class Transaction:
    """The ledger's transaction, for one handler: what it writes commits with the offset.

    The first statement waits until no other handler of the partition is writing; from there to the
    handler's end no other does. If the handler raises, what it wrote is undone.
    """

    __slots__ = ("_beginning", "_begun", "_over", "_statements")

    def __init__(self, statements: Statements) -> None:
        self._statements = statements
        self._begun = False
        self._beginning: asyncio.Lock | None = None
        self._over = False

    async def execute(self, query: str, values: Any = None) -> Answer:
        """One statement, with `%s` or `%(name)s` for values as psycopg takes them.

        Raises OutageError, PoisonError for a value that PostgreSQL refuses, ConfigurationError for
        a statement that it refuses.
        """
        await self._begin()
        return await self._statements.call(self._statements.effects.execute, query, values)

    async def execute_many(self, query: str, values: Sequence[Any]) -> None:
        """One statement with several sets of values."""
        await self._begin()
        await self._statements.call(self._statements.effects.execute_many, query, list(values))

    def execute_sync(self, query: str, values: Any = None) -> Answer:
        """`execute` for a handler that is a plain function."""
        check_thread("execute_sync", "metadata.transaction.execute(…)")
        call = self.execute(query, values)
        return asyncio.run_coroutine_threadsafe(call, self._statements.loop).result()

    async def _begin(self) -> None:
        if self._is_over():
            raise TransactionOverError("the handler's transaction is over")
        if self._beginning is None:
            self._beginning = asyncio.Lock()  # a handler may have several statements on their way
        async with self._beginning:
            if not self._begun:
                await self._statements.turn.acquire()
                if self._is_over():
                    self._statements.turn.release()
                    raise TransactionOverError("the handler's transaction is over")
                self._begun = True
                await self._statements.call(self._statements.effects.mark)
        if self._is_over():  # meanwhile: what it wrote now would be outside of the handler's scope
            raise TransactionOverError("the handler's transaction is over")

    def _is_over(self) -> bool:
        return self._over

    def ends_unused(self) -> bool:
        """The handler has ended: whether it had begun nothing, so that `end` is not needed."""
        if self._begun or self._beginning is not None:
            return False
        self._over = True
        return True

    async def end(self, *, keep: bool) -> None:
        """The handler has ended. Not the handler's to call."""
        over, self._over = self._over, True
        if over or not self._begun:
            return
        effects = self._statements.effects
        try:
            await asyncio.shield(self._statements.call(effects.keep if keep else effects.undo))
        finally:
            self._statements.turn.release()


class NoTransaction(Transaction):
    """Stands where a service has no database; says so when it is used."""

    __slots__ = ()

    def __init__(self) -> None:
        return

    async def _begin(self) -> None:
        raise ConfigurationError(
            "this service has no transaction: its ledger is Kafka's offsets; "
            'give it a database with Service(…, ledger="postgres")'
        )

    def execute_sync(self, query: str, values: Any = None) -> Answer:
        check_thread("execute_sync", "metadata.transaction.execute(…)")
        return asyncio.run(self.execute(query, values))

    async def end(self, *, keep: bool) -> None:
        del keep
