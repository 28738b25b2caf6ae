"""Strict checks of dates and times (RFC 3339) on their way to Avro."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from headrace.codec.json_form.refused import refuse
from headrace.codec.json_form.texts import text

_Moment = TypeVar("_Moment", datetime, time)
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
_DATE = re.compile(_DAY, re.ASCII)
_TIME = re.compile(_CLOCK, re.ASCII)
_LOCAL = re.compile(f"{_DAY}[Tt ]{_CLOCK}", re.ASCII)
_INSTANT = re.compile(f"{_DAY}[Tt ]{_CLOCK}(?:[Zz]|[+-][0-9]{{2}}:[0-9]{{2}})", re.ASCII)


def day(value: Any) -> date:
    try:
        if _DATE.fullmatch(text(value)):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise refuse("must be a date such as 2026-03-14")


def clock_time(digits: int) -> Callable[[Any], time]:
    def check(value: Any) -> time:
        try:
            if _TIME.fullmatch(text(value)):
                return _no_finer(time.fromisoformat(value), digits)
        except ValueError:
            pass
        raise refuse("must be a time of day such as 15:09:26.535000, without a zone")

    return check


def instant(digits: int = 6) -> Callable[[Any], datetime]:
    """RFC 3339 with its zone, to UTC; at most `digits` after the seconds."""

    def check(value: Any) -> datetime:
        try:
            if _INSTANT.fullmatch(text(value)):
                return _no_finer(datetime.fromisoformat(value.upper()).astimezone(UTC), digits)
        except (ValueError, OverflowError):
            pass
        raise refuse("must be an RFC 3339 time with its zone, such as 2026-03-14T15:09:26.535Z")

    return check


def local(digits: int) -> Callable[[Any], datetime]:
    def check(value: Any) -> datetime:
        try:
            if _LOCAL.fullmatch(text(value)):
                return _no_finer(datetime.fromisoformat(value.upper()), digits)
        except ValueError:
            pass
        raise refuse("must be a local time without a zone, such as 2026-03-14T15:09:26.535")

    return check


def _no_finer(value: _Moment, digits: int) -> _Moment:
    if digits < 6 and value.microsecond % 10 ** (6 - digits):
        raise refuse(f"may have at most {digits} digits after the seconds")
    return value
