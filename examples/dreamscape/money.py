"""Sums of the smallest units of one currency."""

from headrace.events.voyage import Money


def euros(minor_units: int) -> Money:
    return Money(minor_units=minor_units, currency="EUR")
