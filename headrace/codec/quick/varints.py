"""Avro's whole numbers: zigzag, then seven bits a byte, lowest first.

https://avro.apache.org/docs/1.12.0/specification/#primitive-types-1
"""

from functools import cache

from headrace.codec.quick.doubt import Doubt

_ONE_BYTE = 1 << 7
_EIGHT_BYTES = range(1 << 49, 1 << 56)  # microseconds of 1979 to 3111, zigzag
_KEPT = range(-64, 8192)
_INT = range(-(2**31), 2**31)
_LONG = range(-(2**63), 2**63)


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
    """56 bits in eight bytes: halves, quarters and eighths move apart, all at once each."""
    spread = (rest & 0x00000000_0FFFFFFF) | (rest & 0x00FFFFFF_F0000000) << 4
    spread = (spread & 0x00003FFF_00003FFF) | (spread & 0x0FFFC000_0FFFC000) << 2
    spread = (spread & 0x007F007F_007F007F) | (spread & 0x3F803F80_3F803F80) << 1
    return (spread | 0x00808080_80808080).to_bytes(8, "little")


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
