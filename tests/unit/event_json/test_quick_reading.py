"""The quick ways of reading, held to the slow ones that say what is wrong."""

import json
from collections.abc import Callable
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headrace.catalog import load_catalog
from headrace.clock import ManualClock
from headrace.codec import MAX_DEPTH, JsonError, exceeds, orjson_first, parse_json
from headrace.codec.quick import Doubt, read_event
from headrace.errors import InvalidEventError
from headrace.event_json import event_from_json
from tests.unit.codec.odd_values import odd
from tests.unit.event_json.test_event_json import EVENT, NOW

CATALOG = load_catalog()
CLOCK = ManualClock(NOW)
SPACES = ["", "", " ", "\n  ", "\t", "\r"]
NUMBERS = ["0", "-0", "-0.0", "1e2", "1.5", "1e999", "1e19", str(2**63), str(2**64), str(-(2**63)),
           str(-(2**63) - 1), "9" * 30, "01", "NaN", "5e-400", "9223372036854775807.0"]  # fmt: skip
STRINGS = ["", "a", ":", ": ", "a: b", '":', '\\":', '" :', '\\u0022:', "\\ud800", "\\/", "\\u0000",
           "\u00e9", "a\\", "\x01", ' " : ']  # fmt: skip


def spelt(text: str) -> str:
    return f'"{text}"'


@st.composite
def texts(draw: st.DrawFn, depth: int = 4) -> str:
    """JSON, and what is nearly JSON: repeated keys, space anywhere, numbers at every limit."""
    space = draw(st.sampled_from(SPACES))
    kind = draw(st.sampled_from(["string", "number", "word", "object", "object", "array"]))
    if kind == "string":
        return draw(st.sampled_from(STRINGS).map(spelt))
    if kind == "number" or not depth:
        return draw(st.sampled_from(NUMBERS))
    if kind == "word":
        return draw(st.sampled_from(["null", "true", "false"]))
    inner = draw(st.lists(texts(depth=depth - 1), max_size=3))
    if kind == "array":
        return f"[{space}{f'{space},{space}'.join(inner)}{space}]"
    keys = [draw(st.sampled_from(STRINGS).map(spelt)) for _ in inner]
    pairs = [f"{key}{space}:{space}{value}" for key, value in zip(keys, inner, strict=True)]
    return "{" + space + f"{space},{space}".join(pairs) + space + "}"


def outcome(read: Callable[[], Any]) -> str:
    """Values by their spelling: 1 is not 1.0, 0.0 is not -0.0, and order counts."""
    try:
        return repr(read())
    except JsonError as error:
        return f"refused: {error.reason}"


@settings(max_examples=500, deadline=None)
@given(text=texts())
def test_a_text_is_read_as_if_orjson_were_not_there(text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    with patch.object(orjson_first, "read", lambda *_, **__: orjson_first.UNSURE):
        expected = outcome(lambda: parse_json(data))

    assert outcome(lambda: parse_json(data)) == expected
    assert outcome(lambda: parse_json(data, any_depth=True)) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}', '{"a" :1,"a":1}', '{"a":"\\u0022:","b":1,"b":2}', '[{"a":{"b":1,"b":1}}]',
        '{"a":":","a":":"}', '{"a":"\\":","a" : 1}',
    ],
)  # fmt: skip
def test_a_repeated_key_is_never_lost(text: str) -> None:
    with pytest.raises(JsonError, match="repeats the key"):
        parse_json(text.encode())


@pytest.mark.parametrize("spaced", ["%s", " %s\n"])
def test_a_text_of_any_depth_is_refused_for_everything_but_its_depth(spaced: str) -> None:
    def nested(levels: int, inner: str = "1") -> bytes:
        return (spaced % ('{"a":[' * (levels // 2) + inner + "]}" * (levels // 2))).encode()

    assert exceeds(parse_json(nested(66), any_depth=True), MAX_DEPTH)
    assert not exceeds(parse_json(nested(64)), MAX_DEPTH)
    with pytest.raises(JsonError, match="more than 64 levels"):
        parse_json(nested(66))
    with pytest.raises(JsonError, match="repeats the key"):
        parse_json(nested(66, '{"b":1,"b":2}'), any_depth=True)


def test_an_ordinary_text_is_orjsons() -> None:
    for indent in (None, 2):
        data = json.dumps([EVENT] * 3, indent=indent).encode()
        assert orjson_first.read(data) == [EVENT] * 3


def fields_of(read: Callable[[], Any]) -> Any:
    """The event, or the problems in their order."""
    try:
        return read()
    except InvalidEventError as refused:
        return type(refused), refused.problems


SOME_ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
EVENT_FIELDS: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(
    ("eventType", "source", "correlationId", "causationId", "aggregateType", "aggregateId",
     "aggregateVersion", "accountId", "userId", "metadata", "payload", "colour"), odd
) | {
    "eventId": odd | st.just(str(SOME_ID)) | st.just(str(SOME_ID).upper()),
    "timestamp": odd | st.sampled_from(["2026-03-15T15:09:26.535897Z", "2026-03-15T15:09:27Z"]),
    "version": odd | st.sampled_from(["1.0", "9.0"]),
    "metadata": odd | st.sampled_from([{"n": [1.5, None]}, {"n": 2**70}, {"a": "\0"}, {"a": 1e99}]),
}  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(
    left_out=st.sets(st.sampled_from(sorted(EVENT)), max_size=3),
    changes=st.fixed_dictionaries({}, optional=EVENT_FIELDS),
    source=st.sampled_from([None, "cli", "", "\0"]),
)
def test_an_event_is_read_as_if_there_were_only_the_full_check(
    left_out: set[str], changes: dict[str, Any], source: str | None
) -> None:
    value = {name: item for name, item in EVENT.items() if name not in left_out} | changes

    def read() -> Any:
        with patch("headrace.event_json.uuid7", lambda _: SOME_ID):
            return event_from_json(value, CATALOG, CLOCK, default_source=source)

    with patch("headrace.codec.quick.reading.uuid7", lambda _: SOME_ID):
        found = fields_of(read)
    with patch("headrace.event_json.read_event", side_effect=Doubt):
        expected = fields_of(read)

    assert found == expected


def test_an_ordinary_event_is_read_the_quick_way() -> None:
    assert read_event(EVENT, CATALOG, CLOCK, None) == event_from_json(EVENT, CATALOG, CLOCK)
