"""Which media types a request brings and asks for."""

import re
from email.message import Message

from fastapi import Request

from api.problems import Problem, invalid
from headrace.errors import FieldProblem

JSON = "application/json"
NDJSON = "application/x-ndjson"
_ANSWERS = frozenset({NDJSON, JSON, "*/*", "application/*", ""})
_WEIGHT = re.compile(r"[01](?:\.[0-9]{0,3})?", re.ASCII)
_NDJSON_NAMES = frozenset({NDJSON, "application/ndjson", "application/jsonl"})


def body_type(request: Request, *accepted: str) -> str:
    """The body's media type, one of `accepted`. Raises 415, or 400 for a charset but UTF-8."""
    sent = request.headers.get("content-type", "")
    found, charset = (sent, "utf-8") if sent in accepted else _read(sent)
    if found not in accepted:
        raise _unsupported(f"Content-Type must be {' or '.join(accepted)}", accepted)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise _unsupported("send the body without Content-Encoding", accepted)
    if charset not in ("utf-8", "utf8", "us-ascii"):
        problem = FieldProblem("Content-Type", f"charset {charset} is not UTF-8; JSON is UTF-8")
        raise invalid("The body is not UTF-8", problem, status=400)
    return found


def _read(content_type: str) -> tuple[str, str]:
    """Media type and charset of the header, however it is spelt."""
    header = Message()
    header["content-type"] = content_type
    found = _canonical(header.get_content_type() if content_type else "")
    return found, header.get_content_charset("utf-8")


def wants_ndjson(request: Request) -> bool:
    """Whether Accept asks for NDJSON rather than JSON. Raises 406 when it takes neither.

    The greater weight (q) wins, then what is named first.
    """
    accepted = [_range(part) for part in request.headers.get("accept", "*/*").split(",")]
    usable = [(name, weight) for name, weight in accepted if name in _ANSWERS and weight > 0]
    if not usable:
        raise Problem(
            406, "not-acceptable", "No such form", f"the answer can be {JSON} or {NDJSON} (Accept)"
        )
    return max(usable, key=lambda one: one[1])[0] == NDJSON


def _range(part: str) -> tuple[str, float]:
    """A media range and its weight; one that cannot be read weighs nothing."""
    name, *parameters = (each.strip().lower() for each in part.split(";"))
    weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    return _canonical(name), float(weight) if _WEIGHT.fullmatch(weight) else 0.0


def _canonical(name: str) -> str:
    return NDJSON if name in _NDJSON_NAMES else name


def _unsupported(detail: str, accepted: tuple[str, ...]) -> Problem:
    return Problem(
        415,
        "unsupported-media-type",
        "The body's media type is not supported",
        detail,
        headers={"Accept": ", ".join(accepted)},
    )
