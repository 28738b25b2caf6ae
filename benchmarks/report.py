"""What a benchmark found, as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Table:
    """A heading, the columns' names, and rows of texts."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        lines = [self.columns, ["---"] * len(self.columns), *self.rows]
        return f"**{self.title}**\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Bars:
    """A plot of one number a label; `limit` draws a line, named by its text."""

    name: str
    title: str
    unit: str
    bars: Sequence[tuple[str, float]]
    limit: tuple[str, float] | None = None


@dataclass(frozen=True, slots=True)
class Curves:
    """A plot of lines over a common axis: each a label and its points."""

    name: str
    title: str
    x: str
    y: str
    curves: Sequence[tuple[str, Sequence[tuple[float, float]]]]


Plot = Bars | Curves


@dataclass(frozen=True, slots=True)
class Result:
    """Tables, sentences below them, and plots."""

    tables: Sequence[Table]
    notes: Sequence[str] = ()
    plots: Sequence[Plot] = field(default_factory=tuple)

    def markdown(self) -> str:
        parts = [table.markdown() for table in self.tables]
        if self.notes:
            parts.append("".join(f"- {note}\n" for note in self.notes))
        return "\n".join(parts)


def count(value: float) -> str:
    """A whole number with separators."""
    return f"{value:,.0f}"


def ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
