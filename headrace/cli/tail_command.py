"""`headrace tail`: events as they come, decoded, straight from Kafka."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

import typer

from headrace.cli.output import emit_json, note, wants_json
from headrace.errors import ConfigurationError, PoisonError, UnknownSchemaError

if TYPE_CHECKING:
    from headrace.catalog import Catalog
    from headrace.codec import EventDecoder
    from headrace.envelope import Event
    from headrace.kafka import Record, TopicReader

_POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Filter:
    """Which events are shown: each condition that is set must hold."""

    types: tuple[str, ...] = ()
    source: str | None = None
    aggregate: str | None = None
    correlation: str | None = None

    def topics(self, catalog: "Catalog") -> list[str]:
        """The topics that can carry what is asked for."""
        return sorted(
            {each.topic for each in catalog.event_types.values() if self._takes_type(each.name)}
        )

    def may_take(self, record: "Record") -> bool:
        """What the headers tell already, so that other records need no decoding."""
        headers = dict(record.headers)
        found = headers.get("eventType")
        if found is not None and not self._takes_type(found.decode("utf-8", "replace")):
            return False
        flow = headers.get("correlationId")
        return self.correlation is None or flow is None or flow == self.correlation.encode()

    def takes(self, event: "Event") -> bool:
        return (
            self._takes_type(event.event_type)
            and self.source in (None, event.source)
            and self.aggregate in (None, event.aggregate_id)
            and self.correlation in (None, event.correlation_id)
        )

    def _takes_type(self, name: str) -> bool:
        return not self.types or any(fnmatchcase(name, pattern) for pattern in self.types)


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("tail")(tail)


def tail(
    context: typer.Context,
    *,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Event type, * as wildcard; repeatable.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Only from this source.")] = None,
    aggregate: Annotated[str | None, typer.Option(help="Only of this aggregate id.")] = None,
    correlation: Annotated[str | None, typer.Option(help="Only of this correlation id.")] = None,
    from_beginning: Annotated[
        bool, typer.Option("--from-beginning", help="From the oldest that Kafka still has.")
    ] = False,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="Stop at what was the end when it began.")
    ] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many events.")] = None,
) -> None:
    """Show events live from Kafka; reads beside all consumer groups and commits nothing.

    Example: headrace tail --type 'voyage.booking.*' --limit 10
    """
    from headrace.catalog import load_catalog
    from headrace.codec import EventDecoder, Registry
    from headrace.kafka import TopicReader
    from headrace.settings import load_settings

    settings, catalog = load_settings(), load_catalog()
    wanted = Filter(tuple(types or ()), source, aggregate, correlation)
    topics = wanted.topics(catalog)
    if not topics:
        raise ConfigurationError(f"the catalog has no event type like {', '.join(types or ())}")
    decoder = EventDecoder(catalog, Registry(settings))
    show = emit_event if wants_json(context) else _line
    try:
        with TopicReader(settings.kafka, topics, from_beginning=from_beginning) as reader:
            for shown, event in enumerate(_events(reader, decoder, wanted, until_end), start=1):
                show(event)
                if shown == limit:
                    return
    except KeyboardInterrupt:
        return


def emit_event(event: "Event") -> None:
    """An event as one line of JSON, such as `headrace publish` takes."""
    from headrace.event_json import event_to_json

    emit_json(event_to_json(event))


def _events(
    reader: "TopicReader", decoder: "EventDecoder", wanted: Filter, until_end: bool
) -> Iterator["Event"]:
    while not (until_end and reader.at_end):
        for record in reader.poll(_POLL_SECONDS):
            if record.odd_headers:
                note(f"{_place(record)}: a header's name is not UTF-8, so no header is looked at")
            event = _decoded(decoder, record) if wanted.may_take(record) else None
            if event is not None and wanted.takes(event):
                yield event


def _decoded(decoder: "EventDecoder", record: "Record") -> "Event | None":
    try:
        return decoder.decode(record.value).event
    except (PoisonError, UnknownSchemaError) as error:
        note(f"{_place(record)}: {error}")
        return None


def _place(record: "Record") -> str:
    return f"{record.topic}[{record.partition}] offset {record.offset}"


def _line(event: "Event") -> None:
    from headrace.codec import dump_json
    from headrace.event_json import rfc3339

    about = event.aggregate_id or event.account_id or "-"
    payload = dump_json(event.payload).decode("utf-8", "replace")
    text = f"{rfc3339(event.timestamp)}  {event.event_type}  {event.source}  {about}  {payload}"
    text = "".join(each if each.isprintable() else "\ufffd" for each in text)
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        text = text if len(text) <= width else text[: width - 1] + "…"
    typer.echo(text)
