"""JSON as RFC 8259 means it, with nothing lost: no NaN, no repeated keys, whole numbers exact."""

import json
import math
from collections import Counter
from typing import Any, NoReturn

import orjson

from headrace.codec import orjson_first
from headrace.codec.orjson_first import MAX_DEPTH, exceeds
from headrace.errors import FieldProblem, InvalidEventError

TOO_DEEP = f"nests more than {MAX_DEPTH} levels deep"


class JsonError(InvalidEventError):
    """The text is not strict JSON. Correct what `reason` says."""

    def __init__(self, reason: str) -> None:
        super().__init__(FieldProblem("json", reason))
        self.reason = reason


def parse_json(data: bytes, *, any_depth: bool = False) -> Any:
    """The value of a JSON text in UTF-8; raises JsonError with the reason.

    Refused: NaN, infinities and numbers beyond a 64-bit float, repeated keys, more than 64 levels.
    With `any_depth` the levels are left to the caller (`exceeds`).
    """
    value = orjson_first.read(data, any_depth=any_depth)
    return _parsed_slowly(data) if value is orjson_first.UNSURE else value


def _parsed_slowly(data: bytes) -> Any:
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_float=_float,
        )
    except UnicodeDecodeError as error:
        raise JsonError(f"is not UTF-8 (byte {error.start})") from None
    except json.JSONDecodeError as error:
        raise JsonError(
            f"is not JSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    except RecursionError:
        raise JsonError(TOO_DEEP) from None
    except ValueError:
        raise JsonError("holds a number of too many digits") from None
    if data.count(b"[") + data.count(b"{") > MAX_DEPTH and exceeds(value, MAX_DEPTH):
        raise JsonError(TOO_DEEP)
    return value


def dump_json(value: Any) -> bytes:
    """Compact JSON in UTF-8; whole numbers of any size stay exact."""
    try:
        return orjson.dumps(value)
    except TypeError:  # orjson holds 64 bits only
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode("utf-8", "surrogatepass")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        counted = Counter(key for key, _ in pairs)
        repeated = next(key for key, times in counted.items() if times > 1)
        raise JsonError(f"repeats the key {repeated[:60]!a}")
    return made


def _constant(name: str) -> NoReturn:
    raise JsonError(f"holds {name}, which is not JSON")


def _float(literal: str) -> float:
    value = float(literal)
    if math.isinf(value):
        raise JsonError(f"holds the number {literal[:40]}, which no 64-bit float can hold")
    return value
