"""Avro's whole numbers: zigzag, then seven bits a byte, lowest first.

https://avro.apache.org/docs/1.12.0/specification/#primitive-types-1
"""

import struct
from functools import cache

from headrace.codec.quick.doubt import Doubt

_ONE_BYTE = 1 << 7
_EIGHT_BYTES = range(1 << 49, 1 << 56)  # microseconds of 1979 to 3111, zigzag
_KEPT = range(-64, 8192)
_INT = range(-(2**31), 2**31)
_LONG = range(-(2**63), 2**63)
_PAIRS = struct.Struct("<HHHH")
_LAST = [bits & 0x7F | 0x80 | bits >> 7 << 8 for bits in range(1 << 14)]
"""14 bits as two bytes that end a number, the lower one first."""
_MORE = [pair | 0x8000 for pair in _LAST]


def varint(number: int) -> bytes:
    """A number of 64 bits as Avro writes int and long."""
    rest = (number << 1) ^ (number >> 63)
    if rest in _EIGHT_BYTES:
        return _eight_bytes(rest)
    written = bytearray()
    while rest >= _ONE_BYTE:
        written.append(rest & 0x7F | 0x80)
        rest >>= 7
    written.append(rest)
    return bytes(written)


def _eight_bytes(rest: int) -> bytes:
    """56 bits in eight bytes, two at a time."""
    return _PAIRS.pack(
        _MORE[rest & 0x3FFF],
        _MORE[rest >> 14 & 0x3FFF],
        _MORE[rest >> 28 & 0x3FFF],
        _LAST[rest >> 42],
    )


class Numbers(dict[int, bytes]):
    """Written numbers behind a prefix, by number; the usual ones are kept.

    Look up an int and nothing else: True and 1.0 would find what 1 has. Doubt beyond the range.
    """

    def __init__(self, prefix: bytes, allowed: range) -> None:
        super().__init__((number, prefix + varint(number)) for number in _KEPT)
        self._prefix = prefix
        self._allowed = allowed

    def __missing__(self, number: int) -> bytes:
        if number not in self._allowed:
            raise Doubt
        return self._prefix + varint(number)


@cache
def ints(prefix: bytes = b"") -> Numbers:
    """Numbers of 32 bits behind `prefix`, one table for all who ask."""
    return Numbers(prefix, _INT)


@cache
def longs(prefix: bytes = b"") -> Numbers:
    """Numbers of 64 bits behind `prefix`, one table for all who ask."""
    return Numbers(prefix, _LONG)
