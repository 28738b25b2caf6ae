"""`headrace query`: asks the REST API for the history of events."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import typer

from headrace.errors import ConfigurationError, HeadraceError, OutageError

_PAGE = 100
_LARGEST_PAGE = 1000
_TIMEOUT_SECONDS = 60.0
_JSON = {"Content-Type": "application/json"}
COLUMNS = ("timestamp", "eventType", "source", "aggregateId", "correlationId", "eventId", "payload")


class QueryRefusedError(HeadraceError):
    """The API refuses the query; the message names the fields and the reasons."""


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("query", help="Query the history of events over the REST API.")(query)


def query(
    context: typer.Context,
    *,
    types: Annotated[
        list[str] | None, typer.Option("--type", help="Event type; * stands for anything.")
    ] = None,
    sources: Annotated[
        list[str] | None, typer.Option("--source", help="Producing service.")
    ] = None,
    aggregate: Annotated[str | None, typer.Option(help="Aggregate id.")] = None,
    correlation: Annotated[str | None, typer.Option(help="Correlation id.")] = None,
    account: Annotated[str | None, typer.Option(help="Account id.")] = None,
    since: Annotated[
        str | None, typer.Option("--from", help="First moment, such as 2026-11-22T20:00:00Z.")
    ] = None,
    until: Annotated[str | None, typer.Option("--to", help="End of the range, exclusive.")] = None,
    limit: Annotated[int | None, typer.Option(help="Events a page, 1 to 1000.")] = None,
    cursor: Annotated[str | None, typer.Option(help="Continue after this page's cursor.")] = None,
    order: Annotated[str, typer.Option(help="asc or desc, by time.")] = "asc",
    everything: Annotated[
        bool, typer.Option("--all", help="Follow the cursors to the end.")
    ] = False,
) -> None:
    """Show the events that match all options; options given twice mean any of them."""
    from headrace.cli.output import emit, note

    wanted = {
        "types": types,
        "sources": sources,
        "aggregateId": aggregate,
        "correlationId": correlation,
        "accountId": account,
        "from": since,
        "to": until,
        "order": order,
        "limit": limit if limit is not None else (_LARGEST_PAGE if everything else _PAGE),
        "cursor": cursor,
    }
    body = {name: value for name, value in wanted.items() if value not in (None, [])}
    following: list[str | None] = [None]
    emit(_events(_pages(body, everything), following), COLUMNS, context)
    if following[-1]:
        note(f"more: --cursor {following[-1]}")


def _events(
    pages: Iterable[dict[str, Any]], following: list[str | None]
) -> Iterator[dict[str, Any]]:
    """The events of all pages; each page's cursor is put at the end of `following`."""
    for page in pages:
        following.append(page["nextCursor"])
        yield from page["events"]


def _pages(body: dict[str, Any], everything: bool) -> Iterator[dict[str, Any]]:
    import httpx

    from headrace.settings import load_settings

    settings = load_settings()
    if settings.token is None:
        raise ConfigurationError(
            "HEADRACE_TOKEN is not set; `source .local/env`, or set it to the API's token"
        )
    headers = {"Authorization": f"Bearer {settings.token.get_secret_value()}"}
    with httpx.Client(
        base_url=settings.api_url, headers=headers, timeout=_TIMEOUT_SECONDS
    ) as client:
        while True:
            answer = _ask(client, body)
            yield answer
            if not (everything and answer["nextCursor"]):
                return
            body = body | {"cursor": answer["nextCursor"]}


def _ask(client: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    import httpx

    try:
        # in ASCII: what a shell gave that is not UTF-8 is then the API's to refuse, by its field
        content = json.dumps(body)
        answer = client.post("/api/events/query", content=content, headers=_JSON)
    except httpx.TimeoutException:
        raise OutageError(f"the API at {client.base_url} did not answer in time") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OutageError(
            f"the API at {client.base_url} (HEADRACE_API_URL) cannot be reached: {error}; "
            "start it with `headrace up` or `headrace api`"
        ) from None
    if answer.is_success:
        page: dict[str, Any] = answer.json()
        return page
    raise _refused(answer)


def _refused(answer: Any) -> HeadraceError:
    """The problem document in one line; what is not one comes from something else than our API."""
    try:
        problem = answer.json()
        told = problem["detail"]
        fields = "; ".join(f"{each['field']}: {each['reason']}" for each in problem["errors"])
    except (ValueError, KeyError, TypeError):
        return OutageError(f"{answer.url} answers HTTP {answer.status_code}, not as headrace does")
    if answer.status_code == 401:
        return ConfigurationError(f"the API refuses HEADRACE_TOKEN: {told}")
    if answer.status_code >= 500:
        return OutageError(f"the API cannot answer now: {told}")
    return QueryRefusedError(fields or told)
