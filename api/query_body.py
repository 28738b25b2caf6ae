"""The body of POST /api/events/query, checked strictly, and the filter that it stands for."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.alias_generators import to_camel

from api import cursor as cursors
from api.bodies import model_problems, parse_body
from api.problems import invalid
from headrace.codec.json_form.moments import instant
from headrace.codec.json_form.refused import Refused, shown
from headrace.errors import FieldProblem, InvalidEventError
from headrace.postgres import EventFilter, Order, Position

MAX_LIMIT = 1000
_instant = instant()


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("has a NUL character, which no stored event has")
    return text


def _moment(value: Any) -> datetime:
    """As in an event: pydantic alone would also take seconds since 1970, and cut digits off."""
    try:
        return _instant(value)
    except Refused as refused:
        raise ValueError(refused.problems[0][1]) from None


Text = Annotated[
    str, StringConstraints(min_length=1, max_length=1024), AfterValidator(_without_nul)
]
Texts = Annotated[list[Text], Field(min_length=1, max_length=100)]
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]


class QueryBody(BaseModel):
    """Filters (all must hold; inside a list any), order, and where to continue."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=to_camel, title="EventQuery"
    )

    types: Texts | None = Field(
        None, description="Event types; * stands for any characters.", examples=[["voyage.*"]]
    )
    sources: Texts | None = Field(None, examples=[["voyage-service"]])
    aggregate_id: Text | None = None
    aggregate_type: Text | None = None
    correlation_id: Text | None = None
    account_id: Text | None = None
    since: Moment | None = Field(
        None, alias="from", description="First moment of the range (RFC 3339, with its zone)."
    )
    until: Moment | None = Field(
        None, alias="to", description="End of the range; events at this moment are not in it."
    )
    payload: dict[str, JsonValue] | None = Field(
        None, description="What the payload must contain.", examples=[{"carrier": "UA"}]
    )
    order: Order = Field("asc", description="By (timestamp, eventId), up or down.")
    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT)] = 100
    cursor: Annotated[str, Field(max_length=1024)] | None = Field(
        None, description="nextCursor of the page before; the filters must be the same."
    )

    @field_validator("until")
    @classmethod
    def _after_since(cls, until: datetime | None, info: ValidationInfo) -> datetime | None:
        since = info.data.get("since")
        if until and since and until <= since:
            raise ValueError("must be later than from; the range is [from, to)")
        return until

    @field_validator("payload")
    @classmethod
    def _storable(cls, payload: dict[str, JsonValue] | None) -> dict[str, JsonValue] | None:
        for text in _strings(payload):
            _without_nul(text)
        json.dumps(payload, allow_nan=False)  # a number past a double's range is a ValueError
        return payload

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """The body in `raw`. Raises a problem: 400 for what is not JSON, 422 for a wrong field."""
        if problems := tuple(_surrogates(parse_body(raw), "")):
            raise invalid("The query is not valid", *problems)
        try:
            return cls.model_validate_json(raw)
        except ValidationError as error:
            raise invalid(
                "The query is not valid", *model_problems(error, cls, "a query")
            ) from None

    def filter(self, event_types: Sequence[str] | None) -> EventFilter:
        """The filter with its patterns resolved. Raises a 422 problem for a cursor of elsewhere."""
        return EventFilter(
            event_types=event_types,
            sources=self.sources,
            aggregate_id=self.aggregate_id,
            aggregate_type=self.aggregate_type,
            correlation_id=self.correlation_id,
            account_id=self.account_id,
            since=self.since,
            until=self.until,
            payload_json=json.dumps(self.payload) if self.payload else None,
            order=self.order,
            limit=self.limit,
            after=self._position(),
        )

    @property
    def digest(self) -> str:
        """What a cursor of this query is bound to: its filters, not the size of its pages."""
        return cursors.digest(self.model_dump(mode="json", exclude={"order", "limit", "cursor"}))

    def _position(self) -> Position | None:
        if self.cursor is None:
            return None
        try:
            return cursors.decode(self.cursor, self.order, self.digest)
        except InvalidEventError as error:
            raise invalid("The query is not valid", *error.problems) from None


def _strings(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from _strings(item)


def _surrogates(value: JsonValue, path: str) -> Iterator[FieldProblem]:
    """Where lone surrogates are, which pydantic takes for broken JSON without naming the field."""
    if isinstance(value, str):
        if not _is_text(value):
            yield FieldProblem(path or "body", "must not contain a lone surrogate")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _surrogates(item, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, item in value.items():
            below = f"{path}.{shown(name)}".removeprefix(".")
            if not _is_text(name):
                yield FieldProblem(below, "must not contain a lone surrogate")
            yield from _surrogates(item, below)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
