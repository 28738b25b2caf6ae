"""Event-sourced aggregates: commands become events, events become state. Pure, no I/O.

    ACCOUNT = Aggregate("Account", Account(), state_version=1)

    @ACCOUNT.decides(Withdraw)
    def _withdraw(state: Account, command: Withdraw) -> Iterable[TypedEvent]:
        require(command.amount <= state.balance, "covered", "the balance does not cover it")
        return (MoneyWithdrawn(amount=command.amount),)

    @ACCOUNT.applies(MoneyWithdrawn)
    def _withdrawn(state: Account, event: MoneyWithdrawn) -> Account:
        return replace(state, balance=state.balance - event.amount)

A state is a frozen dataclass of what JSON can hold, and of times. The order of a map's keys is
not part of it: a database that keeps snapshots may give them back in another.
"""

from collections.abc import Callable, Iterable
from functools import cached_property, reduce
from typing import Any, Generic, TypeVar

import orjson
from pydantic import TypeAdapter

from headrace.errors import RuleBrokenError
from headrace.events.base import TypedEvent

State = TypeVar("State")
_Command = TypeVar("_Command")
_Event = TypeVar("_Event", bound=TypedEvent)

_Decide = Callable[[State, _Command], Iterable[TypedEvent]]
_Apply = Callable[[State, _Event], State]


def require(holds: bool, rule: str, message: str) -> None:
    """Raises RuleBrokenError unless the rule holds."""
    if not holds:
        raise RuleBrokenError(rule, message)


class Aggregate(Generic[State]):
    """A kind of aggregate: its rules, a function a command and a function an event type.

    `initial` is the state before the first event. `state_version` goes up when a state no longer
    means what it did; snapshots of another version are then not used.
    """

    def __init__(self, name: str, initial: State, *, state_version: int) -> None:
        self.name = name
        self.initial = initial
        self.state_version = state_version
        self._decide: dict[type, Callable[[State, Any], Iterable[TypedEvent]]] = {}
        self._apply: dict[type[TypedEvent], Callable[[State, Any], State]] = {}

    @property
    def commands(self) -> tuple[type, ...]:
        return tuple(self._decide)

    @property
    def events(self) -> tuple[type[TypedEvent], ...]:
        return tuple(self._apply)

    def decides(
        self, command: type[_Command]
    ) -> Callable[[_Decide[State, _Command]], _Decide[State, _Command]]:
        """The decorated function says which events follow from that command."""

        def keep(function: _Decide[State, _Command]) -> _Decide[State, _Command]:
            self._decide[command] = function
            return function

        return keep

    def applies(
        self, event: type[_Event]
    ) -> Callable[[_Apply[State, _Event]], _Apply[State, _Event]]:
        """The decorated function is the state after such an event; it refuses none."""

        def keep(function: _Apply[State, _Event]) -> _Apply[State, _Event]:
            self._apply[event] = function
            return function

        return keep

    def decide(self, state: State, command: Any) -> tuple[TypedEvent, ...]:
        """The events that the command leads to; none when there is nothing to change.

        Raises RuleBrokenError where a rule refuses it, TypeError for a command of another kind.
        """
        try:
            function = self._decide[type(command)]
        except KeyError:
            known = ", ".join(each.__name__ for each in self._decide)
            given = type(command).__name__
            raise TypeError(f"{self.name} takes no {given}; it takes {known}") from None
        return tuple(function(state, command))

    def apply(self, state: State, event: TypedEvent) -> State:
        """The state after the event; raises TypeError for an event of another aggregate."""
        try:
            function = self._apply[type(event)]
        except KeyError:
            raise TypeError(f"{self.name} has no event {type(event).__name__}") from None
        return function(state, event)

    def replay(self, events: Iterable[TypedEvent], state: State | None = None) -> State:
        """The state after all of them, from `state` or from the beginning."""
        return reduce(self.apply, events, self.initial if state is None else state)

    def draft(self, state: State) -> "Draft[State]":
        """For a decision whose later events follow from the earlier ones."""
        return Draft(self, state)

    def dump(self, state: State) -> dict[str, Any]:
        """The state as a JSON object, for a snapshot."""
        dumped: dict[str, Any] = self._adapter.dump_python(state, mode="json")
        return dumped

    def load(self, dumped: dict[str, Any]) -> State:
        """The state in a snapshot of this `state_version`; raises ValueError for another shape,
        also where fields are missing that have a default.
        """
        state = self._adapter.validate_json(orjson.dumps(dumped), strict=True)
        if self.dump(state) != dumped:
            raise ValueError(f"not the fields of a {type(self.initial).__name__}")
        return state

    @cached_property
    def _adapter(self) -> TypeAdapter[State]:
        return TypeAdapter(type(self.initial))


class Draft(Generic[State]):
    """Events decided so far, and the state after them."""

    def __init__(self, aggregate: Aggregate[State], state: State) -> None:
        self._aggregate = aggregate
        self.state = state
        self.events: list[TypedEvent] = []

    def add(self, event: TypedEvent) -> None:
        self.state = self._aggregate.apply(self.state, event)
        self.events.append(event)
