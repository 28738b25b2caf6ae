"""Bodies are read up to a limit, whatever was announced."""

from collections.abc import Sequence

import pytest
from fastapi import Request
from starlette.types import Message

from api.limits import read_body
from api.problems import Problem


def _request(chunks: Sequence[bytes], headers: Sequence[tuple[bytes, bytes]] = ()) -> Request:
    left = list(chunks)

    async def receive() -> Message:
        if not left:
            return {"type": "http.disconnect"}
        body = left.pop(0)
        return {"type": "http.request", "body": body, "more_body": bool(left)}

    request = Request({"type": "http", "headers": list(headers)}, receive)
    request.state.left = left
    return request


async def test_a_body_of_exactly_the_limit_is_read() -> None:
    assert await read_body(_request([b"ab", b"cd"]), 4) == b"abcd"


async def test_an_announced_length_past_the_limit_is_refused_unread() -> None:
    request = _request([b"a"], [(b"content-length", b"5")])
    with pytest.raises(Problem) as refused:
        await read_body(request, 4)
    assert refused.value.status == 413
    assert request.state.left == [b"a"]


async def test_a_body_without_length_is_cut_off_at_the_limit() -> None:
    request = _request([b"aaa"] * 100)
    with pytest.raises(Problem) as refused:
        await read_body(request, 4)
    assert refused.value.status == 413
    assert len(request.state.left) == 98


async def test_a_length_that_lies_changes_nothing() -> None:
    with pytest.raises(Problem) as refused:
        await read_body(_request([b"aaaaa"], [(b"content-length", b"1")]), 4)
    assert refused.value.status == 413
