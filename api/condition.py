"""What an append expects of its stream: If-Match, If-None-Match, or `?expected=any`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request

from api.domain_event import MAX_VERSION
from api.problems import Problem, invalid
from headrace.errors import FieldProblem
from headrace.store import ConcurrencyConflictError, Expected

_VERSION = re.compile(r'"([0-9]{1,10})"|([0-9]{1,10})', re.ASCII)
_FORMS = 'must be a version in quotes, such as "7" (the ETag of the stream), or *'


@dataclass(frozen=True, slots=True)
class Condition:
    """`expected` is a version or an `Expected`. `by_header`: a conflict is then a 412, else 409."""

    expected: int
    by_header: bool

    @classmethod
    def of(cls, request: Request, any_version: bool, versions: Sequence[int | None]) -> "Condition":
        """From the headers, else from the versions that the events are said to become.

        Raises a 422 problem where these contradict each other, 428 where there is nothing.
        """
        stated = _stated(versions)
        header = _from_headers(request)
        if header is None and stated is None and not any_version:
            raise _required()
        if header is not None and any_version:
            problem = FieldProblem("expected", "goes without If-Match and If-None-Match")
            raise invalid("The condition is not clear", problem)
        _check_agreement(header, stated)
        if stated is not None:
            return cls(stated, header is not None)
        return cls(Expected.ANY if header is None else header, header is not None)

    def conflict(self, error: ConcurrencyConflictError) -> Problem:
        """412 or 409, with the stream's version."""
        headers = {"ETag": etag(error.actual)} if error.actual else {}
        return Problem(
            412 if self.by_header else 409,
            "version-conflict",
            "The stream has another version",
            str(error),
            headers=headers,
            extensions={"expectedVersion": self._said(), "actualVersion": error.actual},
        )

    def _said(self) -> int | None:
        """None where any version above 0 was expected."""
        return self.expected if self.expected >= 0 else None


def etag(version: int) -> str:
    return f'"{version}"'


def is_unchanged(request: Request, version: int) -> bool:
    """Whether If-None-Match says that the caller has this version."""
    sent = request.headers.get("if-none-match", "")
    tags = [tag.strip().removeprefix("W/") for tag in sent.split(",")]
    return etag(version) in tags or "*" in tags


def _from_headers(request: Request) -> int | None:
    match, none_match = (request.headers.get(name) for name in ("if-match", "if-none-match"))
    if match is not None and none_match is not None:
        problem = FieldProblem("If-None-Match", "goes without If-Match")
        raise invalid("The condition is not clear", problem)
    if none_match is not None:
        if none_match.strip() != "*":
            problem = FieldProblem("If-None-Match", "must be *: the stream has no events yet")
            raise invalid("The condition is not valid", problem)
        return Expected.NO_STREAM
    return None if match is None else _matching(match.strip())


def _matching(sent: str) -> int:
    if sent == "*":
        return Expected.EXISTS
    found = _VERSION.fullmatch(sent)
    version = int(found[1] or found[2]) if found else -1
    if not 0 <= version <= MAX_VERSION:
        raise invalid("The condition is not valid", FieldProblem("If-Match", _FORMS))
    return version


def _stated(versions: Sequence[int | None]) -> int | None:
    """The version before the events, as they tell it themselves."""
    first = next((v - at for at, v in enumerate(versions) if v is not None), None)
    if first is None:
        return None
    for at, version in enumerate(versions):
        if version is not None and (version - at != first or first < 1):
            reason = "must go up by one from event to event"
            raise invalid("The versions do not fit", FieldProblem(_named(at, versions), reason))
    return first - 1


def _named(at: int, versions: Sequence[int | None]) -> str:
    return f"[{at}].metadata.version" if len(versions) > 1 else "metadata.version"


def _check_agreement(header: int | None, stated: int | None) -> None:
    fits = {None, stated, Expected.EXISTS if stated else Expected.NO_STREAM}
    if stated is not None and header not in fits:
        reason = f"must be one above the version that the headers expect, which is {header}"
        raise invalid("The condition is not clear", FieldProblem("metadata.version", reason))


def _required() -> Problem:
    return Problem(
        428,
        "condition-required",
        "Say which version you expect",
        'send If-Match: "<version>" (the ETag of the stream that you decided on), If-None-Match: * '
        "for a new stream, If-Match: * for one with events, or ?expected=any to append whatever "
        "is there",
    )
