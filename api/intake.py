"""From a request's body to events: what each candidate is, or why it is refused."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from api.bodies import parse_body
from api.callers import TOKEN_CALLER, Caller
from api.limits import Limits, event_too_large, too_many
from api.problems import Problem, problem_of
from headrace.catalog import Catalog
from headrace.clock import Clock
from headrace.codec import MAX_DEPTH, Record, exceeds
from headrace.envelope import Event
from headrace.errors import HeadraceError, UnknownEventTypeError
from headrace.event_json import event_from_json

APPEND_ROUTE = "POST /api/streams/{streamId}"

Candidate = Callable[[], Any]
"""Gives one event's JSON value; raises the problem that keeps it from being one."""


class TooDeepError(Exception):
    """A value makes the body that it is part of nest deeper than JSON may here."""


def _never_quick(_: Any) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Intake:
    """Turns JSON values into what the producer takes, each on its own.

    `quick` makes records of the values that it vouches for; the others become events by the full
    check. A value may be `levels` deep; deeper ones raise TooDeepError.
    """

    catalog: Catalog
    clock: Clock
    quick: Callable[[Any], Record | None] = _never_quick
    levels: int = MAX_DEPTH
    caller: Caller = TOKEN_CALLER

    def event(self, body: Any) -> Event | Record:
        """What a JSON value describes. Raises InvalidEventError, 409 for a store's topic, 403
        for what the caller may not publish.
        """
        self.caller.check(body)
        return self.quick(body) or self._fully_checked(body)

    def _fully_checked(self, body: Any) -> Event:
        if exceeds(body, self.levels):
            raise TooDeepError
        self._refuse_store_topics(body)
        return event_from_json(body, self.catalog, self.clock)

    def take(self, candidate: Candidate) -> Event | Record | Problem:
        """The same of a candidate, or the problem that refuses it."""
        try:
            return self.event(candidate())
        except Problem as problem:
            return problem
        except HeadraceError as error:
            return problem_of(error)

    def _refuse_store_topics(self, body: Any) -> None:
        name = body.get("eventType") if isinstance(body, dict) else None
        if not isinstance(name, str):
            return
        try:
            topic = self.catalog.topic(self.catalog.event_type(name).topic)
        except UnknownEventTypeError:
            return  # the whole check of the event says so, beside its other problems
        if topic.authority == "store":
            raise Problem(
                409,
                "store-authority",
                "Events of this type are appended to the event store",
                f"{name} belongs to topic {topic.name}, which the event store publishes; "
                f"append it with {APPEND_ROUTE}",
            )


def lines(raw: bytes, limits: Limits) -> Sequence[Candidate]:
    """The lines of NDJSON; blank ones do not count. Raises 413 for too many."""
    found = [line for line in raw.split(b"\n") if line.strip()]
    _check_count(len(found), limits)
    return [_line(line, limits) for line in found]


def elements(values: Sequence[Any], size: int, limits: Limits) -> Sequence[Candidate]:
    """The elements of a JSON array of `size` bytes. Raises 413 for too many."""
    _check_count(len(values), limits)
    may_be_large = size > limits.event_bytes
    return [_element(value, limits if may_be_large else None) for value in values]


def _element(value: Any, limits: Limits | None) -> Candidate:
    def checked() -> Any:
        if limits and len(json.dumps(value)) > limits.event_bytes:
            raise event_too_large(limits.event_bytes)
        return value

    return checked


def _line(line: bytes, limits: Limits) -> Candidate:
    def value() -> Any:
        if len(line) > limits.event_bytes:
            raise event_too_large(limits.event_bytes)
        return parse_body(line)

    return value


def _check_count(count: int, limits: Limits) -> None:
    if count == 0:
        raise Problem(422, "empty-batch", "The batch is empty", "send at least one event")
    if count > limits.batch_events:
        raise too_many(count, limits.batch_events)
