"""A request's bytes as JSON values: strict, with a problem that says what is wrong."""

from typing import Any

from api.problems import Problem
from headrace.codec import JsonError, parse_json
from headrace.errors import FieldProblem


def parse_body(raw: bytes) -> Any:
    """The JSON value in `raw`. Raises a 400 problem: empty, not UTF-8, not JSON, too deep, …"""
    if not raw.strip():
        raise _not_json("is empty")
    try:
        return parse_json(raw)
    except JsonError as error:
        raise _not_json(error.reason) from None


def _not_json(reason: str) -> Problem:
    problem = FieldProblem("body", reason)
    return Problem(400, "not-json", "The body is not valid JSON", str(problem), errors=[problem])
