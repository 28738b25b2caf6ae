"""`headrace metrics`: the list of all metrics."""

from pathlib import Path
from typing import Annotated

import typer

from headrace.cli.output import emit, note

COLUMNS = ("name", "kind", "unit", "labels", "meaning")


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("metrics")(metrics)


def metrics(
    context: typer.Context,
    page: Annotated[
        Path | None, typer.Option(help="Bring the list in this Markdown page up to date instead.")
    ] = None,
) -> None:
    """List every metric that headrace serves: name, type, unit, labels, meaning.

    Example: headrace metrics | grep lag
    """
    from headrace.errors import ConfigurationError
    from headrace.metrics import METRICS
    from headrace.metrics import page as written

    if page is None:
        rows = [
            {
                "name": each.name,
                "kind": each.kind,
                "unit": each.unit,
                "labels": ",".join(each.labels),
                "meaning": each.meaning,
            }
            for each in METRICS
        ]
        emit(rows, COLUMNS, context)
        return
    try:
        page.write_text(written(page.read_text("utf-8")), "utf-8")
    except OSError as error:
        raise ConfigurationError(f"{page}: {error.strerror}") from error
    note(f"wrote {page}")
