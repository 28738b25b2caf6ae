"""JSON by orjson, for as long as what it read is beyond doubt what strict JSON means.

orjson keeps the last of repeated keys, turns whole numbers beyond 64 bits into floats and nests
deeper than we allow. All three show in what it returns, held against the text.
"""

from collections.abc import Iterable
from typing import Any

import orjson

MAX_DEPTH = 64
UNSURE = object()

_KEY_END = b'":'
_SPACE = b" \t\r\n"
_FLAT = frozenset((str, int, bool, type(None)))
_EXACT_BELOW = 2.0**63


def read(data: bytes, *, any_depth: bool = False) -> Any:
    """The value of a JSON text, or UNSURE: then it takes the strict parser to say.

    With `any_depth` it may be nested deeper than MAX_DEPTH.
    """
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return UNSURE
    if (any_depth or data.count(b"{") + data.count(b"[") <= MAX_DEPTH) and _is_said_by(value, data):
        return value
    # Without space each key ends in `":`. Strings may hold more of these, so equal numbers mean
    # that no key is lost.
    return value if _pairs(value) == data.translate(None, _SPACE).count(_KEY_END) else UNSURE


def _is_said_by(value: Any, data: bytes) -> bool:
    """Whether the value, written, is the text but for space.

    Then each key and each number of the text is in the value, spelt the same: a lost key would be
    missing, a whole number that became a float would end otherwise. (A text that spells anything
    in another way, 1.50 or \\u00e9, is as good, and left to the slower comparison.)
    """
    try:
        written = orjson.dumps(value)
    except orjson.JSONEncodeError:  # it is too deep for orjson to write
        return False
    return written == data or written.translate(None, _SPACE) == data.translate(None, _SPACE)


def exceeds(value: Any, levels: int) -> bool:
    """Whether a value nests deeper than so many levels."""
    level = [value]
    for _ in range(levels):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return any(isinstance(item, dict | list) for item in level)


def _children(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _pairs(value: Any) -> int | None:
    """How many keys a value has on all levels; None if it is too deep or has a doubtful number."""
    level: list[Any] = [[value]]
    pairs = 0
    for _ in range(MAX_DEPTH + 1):
        below: list[Any] = []
        for item in level:
            children = item
            if type(item) is dict:
                pairs += len(item)
                children = item.values()
            if _FLAT.issuperset(map(type, children)):
                continue
            for each in children:
                kind = type(each)
                if kind is dict or kind is list:
                    below.append(each)
                elif kind is float and not -_EXACT_BELOW < each < _EXACT_BELOW:
                    return None
        if not below:
            return pairs
        level = below
    return None
