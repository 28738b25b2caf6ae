"""How a single check says no: Refused, with the path below it and the reason."""

from collections.abc import Mapping
from typing import Any

MAX_PROBLEMS = 20


class Refused(Exception):  # noqa: N818 - a signal inside this package, not an error for users
    """A value is refused: pairs of (path below it, reason), at most MAX_PROBLEMS."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__(problems)
        self.problems = problems


def refuse(reason: str) -> Refused:
    """The value itself is wrong."""
    return Refused(("", reason))


def json_name(value: Any) -> str:
    """What to call a JSON value in a reason."""
    names: dict[type, str] = {
        bool: "a boolean",
        str: "a string",
        int: "a number",
        float: "a number",
    }
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "an object"
    return names.get(
        type(value), "an array" if isinstance(value, list | tuple) else "no JSON value"
    )


def shown(key: Any) -> str:
    """A key as part of a path: short, and printable."""
    name = str(key)
    return name if len(name) <= 60 and name.isprintable() else ascii(name)[:60]
