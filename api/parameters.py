"""The parameters of an address, checked strictly: unknown and repeated ones are refused."""

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from fastapi import Request

from api.problems import invalid
from headrace.codec.json_form.moments import instant
from headrace.codec.json_form.refused import Refused
from headrace.errors import FieldProblem

T = TypeVar("T")
_instant = instant()
_WORDS = {"true": True, "false": False}


class Parameters:
    """What stands behind the ? of an address. Each getter notes what is wrong with its parameter;
    `check` raises a 422 problem that names all of it.
    """

    def __init__(
        self, request: Request, *known: str, several: frozenset[str] = frozenset()
    ) -> None:
        self._given = request.query_params
        self._problems = [
            FieldProblem(name, f"is not a parameter here; there are {', '.join(known)}")
            for name in self._given
            if name not in known
        ]
        self._problems += [
            FieldProblem(name, "is given more than once")
            for name in known
            if name not in several and len(self._given.getlist(name)) > 1
        ]

    def check(self) -> None:
        if self._problems:
            raise invalid("A parameter is not valid", *self._problems)

    def text(self, name: str) -> str | None:
        return self._read(name, lambda value: value)

    def texts(self, name: str) -> list[str] | None:
        return self._given.getlist(name) or None

    def number(self, name: str, least: int, most: int) -> int | None:
        def read(value: str) -> int:
            if not (value.isascii() and value.isdigit() and len(value) < 20):
                raise ValueError("must be a whole number")
            if not least <= int(value) <= most:
                raise ValueError(f"must be from {least} to {most}")
            return int(value)

        return self._read(name, read)

    def flag(self, name: str) -> bool:
        def read(value: str) -> bool:
            if value not in _WORDS:
                raise ValueError("must be true or false")
            return _WORDS[value]

        return self._read(name, read) or False

    def moment(self, name: str) -> datetime | None:
        def read(value: str) -> datetime:
            try:
                return _instant(value)
            except Refused as refused:
                raise ValueError(refused.problems[0][1]) from None

        return self._read(name, read)

    def refuse(self, name: str, reason: str) -> None:
        self._problems.append(FieldProblem(name, reason))

    def _read(self, name: str, read: Callable[[str], T]) -> T | None:
        value = self._given.get(name)
        if value is None:
            return None
        try:
            return read(value)
        except ValueError as error:
            self.refuse(name, str(error))
            return None
