"""JSON by orjson, for as long as what it read is beyond doubt what strict JSON means.

orjson keeps the last of repeated keys, turns whole numbers beyond 64 bits into floats and nests
deeper than we allow. All three show in what it returns, held against the text.
"""

from typing import Any

import orjson

MAX_DEPTH = 64
UNSURE = object()

_KEY_END = b'":'
_SPACE = b" \t\r\n"
_FLAT = frozenset((str, int, bool, type(None)))
_EXACT_BELOW = 2.0**63


def read(data: bytes) -> Any:
    """The value of a JSON text, or UNSURE: then it takes the strict parser to say."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return UNSURE
    # Without space each key ends in `":`. Strings may hold more of these, so equal numbers mean
    # that no key is lost.
    return value if _pairs(value) == data.translate(None, _SPACE).count(_KEY_END) else UNSURE


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
