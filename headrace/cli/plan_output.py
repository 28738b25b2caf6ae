"""How changes print: a row each for people and pipes, an object each with --json."""

import sys
from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

import typer

from headrace.cli.output import emit, emit_json, note

if TYPE_CHECKING:
    from headrace.catalog.planning import Change

COLUMNS = ("change", "section", "name", "detail", "needs")


def show_plan(changes: "Iterable[Change]", *, as_json: bool) -> None:
    """All changes on stdout, then what to know about them on stderr."""
    changes = tuple(changes)
    if as_json:
        for change in changes:
            emit_json(as_object(change))
    else:
        emit(rows_of(changes), COLUMNS, context=False)
    for change in changes:
        if change.warning:
            note(f"note: {change.warning}")
    if changes:
        note(_summary(changes))


def show_left(changes: "Iterable[Change]", *, as_json: bool) -> None:
    """What `apply` has not made, and what would let it."""
    left = tuple(changes)
    if as_json:
        for change in left:
            emit_json(as_object(change) | {"outcome": "left"})
    elif left:
        note("left as it is:")
        emit(rows_of(left), COLUMNS, context=False)


class Made:
    """Tells of each change once it is made; `total` is how many there will be."""

    def __init__(self, total: int, *, as_json: bool) -> None:
        self._total = total
        self._as_json = as_json
        self._done = 0

    def tell(self, change: "Change") -> None:
        self._done += 1
        if self._as_json:
            emit_json(as_object(change) | {"outcome": "made"})
        elif sys.stdout.isatty():
            row = " ".join((change.sign, change.section, change.name, change.detail))
            typer.echo(f"{self._done}/{self._total} {row}")
        else:
            emit([_row(change)], COLUMNS, context=False)


def as_object(change: "Change") -> dict[str, Any]:
    """One change for machines; `flag` is what `apply` needs for it, if anything."""
    return {
        "kind": change.kind,
        "section": change.section,
        "name": change.name,
        "danger": change.danger.value,
        "flag": change.flag or None,
        "detail": change.detail,
        "warning": change.warning or None,
    }


def rows_of(changes: "Iterable[Change]") -> list[dict[str, Any]]:
    """For people: a principal's rules on one resource are one row."""
    rows: list[dict[str, Any]] = []
    for (kind, _, resource), same in groupby(changes, _together):
        first, *more = same
        row = _row(first)
        if kind.endswith("_acl") and more:
            words = [change.detail.partition(" ")[0] for change in (first, *more)]
            row["detail"] = f"{', '.join(words)} {resource}"
            rows.append(row)
        else:
            rows.extend(map(_row, (first, *more)))
    return rows


def _together(change: "Change") -> tuple[str, str, str]:
    resource = change.detail.partition(" ")[2] if change.section == "acls" else ""
    return change.kind, change.name, resource


def _row(change: "Change") -> dict[str, Any]:
    return {
        "change": change.sign,
        "section": change.section,
        "name": change.name,
        "detail": change.detail,
        "needs": change.flag,
    }


def _summary(changes: "tuple[Change, ...]") -> str:
    counts: Mapping[str, int] = {
        word: sum(change.danger.value in dangers for change in changes)
        for word, dangers in (
            ("safe", ("safe",)),
            ("need an option of `headrace apply`", ("delete", "shrink", "incompatible")),
            ("can only be made by hand", ("manual",)),
        )
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"{len(changes)} differences: {told}"
