"""Event-type patterns."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.patterns import matches, resolve, unmatched

KNOWN = ("user.created", "voyage.booking.created", "voyage.flight.selected", "QuestAbc")


def _by_regex(pattern: str, name: str) -> bool:
    parts = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(parts, name, re.DOTALL) is not None


@given(st.text("ab.*", max_size=6), st.text("ab.", max_size=10))
def test_a_pattern_matches_as_the_regular_expression_that_it_stands_for(
    pattern: str, name: str
) -> None:
    assert matches(pattern, name) == _by_regex(pattern, name)


@given(st.text(max_size=20).filter(lambda text: "*" not in text))
def test_without_a_wildcard_a_pattern_matches_itself_alone(name: str) -> None:
    assert matches(name, name)
    assert not matches(name, name + "x")


@pytest.mark.parametrize("special", ["%", "_", "user_created", "user?created", "[u]ser.created"])
def test_only_the_star_is_special(special: str) -> None:
    assert resolve([special], KNOWN) == ()


def test_many_stars_stay_cheap() -> None:
    assert not matches("*a" * 60 + "b", "a" * 5000)


def test_several_patterns_give_each_type_once_and_sorted() -> None:
    assert resolve(["voyage.*", "*.created"], KNOWN) == KNOWN[:3]


def test_a_pattern_that_names_nothing_is_reported_with_a_suggestion() -> None:
    (problem,) = unmatched(["voyage.*", "user.create"], KNOWN)
    assert problem.field == "types[1]"
    assert "did you mean user.created?" in problem.reason
