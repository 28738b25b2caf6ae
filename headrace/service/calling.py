"""Calling one handler for one event: its form, its flow, its transaction, its thread."""

import inspect
from uuid import UUID

from headrace.errors import HeadraceError, TransientError
from headrace.runtime.records import Happened, Record
from headrace.service.handling import Handling
from headrace.service.metadata import Metadata
from headrace.service.statements import NoTransaction, Statements, Transaction
from headrace.service.subscriptions import Convert, Subscription
from headrace.service.threads import in_a_thread

_NONE = NoTransaction()


class HandlerTimeoutError(TransientError):
    """A handler did not end within its time limit. It is tried again like any passing trouble.

    Give what it waits for a shorter limit, or the handler a longer one: `on(…, timeout=…)`.
    """


class HandlerCancelledError(HeadraceError):
    """A handler raised CancelledError, though nobody cancelled it: a task or future that it awaits
    was cancelled. It is tried again like after any error.
    """


class HandlerExitError(HeadraceError):
    """A handler raised SystemExit, KeyboardInterrupt or the like: no handler ends its service. It
    is tried again like after any error. To stop the service, raise ConfigurationError.
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
