"""Which handler gets which events, and in which form."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from headrace.catalog import Topic
from headrace.envelope import Event
from headrace.errors import HeadraceError, PoisonError
from headrace.events import TypedEvent
from headrace.runtime import FailurePolicy, ParkingPolicy
from headrace.runtime.records import Happened
from headrace.service.membership import Membership, RegistrationError
from headrace.upcasting import upcast

TIMEOUT_SECONDS = 30.0
LONGEST_TIMEOUT = 60.0
"""A transaction ends after 120 seconds, whoever is still at it."""

RETRIES = FailurePolicy(parking=ParkingPolicy(after=0.0))
"""Five attempts, 1, 2, 4 and 8 seconds apart, then the dead letters."""

Convert = Callable[[Happened], Any]
EventClass = type[TypedEvent]


@dataclass(frozen=True, slots=True)
class Subscription:
    """A handler of one event type. `event_class` None: it gets the plain `Event`, of any version.

    `timeout` is in seconds; the policy's `parking` says how often the handler is tried and how far
    apart (with `parking=None` its lane waits meanwhile).
    """

    event_type: str
    handler: Callable[[Any, Any], Any]
    topic: Topic
    event_class: EventClass | None = None
    policy: FailurePolicy = RETRIES
    timeout: float = TIMEOUT_SECONDS
    is_async: bool = field(init=False)

    def __post_init__(self) -> None:
        is_async = inspect.iscoroutinefunction(self.handler) or inspect.iscoroutinefunction(
            getattr(self.handler, "__call__", None)  # noqa: B004 - an object with async __call__
        )
        object.__setattr__(self, "is_async", is_async)

    @property
    def name(self) -> str:
        """The handler's, as logs show it."""
        module = getattr(self.handler, "__module__", "")
        return f"{module}.{getattr(self.handler, '__qualname__', repr(self.handler))}"

    @property
    def retries(self) -> ParkingPolicy:
        return self.policy.parking or ParkingPolicy()

    @property
    def major(self) -> int | None:
        return None if self.event_class is None else major_of(self.event_class.version)


class Subscriptions:
    """All handlers of a service: one an event type and major version."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._found: dict[tuple[str, int | None], Subscription] = {}
        self._routes: dict[tuple[str, str], tuple[Subscription, Convert]] = {}

    def add(
        self,
        event: EventClass | str,
        handler: Callable[[Any, Any], Any],
        policy: FailurePolicy | None,
        timeout: float | None,
    ) -> Subscription:
        """Raises RegistrationError, naming what the catalog or the handler lacks."""
        event_class = None if isinstance(event, str) else event
        event_type = event if isinstance(event, str) else event.event_type
        made = Subscription(
            event_type,
            handler,
            self._membership.check_takes(event_type),
            event_class,
            policy or RETRIES,
            _checked_timeout(timeout),
        )
        _check_signature(made)
        self._check_alone(made)
        self._found[event_type, made.major] = made
        self._routes.clear()
        return made

    def change(self, by: Callable[[Subscription], Subscription]) -> None:
        """Replace each; for tests."""
        self._found = {kind: by(each) for kind, each in self._found.items()}
        self._routes.clear()

    def __bool__(self) -> bool:
        return bool(self._found)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(self._found.values())

    @property
    def event_types(self) -> frozenset[str]:
        return frozenset(event_type for event_type, _ in self._found)

    @property
    def topics(self) -> Mapping[str, Topic]:
        return {each.topic.name: each.topic for each in self._found.values()}

    def whole(self, topic: Topic) -> bool:
        """Whether every event of the topic has a handler."""
        return self.event_types.issuperset(topic.event_types)

    def route(self, event: Happened) -> tuple[Subscription, Convert]:
        """The handler of an event and how it wants it; raises PoisonError where nobody can."""
        kind = (event.event_type, event.version)
        found = self._routes.get(kind)
        if found is None:
            found = self._routes[kind] = self._routed(*kind)
        return found

    def _routed(self, event_type: str, version: str) -> tuple[Subscription, Convert]:
        plain = self._found.get((event_type, None))
        if plain is not None:
            return plain, _as_it_is
        major = major_of(version)
        majors = sorted(
            each for name, each in self._found if name == event_type and each is not None
        )
        if not majors:
            raise PoisonError("no_handler", f"no handler takes {event_type} any more")
        fit = next((each for each in majors if each >= major), None)
        if fit is None:
            raise PoisonError(
                "newer_version",
                f"{event_type} {version} is of a newer major version than {majors}, which the "
                f"handlers take; deploy a handler for it, then send the dead letters again",
            )
        subscription = self._found[event_type, fit]
        event_class = subscription.event_class
        assert event_class is not None  # noqa: S101 - it has a major
        return subscription, _typed(event_class, older=fit > major)

    def _check_alone(self, made: Subscription) -> None:
        others = [each for each in self._found.values() if each.event_type == made.event_type]
        clash = next(
            (
                each
                for each in others
                if None in (each.major, made.major) or each.major == made.major
            ),
            None,
        )
        if clash is not None:
            raise RegistrationError(
                f"{made.event_type} has a handler already, {clash.name}: a service has one a type "
                f"and major version; call {made.name} from it, or give it a group of its own"
            )


def _as_it_is(happened: Happened) -> Event:
    return happened.event


def _typed(event_class: EventClass, *, older: bool) -> Convert:
    def convert(happened: Happened) -> TypedEvent:
        try:
            if older:
                return upcast(happened.event, event_class)
            return event_class.from_payload(happened.payload)
        except HeadraceError:
            raise
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise PoisonError(
                "does_not_fit",
                f"{happened.event_type} {happened.version} is no {event_class.__name__}: {error!r}",
            ) from error

    return convert


def major_of(version: str) -> int:
    """The N of "N.M"."""
    return int(version.partition(".")[0])


def _checked_timeout(timeout: float | None) -> float:
    seconds = TIMEOUT_SECONDS if timeout is None else timeout
    if not 0 < seconds <= LONGEST_TIMEOUT:
        raise RegistrationError(
            f"a handler's timeout is more than 0 and at most {LONGEST_TIMEOUT:.0f} seconds, not "
            f"{timeout}: hand longer work to a queue or a task of its own"
        )
    return seconds


def _check_signature(subscription: Subscription) -> None:
    if not callable(subscription.handler):
        raise RegistrationError(f"{subscription.handler!r} is no function")
    if inspect.isgeneratorfunction(subscription.handler) or inspect.isasyncgenfunction(
        subscription.handler
    ):
        raise RegistrationError(f"{subscription.name} has a `yield`: its body would never run")
    try:
        inspect.signature(subscription.handler).bind(None, None)
    except TypeError as error:
        raise RegistrationError(
            f"{subscription.name} must take (event, metadata): {error}"
        ) from error
