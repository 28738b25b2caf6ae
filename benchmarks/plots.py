"""A result's plots as SVG files under docs/plots."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.environments import python_of
from benchmarks.report import Plot
from deploy.local.layout import REPOSITORY

FOLDER = REPOSITORY / "docs" / "plots"
DRAWING = Path(__file__).with_name("drawing.py")
SECONDS = 120


def draw(plots: Sequence[Plot], folder: Path = FOLDER) -> None:
    """Write each plot as `<name>.svg`. matplotlib stays in an environment of its own."""
    if not plots:
        return
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [str(python_of("plots")), str(DRAWING), str(folder)],
        input=json.dumps([asdict(plot) for plot in plots]),
        text=True,
        check=True,
        timeout=SECONDS,
    )
