"""What goes wrong with bytes."""

import random
from collections.abc import Callable, Sequence

Mutation = Callable[[random.Random, list[bytes | None], int], None]
HUGE = (b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\xfe\xff\xff\xff\xff\xff\xff\xff\x7f")


def mutate(chance: random.Random, values: list[bytes | None]) -> None:
    """Some mutations of a batch, in place: mostly a few, now and then one of every record."""
    many = chance.random() < 0.02
    numbers = range(len(values)) if many else _few(chance, len(values))
    for number in numbers:
        chance.choice(MUTATIONS)(chance, values, number)


def _few(chance: random.Random, records: int) -> list[int]:
    return [chance.randrange(records) for _ in range(chance.choice((0, 1, 1, 1, 2, 4)))]


def _edit(change: Callable[[random.Random, bytearray, int], None]) -> Mutation:
    def mutation(chance: random.Random, values: list[bytes | None], number: int) -> None:
        data = bytearray(values[number] or b"")
        if len(data) > 6:
            change(chance, data, chance.randrange(5, len(data)))
            values[number] = bytes(data)

    return mutation


def _flip(chance: random.Random, data: bytearray, at: int) -> None:
    data[at] ^= 1 << chance.randrange(8)


def _cut(_: random.Random, data: bytearray, at: int) -> None:
    del data[at:]


def _delete(chance: random.Random, data: bytearray, at: int) -> None:
    del data[at : at + chance.randrange(1, 6)]


def _insert(chance: random.Random, data: bytearray, at: int) -> None:
    data[at:at] = chance.randbytes(chance.randrange(1, 6))


def _trail(chance: random.Random, data: bytearray, _: int) -> None:
    data += chance.randbytes(chance.randrange(1, 12))


def _claim(chance: random.Random, data: bytearray, at: int) -> None:
    """A length or a count that is beyond all bounds, or negative."""
    data[at : at + 1] = chance.choice(HUGE)


def _noise(chance: random.Random, data: bytearray, at: int) -> None:
    data[at:] = chance.randbytes(len(data) - at)


def _move_boundary(chance: random.Random, values: list[bytes | None], number: int) -> None:
    """The end of one body becomes the beginning of the next: together they are what they were."""
    one, other = values[number], values[(number + 1) % len(values)]
    if one and other and len(one) > 20 and one[:5] == other[:5]:
        size = chance.randrange(1, 12)
        values[number] = one[:-size]
        values[(number + 1) % len(values)] = other[:5] + one[-size:] + other[5:]


def _move_back(chance: random.Random, values: list[bytes | None], number: int) -> None:
    """The other way: the beginning of the next body becomes the end of this one."""
    one, other = values[number], values[(number + 1) % len(values)]
    if one and other and len(other) > 20 and one[:5] == other[:5]:
        size = chance.randrange(1, 12)
        values[number] = one + other[5 : 5 + size]
        values[(number + 1) % len(values)] = other[:5] + other[5 + size :]


def _exchange_ends(chance: random.Random, values: list[bytes | None], number: int) -> None:
    """Each of two neighbours ends as the other would: what one lacks, the other has too much."""
    one, other = values[number], values[(number + 1) % len(values)]
    if one and other and min(len(one), len(other)) > 20:
        at, there = chance.randrange(5, len(one)), chance.randrange(5, len(other))
        values[number] = one[:at] + other[there:]
        values[(number + 1) % len(values)] = other[:there] + one[at:]


def _glue(_: random.Random, values: list[bytes | None], number: int) -> None:
    one, other = values[number], values[(number + 1) % len(values)]
    if one and other:
        values[number] = one + other[5:]


def _glue_whole(_: random.Random, values: list[bytes | None], number: int) -> None:
    """The second one's header stands in the middle."""
    one, other = values[number], values[(number + 1) % len(values)]
    if one and other:
        values[number] = one + other


def _flip_header(chance: random.Random, values: list[bytes | None], number: int) -> None:
    data = bytearray(values[number] or b"\0\0\0\0\0")
    data[chance.randrange(min(5, len(data)))] ^= 1 << chance.randrange(8)
    values[number] = bytes(data)


def _wrong_schema(chance: random.Random, values: list[bytes | None], number: int) -> None:
    """The id of some type's schema, of this topic or of another one; a few are nobody's."""
    values[number] = b"\0" + chance.randrange(60).to_bytes(4) + (values[number] or b"")[5:]


def _other_schema(chance: random.Random, values: list[bytes | None], number: int) -> None:
    """A type of the same batch."""
    one, other = values[number], chance.choice(values)
    if one and other:
        values[number] = other[:5] + one[5:]


def _no_event(chance: random.Random, values: list[bytes | None], number: int) -> None:
    values[number] = chance.choice((None, b"", b"\0", b"text", chance.randbytes(40)))


def _unknown_schema(_: random.Random, values: list[bytes | None], number: int) -> None:
    values[number] = b"\0\0\x0f\xff\xff" + (values[number] or b"")[5:]


MUTATIONS: Sequence[Mutation] = (
    *map(_edit, (_flip, _flip, _cut, _delete, _insert, _trail, _claim, _noise)),
    *(_move_boundary, _move_boundary, _move_back, _exchange_ends, _glue, _glue_whole),
    *(_flip_header, _wrong_schema, _other_schema, _no_event, _unknown_schema),
)
