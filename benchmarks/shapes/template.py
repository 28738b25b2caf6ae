"""Encode once, patch many: bytes with places for what differs from event to event."""

import re
from collections.abc import Mapping, Sequence

Values = Sequence[bytes]


class Template:
    """An encoded event, cut where its marks stand; `filled` puts values there.

    A value must be as long as its mark: encodings carry lengths in front of texts.
    """

    def __init__(self, encoded: bytes, marks: Mapping[bytes, int]) -> None:
        """`marks` maps each mark to the place of its value in what `filled` is given."""
        pattern = b"(" + b"|".join(map(re.escape, marks)) + b")"
        self._pieces = re.split(pattern, encoded)
        self._places = [(at, marks[self._pieces[at]]) for at in range(1, len(self._pieces), 2)]
        self.size = len(encoded)

    @property
    def slots(self) -> frozenset[int]:
        """The places of the values that this template uses."""
        return frozenset(place for _, place in self._places)

    def filled(self, values: Values) -> bytes:
        """The event with `values` in place of its marks."""
        pieces = self._pieces
        for at, place in self._places:
            pieces[at] = values[place]
        return b"".join(pieces)
