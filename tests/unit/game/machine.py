"""Any sequence of commands to one aggregate, and the laws that hold after each of them."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from headrace.aggregate import Aggregate
from headrace.catalog import load_catalog
from headrace.codec.json_form import to_avro
from headrace.errors import RuleBrokenError
from headrace.events import TypedEvent

CommandsFor: TypeAlias = Callable[[Any], st.SearchStrategy[Any]]
"""From the state, so that many commands fit it, to the next command."""
CheckRules: TypeAlias = Callable[[Any, list[TypedEvent]], None]
"""Asserts what holds of a state and of all events that led to it."""

CATALOG = load_catalog()
WRITERS = {
    name: to_avro(each.latest.payload)
    for name, each in CATALOG.event_types.items()
    if each.domain == "game"
}


def as_kept(value: Any) -> Any:
    """JSON after a database that sorts the keys of objects."""
    return json.loads(json.dumps(value, sort_keys=True))


def after_the_topic(event: TypedEvent) -> TypedEvent:
    """The event after its schema has taken it and its payload was read back."""
    payload = event.to_payload()
    WRITERS[event.event_type](payload, "")  # raises for what the schema does not take
    return type(event).from_payload(as_kept(payload))


def decided(aggregate: Aggregate[Any], state: Any, command: Any) -> tuple[TypedEvent, ...]:
    """The events; none where a rule refuses the command. Any other error is a defect."""
    try:
        return aggregate.decide(state, command)
    except RuleBrokenError:
        return ()


def machine(
    aggregate: Aggregate[Any], commands: CommandsFor, check: CheckRules, reached: Counter[str]
) -> type[RuleBasedStateMachine]:
    """The state machine of one aggregate; `reached` counts the event types that it gets to."""

    class Machine(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.state = aggregate.initial
            self.events: list[TypedEvent] = []
            self.snapshot: tuple[int, Any] = (0, as_kept(aggregate.dump(self.state)))

        @rule(data=st.data())
        def command(self, data: st.DataObject) -> None:
            command = data.draw(commands(self.state))
            before = as_kept(aggregate.dump(self.state))
            events = decided(aggregate, self.state, command)
            assert decided(aggregate, self.state, command) == events
            assert as_kept(aggregate.dump(self.state)) == before
            self._append(events)

        def _append(self, events: tuple[TypedEvent, ...]) -> None:
            for event in events:
                assert after_the_topic(event) == event
                self.state = aggregate.apply(self.state, event)
                reached[event.event_type] += 1
            self.events += events

        @precondition(lambda self: len(self.events) > self.snapshot[0])
        @rule()
        def take_a_snapshot(self) -> None:
            self.snapshot = len(self.events), as_kept(aggregate.dump(self.state))

        @invariant()
        def the_rules_hold(self) -> None:
            check(self.state, self.events)

        @invariant()
        def all_events_from_the_start_give_the_state(self) -> None:
            assert aggregate.replay(self.events) == self.state

        @invariant()
        def a_snapshot_and_the_rest_give_the_whole(self) -> None:
            at, dumped = self.snapshot
            assert aggregate.replay(self.events[at:], aggregate.load(dumped)) == self.state

    Machine.__name__ = f"{aggregate.name}Machine"
    return Machine


def of_type(events: list[TypedEvent], *types: type[TypedEvent]) -> Iterator[Any]:
    """Those of the given types, in their order."""
    return (each for each in events if isinstance(each, types))
