"""`headrace plan` and `headrace apply`: the cluster and the registry in step with the catalog."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli.catalog_commands import Root
from headrace.cli.groups import group
from headrace.cli.output import note, wants_json
from headrace.errors import ConfigurationError

if TYPE_CHECKING:
    from headrace.catalog.planning import Change, Permit, Section
    from headrace.kafka.provision import Look, Provisioner

DIFFERENT = 2
"""The exit code when a difference is left."""

Only = Annotated[
    str, typer.Option(help="Some of topics, users, acls, schemas, separated by commas.")
]
Names = list[str] | None


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("plan")(plan)
    app.command("apply")(apply)
    topics = group(app, "topics", "The topics of the catalog, and those in Kafka.")
    topics.command("plan", hidden=True)(plan)
    topics.command("apply", hidden=True)(apply)


def plan(context: typer.Context, only: Only = "", root: Root = None) -> None:
    """Show what `apply` would change in Kafka and in the schema registry. Changes nothing.

    Topics, users, ACLs, schemas and their compatibility, as the catalog wants them. + is made, ~ is
    changed, - is deleted, ! is for hands only. Exit code: 0 no difference, 2 a difference, 1 error.

    Example: headrace plan --only topics,acls
    """
    from headrace.cli.plan_output import show_plan

    look = _provisioner(only, root).look()
    show_plan(look.plan.changes, as_json=wants_json(context))
    _tell_notes(look)
    _end(look.plan.changes, look)


def apply(
    context: typer.Context,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    only: Only = "",
    allow_delete: Annotated[
        Names, typer.Option(metavar="NAME", help="Topic or principal; may be repeated.")
    ] = None,
    allow_shrink: Annotated[
        Names, typer.Option(metavar="NAME", help="Topic that may lose records; may be repeated.")
    ] = None,
    allow_incompatible: Annotated[
        Names, typer.Option(metavar="SUBJECT", help="Despite its readers; may be repeated.")
    ] = None,
    passwords: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Where passwords of new users go; by default ~/.headrace, a file a cluster.",
        ),
    ] = None,
    root: Root = None,
) -> None:
    """Bring Kafka and the schema registry in step with the catalog. Safe to repeat.

    Shows the plan and asks. What deletes, shortens or breaks readers is left unless an option names
    it; what headrace has not made is never deleted. A new user's password comes from
    KAFKA_PASSWORD_<PRINCIPAL> (upper case, - as _), or is made and written to a file that only you
    can read. Exit code: 0 all in step, 2 a difference is left, 1 error.

    Example: headrace apply --yes --allow-shrink dreamscape.user.created
    """
    from headrace.catalog.planning import Permit
    from headrace.cli.plan_output import show_plan

    if not yes and not sys.stdin.isatty():
        raise ConfigurationError(
            "there is no terminal to ask on: look at `headrace plan`, then --yes"
        )
    permit = Permit(*(frozenset(n or ()) for n in (allow_delete, allow_shrink, allow_incompatible)))
    provisioner = _provisioner(only, root)
    look = provisioner.look()
    _tell_notes(look)
    for option in permit.unused(look.plan.changes):
        note(f"{option}: the plan has nothing of that name to allow")
    make, _ = look.plan.split(permit)
    if make and not yes:
        show_plan(look.plan.changes, as_json=wants_json(context))
        typer.confirm(
            f"Make {len(make)} of {len(look.plan.changes)} changes?", abort=True, err=True
        )
        look = _unchanged(provisioner, look)
    after = _make(provisioner, look, permit, passwords, as_json=wants_json(context))
    _end(after.plan.changes, after)


def _make(
    provisioner: "Provisioner",
    look: "Look",
    permit: "Permit",
    file: Path | None,
    *,
    as_json: bool,
) -> "Look":
    from headrace.cli.plan_output import Made, show_left
    from headrace.kafka.provision import Passwords, default_password_file

    keeping = Passwords(file or default_password_file(look.cluster_id))
    made = Made(len(look.plan.split(permit)[0]), as_json=as_json)
    try:
        after = provisioner.apply(look, permit, keeping, made.tell)
    finally:
        if keeping.written:
            note(f"passwords of {', '.join(keeping.written)}: {keeping.file}")
    show_left(after.plan.changes, as_json=as_json)
    return after


def _unchanged(provisioner: "Provisioner", shown: "Look") -> "Look":
    """What was agreed to is what is made: not what has become of it since."""
    now = provisioner.look()
    if now.plan != shown.plan:
        raise ConfigurationError("something changed since the plan was shown: look again")
    return now


def _provisioner(only: str, root: Path | None) -> "Provisioner":
    from headrace.catalog import load_catalog
    from headrace.kafka.provision import Provisioner
    from headrace.settings import load_settings

    sections = _sections(only)
    return Provisioner(load_settings(), load_catalog(root), sections)


def _sections(only: str) -> "list[Section]":
    from headrace.catalog.planning import ALL_SECTIONS

    words = {word.strip() for word in only.split(",")} - {""}
    if unknown := words.difference(ALL_SECTIONS):
        known = ", ".join(ALL_SECTIONS)
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: choose from {known}")
    return [section for section in ALL_SECTIONS if section in words]


def _tell_notes(look: "Look") -> None:
    for each in look.notes:
        note(f"{each.section} left out: {each.text}")
        if each.failed:
            note(f"  to leave {each.section} out on purpose, name the others with --only")


def _end(left: "Iterable[Change]", look: "Look") -> None:
    if look.failed:
        raise typer.Exit(1)
    if left:
        raise typer.Exit(DIFFERENT)
    if not look.notes:
        note("catalog, cluster and registry agree")
