"""Event-type patterns: `*` stands for any characters, dots too; everything else for itself."""

from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches

from headrace.errors import FieldProblem

WILDCARD = "*"


def matches(pattern: str, name: str) -> bool:
    """Whether `name` matches `pattern`; linear in the name for each part of the pattern."""
    head, *rest = pattern.split(WILDCARD)
    if not rest:
        return name == pattern
    *middle, tail = rest
    at, end = len(head), len(name) - len(tail)
    if at > end or not name.startswith(head) or not name.endswith(tail):
        return False
    for part in middle:
        at = name.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def resolve(patterns: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """The known names that any pattern matches, sorted."""
    return tuple(sorted(name for name in known if any(matches(p, name) for p in patterns)))


def unmatched(patterns: Sequence[str], known: Collection[str]) -> Iterable[FieldProblem]:
    """One problem for each pattern that names nothing, with what may have been meant."""
    for index, pattern in enumerate(patterns):
        if not resolve([pattern], known):
            close = get_close_matches(pattern, known, n=1)
            hint = f"; did you mean {close[0]}?" if close else ""
            yield FieldProblem(f"types[{index}]", f"no event type matches {pattern!r}{hint}")
