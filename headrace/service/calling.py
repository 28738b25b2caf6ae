"""Calling one handler for one event: its form, its flow, its transaction, its thread."""

import asyncio
import inspect
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any
from uuid import UUID

from headrace.errors import HeadraceError, TransientError
from headrace.runtime.records import Happened, Record
from headrace.service.handling import Handling
from headrace.service.metadata import Metadata
from headrace.service.statements import NoTransaction, Statements, Transaction
from headrace.service.subscriptions import Convert, Subscription

_NONE = NoTransaction()


class HandlerTimeoutError(TransientError):
    """A handler did not end within its time limit. It is tried again like any passing trouble.

    Give what it waits for a shorter limit, or the handler a longer one: `on(…, timeout=…)`.
    """


class HandlerCancelledError(HeadraceError):
    """A handler raised CancelledError, though nobody cancelled it: a task or future that it awaits
    was cancelled. It is tried again like after any error.
    """


class Item:
    """One event on its way to its handler; `attempt` counts from 1."""

    __slots__ = ("attempt", "convert", "event", "handling", "offset", "record", "subscription")

    def __init__(
        self,
        event: Happened,
        record: Record,
        subscription: Subscription,
        convert: Convert,
        attempt: int = 1,
    ) -> None:
        self.event, self.record, self.attempt = event, record, attempt
        self.subscription, self.convert = subscription, convert
        self.offset = event.offset
        self.handling: Handling | None = None

    @property
    def event_id(self) -> UUID:
        return self.event.event_id

    def __str__(self) -> str:
        return f"{self.event.tp}@{self.event.offset}"


class Calling:
    """Calls handlers, for runners that are tasks of their own on the event loop; `statements` is
    the chunk's transaction, if it has one.
    """

    def __init__(self, group: str, statements: Statements | None) -> None:
        self._group = group
        self._statements = statements

    async def call(self, item: Item) -> None:
        """Raises what the handler raises; then nothing that it wrote remains."""
        happened, statements = item.event, self._statements
        shape = item.convert(happened)
        transaction = _NONE if statements is None else Transaction(statements)
        metadata = Metadata(happened, item.record, happened.tp, item.attempt, transaction)
        handling = Handling(metadata, self._group, outbox=statements is not None)
        item.handling = handling
        handler = item.subscription.handler
        handling.begin()
        try:
            if item.subscription.is_async:
                await handler(shape, metadata)
            else:
                result = await in_a_thread(handler, shape, metadata)
                if inspect.isawaitable(result):  # a lambda around an async function
                    await result
        except BaseException:
            handling.over, handling.outbox = True, None if statements is None else []
            if statements is not None:
                await transaction.end(keep=False)
            raise
        handling.over = True
        if statements is not None and not transaction.ends_unused():
            await transaction.end(keep=True)


async def in_a_thread(function: Callable[..., Any], *arguments: Any) -> Any:
    """Like `asyncio.to_thread`, in a thread of its own: one that hangs for good takes no other's
    place, and does not keep the process from ending.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()
    context = copy_context()

    def run() -> None:
        try:
            result = context.run(function, *arguments)
        except BaseException as error:  # noqa: BLE001 - it is raised where it is awaited
            _tell(loop, future, None, error)
        else:
            _tell(loop, future, result, None)

    threading.Thread(target=run, name=getattr(function, "__name__", "handler"), daemon=True).start()
    return await future


def _tell(
    loop: asyncio.AbstractEventLoop,
    future: "asyncio.Future[Any]",
    result: Any,
    error: BaseException | None,
) -> None:
    def settle() -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)
        elif isinstance(error, StopIteration | asyncio.CancelledError):
            future.set_exception(RuntimeError(f"the handler raised {error!r}"))
        else:
            future.set_exception(error)

    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)
