"""How a benchmark's result is printed."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured rate, in events a second, and its ratio to the limit beside it."""

    what: str
    per_second: float
    ratio: float | None = None


def show(title: str, figures: Sequence[Figure]) -> None:
    """A table in Markdown on stdout."""
    print(f"\n### {title}\n\n| what | events/s | ratio |\n|---|---|---|")
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        print(f"| {figure.what} | {figure.per_second:,.0f} | {ratio} |")
