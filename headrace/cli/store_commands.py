"""`headrace store`: the event store's archive, snapshots, sizes and soundness."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headrace.errors import ConfigurationError

if TYPE_CHECKING:
    from headrace.store import EventStore, Stream
    from headrace.store.upkeep import Archiver, Moved

ARCHIVED = ("aggregate_type", "aggregates", "events", "waiting")
STATS = ("kind", "name", "aggregate_id", "events", "archived")
VIOLATIONS = ("kind", "aggregate_type", "aggregate_id", "detail")
_APPLICATION = "headrace-store"
Aggregates = Annotated[
    str,
    typer.Option(help="Aggregates of your program, module:name, such as domains.game:AGGREGATES."),
]


def register(app: typer.Typer) -> None:
    """Add the commands to the command line."""
    from headrace.cli.groups import group

    store = group(app, "store", "The event store: archive, snapshots, sizes, soundness.")
    store.command("archive")(archive)
    store.command("clean-snapshots")(clean_snapshots)
    store.command("stats")(stats)
    store.command("verify")(verify)


def archive(
    context: typer.Context,
    before: Annotated[
        str,
        typer.Option(help="Events before this day (or RFC 3339 time); a year ago if not given."),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would move; move nothing.")
    ] = False,
    aggregates: Aggregates = "",
    until: Annotated[
        str, typer.Option(help="Only what this cursor of the total order has passed.")
    ] = "",
) -> None:
    """Move old events to evenements_archive, as the owner of the database at DATABASE_URL.

    Whole prefixes of aggregates move, up to their last snapshot; reads find them where they are.
    With --aggregates those without one get a snapshot first; `waiting` counts those that lack it.
    Safe to repeat, and to interrupt.

    Example: headrace store archive --before 2025-01-01 --dry-run
    """
    from headrace.clock import SystemClock
    from headrace.settings import load_settings
    from headrace.store.upkeep import Archiver

    clock = SystemClock()
    moment = _moment(before, clock.now())
    url = load_settings().database_url.get_secret_value()
    with _connection(url) as connection, _store(url) as store:
        position = _position(store, until) if until else None
        snapshot = _snapshots(store, aggregates) if aggregates and not dry_run else None
        archiver = Archiver(connection, moment, position, dry_run, snapshot)
        _emit_moved(archiver, context)


def clean_snapshots(
    context: typer.Context,
    keep: Annotated[int, typer.Option(help="How many of an aggregate stay.", min=1)] = 3,
) -> None:
    """Remove all but the last snapshots of each aggregate at STORE_DATABASE_URL.

    Repositories keep three as they write; this is for a store whose programs kept more.

    Example: headrace store clean-snapshots --keep 1
    """
    from headrace.cli.output import emit
    from headrace.store import upkeep

    with _connection(_url()) as connection:
        removed = sum(upkeep.clean_snapshots(connection, keep))
    emit([{"removed": removed}], ("removed",), context)


def stats(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="How many aggregates.", min=1)] = 100,
) -> None:
    """Show the most frequent event types and the largest aggregates; archived events count too.

    Lines of kind `type` name an event type, those of kind `aggregate` an aggregate.

    Example: headrace store stats --limit 10 | grep ^aggregate
    """
    from headrace.cli.output import emit
    from headrace.store import upkeep

    with _connection(_url()) as connection:
        types = [
            {"kind": "type", "name": each.event_type, **_counts(each)}
            for each in upkeep.frequent_types(connection)
        ]
        sizes = [
            {
                "kind": "aggregate",
                "name": each.aggregate_type,
                "aggregate_id": str(each.aggregate_id),
                **_counts(each),
            }
            for each in upkeep.largest(connection, limit)
        ]
    emit(types + sizes, STATS, context)


def verify(
    context: typer.Context,
    snapshots: Annotated[
        bool, typer.Option("--snapshots", help="Replay too: is each snapshot what events make?")
    ] = False,
    aggregates: Aggregates = "",
) -> None:
    """Check that the store at STORE_DATABASE_URL holds what it promises; exit 1 if it does not.

    Versions are contiguous and in the total order, heads match, ids are unique. With --snapshots
    and --aggregates each snapshot is compared with a replay. One line a violation.

    Example: headrace store verify --snapshots --aggregates domains.game:AGGREGATES
    """
    from headrace.cli.output import emit, note

    if snapshots and not aggregates:
        raise ConfigurationError("--snapshots needs --aggregates: whose functions replay events")
    found = 0

    def counted(violations: Iterable[Any]) -> Iterator[dict[str, Any]]:
        nonlocal found
        for found, each in enumerate(violations, 1):  # noqa: B007 - how many is told at the end
            yield asdict(each) | {"aggregate_id": str(each.aggregate_id)}

    with _connection(_url()) as connection:
        total, violations = _violations(connection, aggregates if snapshots else "")
        emit(counted(violations), VIOLATIONS, context)
    note(f"{total:,} aggregates verified, {found:,} violations")
    if found:
        raise typer.Exit(1)


def _violations(connection: Any, aggregates: str) -> tuple[int, Iterator[Any]]:
    """How many aggregates, and what is wrong; replays too where `aggregates` are given."""
    from headrace.cli.progress import told_now_and_then
    from headrace.clock import SystemClock
    from headrace.store.upkeep import Verifier, kinds

    verifier, known = Verifier(connection), kinds(aggregates) if aggregates else {}
    total, clock = verifier.total(), SystemClock()

    def all_of_them() -> Iterator[Any]:
        yield from verifier.events(told_now_and_then(f"verified of {total:,} aggregates", clock))
        if known:
            report = told_now_and_then("aggregates with snapshots replayed", clock)
            with _store(_url()) as store:
                yield from verifier.snapshots(store, known, report)

    return total, all_of_them()


def _emit_moved(archiver: "Archiver", context: typer.Context) -> None:
    from headrace.cli.output import emit, note
    from headrace.cli.progress import told_now_and_then
    from headrace.clock import SystemClock

    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(ARCHIVED[1:], 0))
    for each in archiver.run(told_now_and_then("aggregates looked at", SystemClock())):
        _count(counts[each.stream.aggregate_type], each)
    emit(({"aggregate_type": name, **counts[name]} for name in sorted(counts)), ARCHIVED, context)
    if any(each["waiting"] for each in counts.values()) and archiver.snapshot is None:
        note("aggregates without a snapshot wait: --aggregates makes them (but not a dry run)")
    if not counts:
        note(f"nothing before {archiver.before.isoformat()} is left to archive")


def _count(count: dict[str, int], moved: "Moved") -> None:
    count["aggregates"] += moved.events > 0
    count["events"] += moved.events
    count["waiting"] += moved.waits


def _moment(text: str, now: datetime) -> datetime:
    """A day or a time as UTC; a year ago for none. Raises ConfigurationError."""
    from datetime import UTC

    if not text:
        return now - timedelta(days=365)
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"--before {text} is no day: write it as 2025-01-31, or 2025-01-31T12:00:00Z"
        ) from None
    if moment > now:
        raise ConfigurationError(f"--before {text} is in the future; old events are archived")
    return moment


def _snapshots(store: "EventStore", aggregates: str) -> Callable[["Stream"], bool]:
    """A function that writes a snapshot of an aggregate whose kind is known, if it can be made."""
    from headrace.cli.output import note
    from headrace.errors import PoisonError
    from headrace.store import MissingEventsError, Repository
    from headrace.store.upkeep import kinds

    repositories = {name: Repository(store, each) for name, each in kinds(aggregates).items()}

    def written(stream: "Stream") -> bool:
        repository = repositories.get(stream.aggregate_type)
        if repository is None:
            return False
        try:
            return repository.snapshot(stream.aggregate_id).version > 0
        except (PoisonError, MissingEventsError, ValueError, TypeError) as error:
            note(f"no snapshot of {stream}: {error}")
            return False

    return written


def _position(store: "EventStore", cursor: str) -> Any:
    from headrace.store.cursor import read_total

    return read_total(cursor, store.identity())


def _counts(of: Any) -> dict[str, int]:
    return {"events": of.events, "archived": of.archived}


def _url() -> str:
    from headrace.settings import load_settings

    return load_settings().event_store_url.get_secret_value()


def _store(url: str) -> "EventStore":
    from headrace.store import EventStore

    return EventStore(url, source=_APPLICATION, connections=1)


@contextmanager
def _connection(url: str) -> Iterator[Any]:
    from headrace.postgres import Database

    database = Database(url, application=_APPLICATION)
    try:
        with database.session() as connection:
            yield connection
    finally:
        database.close()
