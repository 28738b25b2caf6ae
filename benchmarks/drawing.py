"""Draws plots as SVG; run by an environment that has matplotlib, with plots as JSON on stdin."""

import json
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

WIDTH = 8.0
OURS, OTHERS, LIMIT = "#1f6f8b", "#9fb8c4", "#b5462f"
LINES = (OURS, "#b5462f", "#7a8f3a", "#6b4f8a")


def bars(plot: dict[str, Any]) -> Any:
    """Horizontal bars with their numbers; ours, the first, in another colour."""
    labels = [label for label, _ in plot["bars"]]
    values = [value for _, value in plot["bars"]]
    figure, axes = plt.subplots(figsize=(WIDTH, 0.8 + 0.38 * len(values)))
    colours = [OURS, *[OTHERS] * (len(values) - 1)] if plot["limit"] is None else OURS
    drawn = axes.barh(labels, values, color=colours, height=0.65)
    digits = "{:,.0f}" if max(values, default=0) > 20 else "{:.2f}"
    axes.bar_label(drawn, [digits.format(value) for value in values], padding=4, fontsize=9)
    axes.set_xlim(0, max(values, default=1) * 1.15)
    if plot["limit"] is not None:
        text, at = plot["limit"]
        axes.axvline(at, color=LIMIT, linewidth=1.2, linestyle="--", label=f"{text} {at:g}")
        axes.legend(frameon=False, fontsize=9, loc="lower right", bbox_to_anchor=(1, 1))
    if max(values, default=0) > 20:
        axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.invert_yaxis()
    axes.set_xlabel(plot["unit"])
    return figure, axes


def curves(plot: dict[str, Any]) -> Any:
    """Lines over a common axis."""
    figure, axes = plt.subplots(figsize=(WIDTH, 3.6))
    for (label, points), colour in zip(plot["curves"], LINES * 3, strict=False):
        axes.plot(*zip(*points, strict=True), label=label, color=colour, linewidth=1.6)
    axes.set_ylim(bottom=0)
    axes.set_xlabel(plot["x"])
    axes.set_ylabel(plot["y"])
    axes.grid(axis="y", color="#e3e3e3")
    axes.legend(frameon=False, fontsize=9)
    return figure, axes


def main(folder: Path) -> None:
    """One file a plot; the same numbers give the same bytes."""
    mpl.rcParams.update({"svg.hashsalt": "plots", "font.size": 10, "font.family": "sans-serif"})
    for plot in json.load(sys.stdin):
        figure, axes = (bars if "bars" in plot else curves)(plot)
        axes.set_title(plot["title"], fontsize=11, loc="left")
        axes.spines[["top", "right"]].set_visible(False)
        figure.tight_layout()
        figure.savefig(folder / f"{plot['name']}.svg", metadata={"Date": None})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
