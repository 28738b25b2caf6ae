"""The half of `headrace schemas check` that compares with what was released."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from headrace.cli.output import emit, note
from headrace.settings import Settings

if TYPE_CHECKING:
    from headrace.catalog import Catalog
    from headrace.catalog.gate import Released

COLUMNS = ("verdict", "file", "subject", "field", "first", "reason", "remedy")
NOT_RUN = 3
"""The exit code when there is nothing to compare with."""


def compare(context: typer.Context, against: str, root: Path | None) -> None:
    """Print every difference; leave with 1 if one breaks, with 3 if nothing could be compared."""
    from headrace.catalog import default_root, load_catalog
    from headrace.catalog.gate import NotRunError, findings

    catalog, folder = load_catalog(root), (root or default_root()).resolve()
    try:
        reference, released = _released(against, catalog, folder)
    except NotRunError as error:
        note(f"not run: {error}")
        raise typer.Exit(NOT_RUN) from None
    found = findings(load_catalog(folder), released, folder)
    rows = [{"verdict": "breaks" if each.breaks else "fits", **asdict(each)} for each in found]
    emit(rows, COLUMNS, context)
    breaking = sum(each.breaks for each in found)
    note(
        f"{len(released)} released schemas of {reference}: {len(found)} differences, "
        f"{breaking} of them breaking"
    )
    if breaking:
        raise typer.Exit(1)


def _released(against: str, catalog: "Catalog", folder: Path) -> tuple[str, tuple["Released", ...]]:
    """What to call the reference, and its schemas."""
    from headrace.catalog.gate import chosen_ref, released_in_git, released_in_registry

    if against == "registry":
        from headrace.catalog.planning import SubjectSpec, wanted_state
        from headrace.codec.subjects import Subjects

        subjects, wanted = Subjects(Settings()), wanted_state(catalog, brokers=1).subjects
        domains = {each.domain for each in catalog.event_types.values()}
        names = subjects.names(tuple(f"headrace.{domain}.v" for domain in domains))
        specs = [wanted.get(name) or SubjectSpec(name, "", ()) for name in names]
        return "the registry", released_in_registry(subjects.read(specs).values())
    ref = chosen_ref(folder) if against == "auto" else against
    return ref, released_in_git(folder, ref)
