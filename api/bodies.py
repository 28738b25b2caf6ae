"""A request's bytes as JSON values: strict, with a problem that says what is wrong."""

from typing import Any

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
