"""What commands print: a table for people, tab-separated lines for pipes, NDJSON with --json."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import typer

_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r"})


def wants_json(context: typer.Context | bool) -> bool:
    """Whether the global option --json was given."""
    if isinstance(context, bool):
        return context
    options = context.find_root().obj
    return bool(options and options.get("json"))


def emit(
    rows: Iterable[Mapping[str, Any]], columns: Sequence[str], context: typer.Context | bool
) -> None:
    """Print rows on stdout. `context` (or a bool) says whether as NDJSON, then with all fields."""
    if wants_json(context):
        for row in rows:
            emit_json(row)
    elif sys.stdout.isatty():
        _table(rows, columns)
    else:
        for row in rows:
            cells = (_cell(row.get(column)).translate(_ESCAPES) for column in columns)
            sys.stdout.write("\t".join(cells) + "\n")


def emit_json(value: Any) -> None:
    """One line of JSON on stdout, at once."""
    sys.stdout.write(_json(value) + "\n")
    sys.stdout.flush()


def note(text: str) -> None:
    """A remark for people, on stderr, so that stdout holds nothing but the answer."""
    typer.echo(text, err=True)


def fail(text: str) -> None:
    """One line on stderr that says what went wrong and what to do."""
    typer.echo(f"error: {text}", err=True)


def _table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(_printable(_cell(row.get(column))) for column in columns))
    Console(markup=False, highlight=False).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    from headrace.codec import dump_json

    return dump_json(value).decode("utf-8", "replace")


def _printable(text: str) -> str:
    """Without control characters: an event must not steer the terminal."""
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
