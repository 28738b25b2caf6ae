"""`headrace topics list|show`, `headrace schemas check|show|generate`: a look into the catalog."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer

from headrace.cli.groups import group
from headrace.cli.output import emit, emit_json, note, wants_json

if TYPE_CHECKING:
    from headrace.catalog import SchemaVersion, Topic

TOPIC_COLUMNS = ("name", "authority", "partitions", "types", "producers", "groups")
PROBLEM_COLUMNS = ("file", "subject", "field", "reason")
KEY_RULE = "aggregateId, else accountId, else eventId"

Root = Annotated[
    Path | None,
    typer.Option(help="Folder with topics/ and schemas/avro/; by default the library's own."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    topics = group(app, "topics", "The topics of the catalog, and those in Kafka.")
    topics.command("list")(list_topics)
    topics.command("show")(show_topic)
    topics.command("export")(export_catalog)
    schemas = group(app, "schemas", "The event types' schemas.")
    schemas.command("check")(check_schemas)
    schemas.command("show")(show_schema)
    schemas.command("generate")(generate_classes)


def list_topics(context: typer.Context, root: Root = None) -> None:
    """List all topics: who writes, which groups read."""
    from headrace.catalog import load_catalog

    rows = [topic_row(topic) for topic in load_catalog(root).topics.values()]
    if not wants_json(context):
        rows = [{name: _readable(value) for name, value in row.items()} for row in rows]
    emit(rows, TOPIC_COLUMNS, context)


def show_topic(context: typer.Context, name: str, root: Root = None) -> None:
    """Show everything that the catalog says about one topic."""
    from headrace.catalog import load_catalog

    details = topic_details(load_catalog(root).topic(name))
    if wants_json(context):
        emit_json(details)
    else:
        details["key"] = details["key"] or KEY_RULE
        rows = [{"field": field, "value": _readable(value)} for field, value in details.items()]
        emit(rows, ("field", "value"), context)


def export_catalog(
    form: Annotated[
        str,
        typer.Argument(metavar="FORM", help="asyncapi, reference, kafka-topics or kafka-users."),
    ],
    *,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="By default stdout.")] = None,
    check: Annotated[
        bool, typer.Option(help="Write nothing; exit with 1 if the file is out of step.")
    ] = False,
    root: Root = None,
) -> None:
    """Write the catalog as an AsyncAPI 3 document, a page for people, or Strimzi's resources.

    kafka-topics and kafka-users are for `kubectl apply`: KafkaTopic and KafkaUser with production's
    numbers and each service's rules.

    Example: headrace topics export kafka-users --out deploy/k8s/kafka/users.yaml
    """
    from headrace.catalog import load_catalog
    from headrace.catalog.export import FORMATS

    if form not in FORMATS:
        raise typer.BadParameter(f"{form!r} is none of {', '.join(FORMATS)}", param_hint="FORM")
    text = FORMATS[form](load_catalog(root))
    if out is None:
        typer.echo(text, nl=False)
    elif not check:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, "utf-8")
    elif not out.is_file() or out.read_text("utf-8") != text:
        note(f"{out} is not what the catalog gives: run the command without --check")
        raise typer.Exit(1)


def check_schemas(
    context: typer.Context,
    *,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="RELEASED",
            help="A git ref, `auto` (newest tag v*, else origin/main, else HEAD~1), or `registry`.",
        ),
    ] = None,
    root: Root = None,
) -> None:
    """Check the whole catalog; with --against, also what its changes mean for who is running.

    Without: every problem in the files. With: every difference to what was released, whether it
    breaks somebody (`breaks`), which side is deployed first, and the remedy. Exit code: 0 nothing
    wrong, 1 a problem or a breaking change, 3 --against auto found nothing to compare with.

    Example: headrace schemas check --against v1.4.0
    """
    from headrace.catalog.check import check_catalog

    problems = [
        {column: getattr(problem, column) for column in PROBLEM_COLUMNS}
        for problem in check_catalog(root)
    ]
    if problems:
        emit(problems, PROBLEM_COLUMNS, context)
        raise typer.Exit(1)
    note(_summary(root))
    if against is not None:
        from headrace.cli.gate_command import compare

        compare(context, against, root)


def show_schema(
    context: typer.Context,
    event_type: Annotated[str, typer.Argument(metavar="TYPE", help="Such as user.created.")],
    *,
    version: Annotated[str | None, typer.Option(help="N.M; by default the latest.")] = None,
    composed: Annotated[bool, typer.Option(help="With the envelope, as it is registered.")] = False,
    example: Annotated[bool, typer.Option(help="The example instead of the schema.")] = False,
    root: Root = None,
) -> None:
    """Print an event type's payload schema as JSON, on one line with --json.

    Example: headrace schemas show user.created --composed
    """
    from headrace.catalog import load_catalog

    if composed and example:
        raise typer.BadParameter("choose one of --composed and --example")
    found = load_catalog(root).event_type(event_type)
    shown = _part(found.version(version) if version else found.latest, composed, example)
    if wants_json(context):
        emit_json(shown)
    else:
        typer.echo(orjson.dumps(shown, option=orjson.OPT_INDENT_2))


def generate_classes(
    context: typer.Context,
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="The package to write, such as shop/events.")
    ],
    *,
    check: Annotated[
        bool, typer.Option(help="Write nothing; list what differs, and exit with 1 if it does.")
    ] = False,
    root: Root = None,
) -> None:
    """Write the typed classes of all event types as a Python package, one module a domain.

    The library's own are headrace.events; for a catalog of your own, generate yours and commit
    them. Files that were not generated are never touched.

    Example: headrace schemas generate --root . --out shop/events
    """
    from headrace.catalog import load_catalog
    from headrace.catalog.generate import differences, files_of, write

    files = files_of(load_catalog(root))
    changed = list(differences(files, out)) if check else write(files, out)
    emit([{"file": (out / name).as_posix()} for name in changed], ("file",), context)
    if check and changed:
        note(f"{len(changed)} of {len(files)} files differ: run the command without --check")
        raise typer.Exit(1)
    note(f"{len(changed)} of {len(files)} files {'differ' if check else 'written'}")


def topic_row(topic: "Topic") -> dict[str, Any]:
    """One line of `topics list`."""
    return {
        "name": topic.name,
        "authority": topic.authority,
        "partitions": topic.partitions,
        "types": list(topic.event_types),
        "producers": list(topic.producers),
        "groups": list(topic.consumers),
    }


def topic_details(topic: "Topic") -> dict[str, Any]:
    """All fields of a topic under the names of the catalog's files, as JSON values."""
    from headrace.catalog import dead_letter_topic

    return {
        "name": topic.name,
        "domain": topic.domain,
        "description": topic.description,
        "authority": topic.authority,
        "aggregate_type": topic.aggregate_type,
        "aggregate_id": topic.aggregate_id,
        "key": topic.key,
        "partitions": {"local": topic.partitions, "production": topic.production_partitions},
        "replication": topic.replication,
        "start": topic.start,
        "config": dict(topic.config),
        "producers": list(topic.producers),
        "events": list(topic.event_types),
        "consumers": {group: list(types) for group, types in topic.consumers.items()},
        "dead_letters": {group: dead_letter_topic(group) for group in topic.consumers},
    }


def _readable(value: Any) -> Any:
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_readable(inner)}" for name, inner in value.items())
    return ", ".join(value) if isinstance(value, list) else value


def _part(version: "SchemaVersion", composed: bool, example: bool) -> Mapping[str, Any]:
    if example:
        return version.example
    return version.composed if composed else version.payload


def _summary(root: Path | None) -> str:
    from headrace.catalog import load_catalog

    catalog = load_catalog(root)
    versions = sum(len(each.versions) for each in catalog.event_types.values())
    return (
        f"{len(catalog.topics)} topics, {len(catalog.event_types)} event types, "
        f"{versions} schema versions: no problem"
    )
