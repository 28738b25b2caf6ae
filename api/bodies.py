"""A request's bytes as JSON values: strict, with a problem that says what is wrong."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from api.problems import Problem
from headrace.codec import JsonError, parse_json
from headrace.errors import FieldProblem


def parse_body(raw: bytes, *, any_depth: bool = False) -> Any:
    """The JSON value in `raw`. Raises a 400 problem: empty, not UTF-8, not JSON, too deep, …

    With `any_depth` its depth is left to the caller.
    """
    if not raw.strip():
        raise not_json("is empty")
    try:
        return parse_json(raw, any_depth=any_depth)
    except JsonError as error:
        raise not_json(error.reason) from None


def not_json(reason: str) -> Problem:
    """400: the body as a whole cannot be read."""
    problem = FieldProblem("body", reason)
    return Problem(400, "not-json", "The body is not valid JSON", str(problem), errors=[problem])


def model_problems(
    error: ValidationError, model: type[BaseModel], name: str
) -> Iterator[FieldProblem]:
    """What a model refuses, by field; `name` is what it is called: a query."""
    names = ", ".join(field.alias or attribute for attribute, field in model.model_fields.items())
    for found in error.errors(include_url=False, include_context=False, include_input=False):
        unknown = found["type"] == "extra_forbidden"
        reason = f"is not a field of {name}; it has {names}" if unknown else found["msg"]
        yield FieldProblem(_path(found["loc"]), reason.removeprefix("Value error, "))


def _path(location: tuple[int | str, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return "".join(parts).removeprefix(".") or "body"
