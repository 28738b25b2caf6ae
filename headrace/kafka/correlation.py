"""What ties events of one flow together, carried along with the running task."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Protocol

from headrace.envelope import Event


@dataclass(frozen=True, slots=True)
class Correlation:
    """The flow's id, the event that caused the work at hand, and its W3C `traceparent`."""

    correlation_id: str | None = None
    causation_id: str | None = None
    traceparent: str | None = None


class Flow(Protocol):
    """What becomes a correlation once somebody asks for it."""

    @property
    def correlation(self) -> Correlation: ...


_NONE = Correlation()
_current: ContextVar[Correlation | Flow] = ContextVar("headrace_correlation", default=_NONE)


def current() -> Correlation:
    """The correlation of the running task; empty outside of any flow."""
    found = _current.get()
    return found if isinstance(found, Correlation) else found.correlation


def follow(flow: Flow) -> None:
    """What the running task publishes from here on continues this flow; so do tasks it starts."""
    _current.set(flow)


@contextmanager
def correlated(
    correlation_id: str | None = None,
    causation_id: str | None = None,
    traceparent: str | None = None,
) -> Iterator[None]:
    """Events published within take these ids where they have none of their own."""
    token = _current.set(Correlation(correlation_id, causation_id, traceparent))
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def caused_by(event: Event, traceparent: str | None = None) -> Iterator[None]:
    """Events published within continue the flow of `event`, or start one under its id."""
    event_id = str(event.event_id)
    with correlated(event.correlation_id or event_id, event_id, traceparent):
        yield


def with_correlation(event: Event) -> Event:
    """The event with the current ids where it has none."""
    if _current.get() is _NONE:
        return event
    found = current()
    correlation_id = event.correlation_id or found.correlation_id
    causation_id = event.causation_id or found.causation_id
    if correlation_id == event.correlation_id and causation_id == event.causation_id:
        return event
    return replace(event, correlation_id=correlation_id, causation_id=causation_id)
