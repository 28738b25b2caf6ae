"""Rules and readings that several aggregates of the game share."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TypeVar

from headrace.aggregate import require
from headrace.errors import RuleBrokenError

_Value = TypeVar("_Value")


def require_range(value: int, low: int, high: int, what: str) -> None:
    """Raises RuleBrokenError (`range`) unless low <= value <= high."""
    require(low <= value <= high, "range", f"{what} is between {low} and {high}, not {value}")


def require_text(text: str, longest: int, what: str) -> None:
    """Raises RuleBrokenError (`text`) unless it has characters to read, and not too many."""
    require(bool(text.strip()) and "\0" not in text, "text", f"{what} is empty, or holds NUL")
    require(len(text) <= longest, "text", f"{what} has {longest} characters at most")


def moment(text: str) -> datetime:
    """The time in an event's field."""
    return datetime.fromisoformat(text)


def later(at: datetime, by: timedelta) -> datetime:
    """`at` + `by`; raises RuleBrokenError (`calendar`) past the year 9999."""
    try:
        return at + by
    except OverflowError:
        raise RuleBrokenError("calendar", f"{by} after {at} is past the calendar's end") from None


def without(of: Mapping[str, _Value], key: str) -> dict[str, _Value]:
    """The map without one of its keys."""
    return {each: value for each, value in of.items() if each != key}
