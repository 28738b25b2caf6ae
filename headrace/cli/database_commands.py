"""`headrace migrate` and `headrace ledger`: the database's tables, and what stages have applied."""

from typing import Annotated, Any

import typer

from headrace.cli.catalog_commands import Root
from headrace.errors import ConfigurationError

COLUMNS = (
    "topic",
    "partition",
    "first_offset",
    "next_offset",
    "applied",
    "duplicate",
    "dead",
    "skipped",
    "parked",
    "epoch",
    "owner",
)


PARKED_COLUMNS = (
    *("topic", "partition", "record_offset", "key", "attempts", "due_at", "parked_at"),
    *("reason", "message"),
)


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    app.command("migrate")(migrate)
    ledger = typer.Typer(
        no_args_is_help=True, help="What a stage has applied, and what to do when it stopped."
    )
    ledger.command("show")(show)
    ledger.command("parked")(parked)
    ledger.command("restart")(restart)
    ledger.command("skip")(skip)
    ledger.command("rewind")(rewind)
    app.add_typer(ledger, name="ledger")


def migrate(
    context: typer.Context,
    service: Annotated[
        bool, typer.Option("--service", help="A service's own database: ledger, inbox, outbox.")
    ] = False,
    root: Root = None,
) -> None:
    """Bring the database at DATABASE_URL up to date, as its owner. Safe to repeat.

    The event store in it then takes the catalog's event types of authority `store`: run it again
    when the catalog has new ones. In a database that stages and services share, run it without
    --service first.

    Example: headrace migrate --service
    """
    from headrace.catalog import load_catalog
    from headrace.cli.output import emit, note
    from headrace.postgres.migrating import SERVICE, STAGES
    from headrace.postgres.migrating import migrate as apply
    from headrace.settings import load_settings
    from headrace.store import declare_types

    url = load_settings().database_url.get_secret_value()
    applied = apply(url, SERVICE if service else STAGES)
    if not service:
        declare_types(url, load_catalog(root))
    emit([{"migration": name} for name in applied], ("migration",), context)
    if not applied:
        note("the database is up to date")


def show(
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="Consumer group, such as headrace-archive.")],
) -> None:
    """Show a group's ledger: per partition, how its offsets ended.

    Example: headrace ledger show headrace-archive
    """
    from headrace.cli.output import emit, note

    rows = _ledger(group).rows()
    emit([_row(row) for row in rows], COLUMNS, context)
    if not rows:
        note(f"{group} has read nothing yet")


def parked(
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="Consumer group.")],
    limit: Annotated[int, typer.Option(help="At most this many rows.", min=1)] = 1000,
) -> None:
    """List the records of a group that wait for a passing trouble, and those behind them.

    `attempts` 0 has failed at nothing: an earlier record of its key is parked. What fails at its
    last attempt goes to the dead letters.
    """
    from headrace.cli.output import emit, note

    rows = _ledger(group).parking.rows(limit)
    emit([_parked_row(row) for row in rows], PARKED_COLUMNS, context)
    if not rows:
        note(f"{group} has nothing parked")


def restart(
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="Consumer group.")],
    topic: Annotated[str, typer.Argument(help="Topic that was made anew.")],
) -> None:
    """Forget what a group read of a topic; it starts again where the catalog says.

    For a topic that was deleted and made again. Events that are archived already land once more
    only if they have another id or time. What is parked is kept as dead letters. Stop the stage
    first.
    """
    from headrace.cli.output import emit

    forgotten = _ledger(group).restart(topic)
    if not forgotten:
        raise ConfigurationError(f"{group} has read nothing of {topic}: look at ledger show")
    emit([{"topic": topic, "partitions": forgotten}], ("topic", "partitions"), context)


def skip(
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="Consumer group.")],
    topic: Annotated[str, typer.Argument(help="Topic that lost records to retention.")],
) -> None:
    """Accept that retention took records before a stage read them: go on where the log begins.

    The lost offsets count as skipped in the ledger. Stop the stage first.
    """
    from headrace.cli.output import emit

    ledger = _ledger(group)
    facts = _facts(ledger, topic)
    moved = [tp for tp, fact in facts.items() if ledger.skip(tp, fact.beginning)]
    emit([_row(row) for row in ledger.rows() if row.tp in moved], COLUMNS, context)


def rewind(
    context: typer.Context,
    group: Annotated[str, typer.Argument(help="Consumer group.")],
    topic: Annotated[str, typer.Argument(help="Topic whose log lost its end.")],
) -> None:
    """Accept that a log lost records that a stage had applied: go on at its end.

    Only partitions whose log ends before the ledger move. What was applied stays; the counts begin
    anew, since they told of offsets that other records will have. Stop the stage first.
    """
    from headrace.cli.output import emit

    ledger = _ledger(group)
    facts = _facts(ledger, topic)
    moved = [tp for tp, fact in facts.items() if ledger.rewind(tp, fact.end)]
    emit([_row(row) for row in ledger.rows() if row.tp in moved], COLUMNS, context)


def _facts(ledger: Any, topic: str) -> Any:
    """What Kafka says of the partitions that the group has read of the topic."""
    from headrace.runtime.log_facts import LogFacts
    from headrace.settings import load_settings

    tps = [row.tp for row in ledger.rows() if row.tp.topic == topic]
    if not tps:
        raise ConfigurationError(f"{ledger.group} has read nothing of {topic}: look at ledger show")
    return LogFacts(load_settings().kafka).facts(tps)


def _ledger(group: str) -> Any:
    from headrace.postgres import Database, PostgresLedger
    from headrace.settings import load_settings

    url = load_settings().database_url.get_secret_value()
    return PostgresLedger(Database(url, application="headrace-ledger"), group, "operator")


def _row(row: Any) -> dict[str, Any]:
    return {
        "topic": row.tp.topic,
        "partition": row.tp.partition,
        "first_offset": row.first_offset,
        "next_offset": row.next_offset,
        "applied": row.counts.applied,
        "duplicate": row.counts.duplicate,
        "dead": row.counts.dead,
        "skipped": row.counts.skipped,
        "parked": row.counts.parked,
        "epoch": row.epoch,
        "owner": row.owner,
    }


def _parked_row(row: dict[str, Any]) -> dict[str, Any]:
    key = row["key"]
    return {
        **row,
        "key": None if key is None else bytes(key).decode("utf-8", "backslashreplace"),
        "due_at": row["due_at"].isoformat(),
        "parked_at": row["parked_at"].isoformat(),
    }
