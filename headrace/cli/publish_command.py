"""`headrace publish`: events from a file or standard input into Kafka."""

import asyncio
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli.output import emit_json, note, wants_json
from headrace.cli.progress import progress_of
from headrace.errors import ConfigurationError, HeadraceError, InvalidEventError

if TYPE_CHECKING:
    from headrace.catalog import Catalog
    from headrace.clock import Clock
    from headrace.envelope import Event
    from headrace.files import Candidate, Mapper, Source
    from headrace.settings import Settings

_SHOWN_REFUSALS = 100


@dataclass
class Tally:
    """What became of the rows."""

    published: int = 0
    refused: int = 0
    seconds: float = 0.0

    def refuse(self, number: int, error: HeadraceError) -> None:
        self.refused += 1
        if self.refused <= _SHOWN_REFUSALS:
            note(f"line {number}: {error}")
        elif self.refused == _SHOWN_REFUSALS + 1:
            note("further refused lines are counted only")

    @property
    def rate(self) -> float:
        return self.published / self.seconds if self.seconds else 0.0


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("publish")(publish)


def publish(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="NDJSON, .csv or .parquet; - for NDJSON on stdin.", allow_dash=True),
    ],
    event_type: Annotated[
        str | None, typer.Option("--type", help="Event type of a table's rows.")
    ] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Source of a table's rows, and of NDJSON events that name none."),
    ] = None,
    renames: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FIELD",
            help="Payload field of a column, or @aggregateId and the like; repeatable.",
        ),
    ] = None,
) -> None:
    """Publish events and wait until Kafka has them. A refused line is named, the others go on.

    NDJSON holds a whole event a line. Each row of a CSV or Parquet file is a payload, its columns
    going to the fields of their names; a nullable field without a column is null. Exit code 1 when
    a line was refused.

    Example: headrace publish flights.csv --type voyage.flight.selected --source import
    --map tailnum=@aggregateId
    """
    from headrace.catalog import load_catalog
    from headrace.clock import SystemClock
    from headrace.files import open_source
    from headrace.settings import load_settings

    settings, catalog, clock = load_settings(), load_catalog(), SystemClock()
    mapper = _mapper(catalog, event_type, source, renames or [])
    path = None if str(file) == "-" else file
    tally = Tally()
    with open_source(path, sys.stdin.buffer, mapper) as opened:
        if opened.ignored:
            note(f"columns that are no field of the payload: {', '.join(opened.ignored)}")
        started = clock.monotonic()
        try:
            rows = _Rows(catalog, clock, source, tally)
            asyncio.run(_publish(opened, settings, rows, clock, tally))
        finally:
            tally.seconds = clock.monotonic() - started
            _summary(tally, as_json=wants_json(context))
    if tally.refused:
        raise typer.Exit(1)


def _mapper(
    catalog: "Catalog", event_type: str | None, source: str | None, renames: list[str]
) -> "Mapper | None":
    from headrace.files import Mapper

    if event_type is None:
        if renames:
            raise ConfigurationError("--map needs --type")
        return None
    if source is None:
        raise ConfigurationError("--type needs --source: who publishes these events")
    pairs = dict(each.partition("=")[::2] for each in renames)
    if not all(pairs.values()):
        raise ConfigurationError("--map takes COLUMN=FIELD")
    return Mapper(catalog.event_type(event_type), source, pairs)


async def _publish(
    opened: "Source", settings: "Settings", rows: "_Rows", clock: "Clock", tally: Tally
) -> None:
    from headrace.kafka import AsyncProducer, Receipt

    events = rows.events(opened)
    with progress_of(opened.total, clock) as progress:
        async with AsyncProducer(settings, rows.catalog, clock=clock) as producer:
            async for result in producer.publish_all(events):
                number = rows.numbers.popleft()
                if isinstance(result, Receipt):
                    tally.published += 1
                elif isinstance(result, InvalidEventError):
                    tally.refuse(number, result)
                else:
                    note(f"stopped at line {number}; some lines after it may be published")
                    raise result
                progress(opened.done, tally.published)


@dataclass
class _Rows:
    """Candidates to events; remembers the line of each that was handed out."""

    catalog: "Catalog"
    clock: "Clock"
    default_source: str | None
    tally: Tally
    numbers: deque[int] = field(default_factory=deque)

    def events(self, opened: "Source") -> Iterator["Event"]:
        for candidate in opened.candidates:
            try:
                event = self._event(candidate)
            except InvalidEventError as error:
                self.tally.refuse(candidate.number, error)
                continue
            self.numbers.append(candidate.number)
            yield event

    def _event(self, candidate: "Candidate") -> "Event":
        from headrace.event_json import event_from_json

        if candidate.error is not None:
            raise candidate.error
        return event_from_json(
            candidate.value, self.catalog, self.clock, default_source=self.default_source
        )


def _summary(tally: Tally, *, as_json: bool) -> None:
    if as_json:
        emit_json(
            {
                "published": tally.published,
                "refused": tally.refused,
                "seconds": round(tally.seconds, 3),
                "perSecond": round(tally.rate),
            }
        )
        return
    typer.echo(
        f"published {tally.published:,} events in {tally.seconds:.1f} s ({tally.rate:,.0f}/s), "
        f"refused {tally.refused:,}"
    )
