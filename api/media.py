"""Which media types a request brings and asks for."""

from email.message import Message

from fastapi import Request

from api.problems import Problem, invalid
from headrace.errors import FieldProblem

JSON = "application/json"
NDJSON = "application/x-ndjson"
_NDJSON_NAMES = frozenset({NDJSON, "application/ndjson", "application/jsonl"})


def body_type(request: Request, *accepted: str) -> str:
    """The body's media type, one of `accepted`. Raises 415, or 400 for a charset but UTF-8."""
    header = Message()
    header["content-type"] = request.headers.get("content-type", "")
    found = _canonical(header.get_content_type() if header["content-type"] else "")
    if found not in accepted:
        raise _unsupported(f"Content-Type must be {' or '.join(accepted)}", accepted)
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise _unsupported("send the body without Content-Encoding", accepted)
    charset = header.get_content_charset("utf-8")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        problem = FieldProblem("Content-Type", f"charset {charset} is not UTF-8; JSON is UTF-8")
        raise invalid("The body is not UTF-8", problem, status=400)
    return found


def wants_ndjson(request: Request) -> bool:
    """Whether Accept asks for NDJSON rather than JSON. Raises 406 when it takes neither."""
    ranges = [part.partition(";") for part in request.headers.get("accept", "*/*").split(",")]
    names = [_canonical(name.strip().lower()) for name, _, rest in ranges if rest.strip() != "q=0"]
    for name in names:
        if name in (NDJSON, JSON, "*/*", "application/*", ""):
            return name == NDJSON
    raise Problem(
        406, "not-acceptable", "No such form", f"the answer can be {JSON} or {NDJSON} (Accept)"
    )


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
