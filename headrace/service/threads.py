"""Between the event loop and the threads of handlers that are plain functions."""

import asyncio
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any

from headrace.errors import ConfigurationError


def check_thread(call: str, instead: str) -> None:
    """Raises ConfigurationError where waiting would block an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise ConfigurationError(
        f"{call} is for handlers that are plain functions; in an `async def` use `await {instead}`"
    )


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
        elif isinstance(error, StopIteration | GeneratorExit | asyncio.CancelledError):
            future.set_exception(RuntimeError(f"the handler raised {error!r}"))
        else:
            future.set_exception(error)

    if not loop.is_closed():
        loop.call_soon_threadsafe(settle)
