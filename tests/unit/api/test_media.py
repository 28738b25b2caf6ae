"""Media types of bodies and answers."""

import pytest
from fastapi import Request

from api.media import JSON, NDJSON, body_type, wants_ndjson
from api.problems import Problem


def _request(**headers: str) -> Request:
    pairs = [(name.replace("_", "-").encode(), text.encode()) for name, text in headers.items()]
    return Request({"type": "http", "headers": pairs})


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        ("application/json", JSON),
        ("Application/JSON; charset=UTF-8", JSON),
        ("application/x-ndjson", NDJSON),
        ("application/ndjson;charset=utf-8", NDJSON),
    ],
)
def test_the_type_is_found_whatever_its_case_and_parameters(sent: str, found: str) -> None:
    assert body_type(_request(content_type=sent), JSON, NDJSON) == found


@pytest.mark.parametrize("sent", ["text/plain", "", "application/xml", "garbage", "multipart/form"])
def test_another_type_is_415_and_names_the_ones_that_work(sent: str) -> None:
    with pytest.raises(Problem, match="application/json or application/x-ndjson") as refused:
        body_type(_request(content_type=sent), JSON, NDJSON)
    assert refused.value.status == 415


def test_another_charset_is_400() -> None:
    with pytest.raises(Problem, match="iso-8859-1 is not UTF-8") as refused:
        body_type(_request(content_type="application/json; charset=ISO-8859-1"), JSON)
    assert refused.value.status == 400


def test_a_compressed_body_is_415() -> None:
    with pytest.raises(Problem, match="without Content-Encoding") as refused:
        body_type(_request(content_type=JSON, content_encoding="gzip"), JSON)
    assert refused.value.status == 415


@pytest.mark.parametrize(
    ("accept", "lines"),
    [
        ("*/*", False),
        ("application/json", False),
        ("application/x-ndjson", True),
        ("application/x-ndjson, application/json;q=0.5", True),
        ("text/html, */*;q=0.1", False),
        ("application/x-ndjson;q=0, application/json", False),
        ("application/json;q=0.1, application/x-ndjson;q=0.9", True),
        ("application/x-ndjson; q=0.2; x=1, */*; q=0.8", False),
    ],
)
def test_accept_chooses_between_json_and_ndjson(accept: str, lines: bool) -> None:
    assert wants_ndjson(_request(accept=accept)) is lines


@pytest.mark.parametrize("accept", ["text/csv", "application/json; q=0.0", "*/*;q=much"])
def test_an_accept_that_takes_neither_is_406(accept: str) -> None:
    with pytest.raises(Problem) as refused:
        wants_ndjson(_request(accept=accept))
    assert refused.value.status == 406
