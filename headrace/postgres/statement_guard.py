"""Which statements a service's handler may not send: those that end its transaction."""

import re

from headrace.errors import ConfigurationError

_SKIPPED = re.compile(r"[\s;]+|--[^\n]*")
_COMMENT = re.compile(r"/\*|\*/")
_ENDS = re.compile(
    r"(commit|end|abort|begin|(start|prepare)\s+transaction|rollback(?!(\s+\w+)?\s+to\b))\b",
    re.IGNORECASE,
)


def refuse_control(query: str) -> None:
    """Raises ConfigurationError before anything is sent: a commit would make the inbox know events
    that no handler has seen.
    """
    if _ENDS.match(query, _start(query)):
        raise ConfigurationError(
            "a handler may not end its service's transaction (COMMIT, ROLLBACK, BEGIN, …); it ends "
            "by itself when the handler returns, and what a handler that raises wrote is undone"
        )


def may_be_several(query: str) -> bool:
    """Whether more than one statement may be in it; the server knows, if it is asked to prepare."""
    return ";" in query[_start(query) :].rstrip("; \t\r\n")


def _start(query: str) -> int:
    """Where the first statement begins, behind comments (they nest) and white space."""
    at = 0
    while True:
        if skipped := _SKIPPED.match(query, at):
            at = skipped.end()
        elif query.startswith("/*", at):
            at = _behind_comment(query, at)
        else:
            return at


def _behind_comment(query: str, at: int) -> int:
    depth = 0
    for mark in _COMMENT.finditer(query, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    return len(query)
