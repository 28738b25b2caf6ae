"""Commands one after the other, as a test tells them."""

from typing import Any

import pytest

from headrace.aggregate import Aggregate
from headrace.errors import RuleBrokenError
from headrace.events import TypedEvent


def play(aggregate: Aggregate[Any], *commands: Any) -> tuple[Any, list[TypedEvent]]:
    """The state after the commands, and all events."""
    draft = aggregate.draft(aggregate.initial)
    for command in commands:
        for event in aggregate.decide(draft.state, command):
            draft.add(event)
    return draft.state, draft.events


def told(aggregate: Aggregate[Any], *commands: Any) -> list[str]:
    """The types of the events of the last command."""
    *before, last = commands
    state, _ = play(aggregate, *before)
    return [each.event_type for each in aggregate.decide(state, last)]


def refusal(aggregate: Aggregate[Any], *commands: Any) -> str:
    """The rule that refuses the last command, after the others were taken."""
    *before, last = commands
    state, _ = play(aggregate, *before)
    with pytest.raises(RuleBrokenError) as refused:
        aggregate.decide(state, last)
    return refused.value.rule
