"""Rows of a table to events: which column becomes which field, converted to the field's type."""

import base64
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from headrace.catalog import EventType
from headrace.codec import JsonError, parse_json
from headrace.codec.json_form.schema import Types, branches_of, kind_of
from headrace.errors import ConfigurationError, FieldProblem, InvalidEventError

ENVELOPE_FIELDS = frozenset(
    {"eventId", "timestamp", "correlationId", "causationId", "aggregateType", "aggregateId",
     "aggregateVersion", "accountId", "userId"}
)  # fmt: skip
_WHOLE = {"int", "long"}
_NUMBERS = {"float", "double"}
_NESTED = {"array", "map", "record", "union"}


class Mapper:
    """Makes the JSON of events of one type out of rows.

    A column goes to the payload field of its name, or where `renamed` says: a payload field, or
    an envelope field written as `@aggregateId`. Other columns are left out (`ignored`). A nullable
    field without a column is null, as if the table had one of empty cells.
    """

    def __init__(self, event_type: EventType, source: str, renamed: Mapping[str, str]) -> None:
        self._base = {"eventType": event_type.name, "source": source}
        self._renamed = renamed
        payload = event_type.latest.payload
        types = Types(payload)
        self._fields = {
            field["name"]: _Field(field["type"], types) for field in types.root["fields"]
        }
        self._absent = {
            field["name"]: None
            for field in types.root["fields"]
            if "default" not in field and self._fields[field["name"]].is_nullable
        }
        self._check_targets()

    def ignored(self, columns: Iterable[str]) -> list[str]:
        """The columns that go nowhere; raises ConfigurationError for a mapped one not there."""
        present = list(columns)
        for column in self._renamed:
            if column not in present:
                raise ConfigurationError(f"--map names the column {column!r}, which is not there")
        return [column for column in present if self._target(column) is None]

    def event(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The event's JSON; raises InvalidEventError for cells that do not fit their field."""
        event: dict[str, Any] = dict(self._base)
        payload: dict[str, Any] = dict(self._absent)
        problems: list[FieldProblem] = []
        for column, cell in row.items():
            target = self._target(column)
            if target is None:
                continue
            try:
                if target.startswith("@"):
                    event[target[1:]] = _envelope_cell(target[1:], cell)
                else:
                    payload[target] = self._fields[target].convert(cell)
            except ValueError as error:
                problems.append(FieldProblem(f"column {column}", str(error)))
        if problems:
            raise InvalidEventError(*problems)
        return event | {"payload": payload}

    def _target(self, column: str) -> str | None:
        target = self._renamed.get(column, column)
        return target if target.startswith("@") or target in self._fields else None

    def _check_targets(self) -> None:
        for target in self._renamed.values():
            known = target[1:] in ENVELOPE_FIELDS if target[:1] == "@" else target in self._fields
            if not known:
                raise ConfigurationError(
                    f"--map: {target!r} is no field of the payload ({', '.join(self._fields)}) "
                    f"nor of the envelope (@{', @'.join(sorted(ENVELOPE_FIELDS))})"
                )


class _Field:
    """One payload field: whether a cell may be empty, and what text in it means."""

    def __init__(self, schema: Any, types: Types) -> None:
        resolved = types.resolve(schema)
        self.is_nullable = resolved["type"] == "null"
        if resolved["type"] == "union":
            self.is_nullable, branches = branches_of(resolved, types)
            if len(branches) == 1:
                resolved = types.resolve(branches[0])
        self._kind = kind_of(resolved)

    def convert(self, cell: Any) -> Any:
        value = _plain(cell)
        if value is None or (value == "" and self.is_nullable):
            return None
        if isinstance(value, str):
            return _from_text(value, self._kind)
        if isinstance(value, int | float) and self._kind == "decimal":
            return str(value)
        if isinstance(value, float) and self._kind in _WHOLE and value.is_integer():
            return int(value)  # a column of whole numbers with gaps is often stored as floats
        return value


def _from_text(text: str, kind: str) -> Any:
    if kind in _WHOLE:
        return _number(text, int, "a whole number")
    if kind in _NUMBERS:
        return _number(text, float, "a number")
    if kind == "boolean":
        return _boolean(text)
    if kind in _NESTED:
        return _json(text)
    return text


def _number(text: str, convert: Callable[[str], Any], name: str) -> Any:
    try:
        return convert(text.strip().replace("_", "x"))  # Python's 1_000 is nobody's number
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not {name}") from None


def _boolean(text: str) -> bool:
    found = {"true": True, "false": False, "1": True, "0": False}.get(text.strip().lower())
    if found is None:
        raise ValueError(f"{text[:40]!r} is neither true nor false")
    return found


def _json(text: str) -> Any:
    try:
        return parse_json(text.encode())
    except JsonError as error:
        raise ValueError(error.reason) from error


def _envelope_cell(field: str, cell: Any) -> Any:
    value = _plain(cell)
    if value is None or value == "":
        return None
    if field == "aggregateVersion":
        return _number(str(value), int, "a whole number")
    return str(value)


def _plain(value: Any) -> Any:
    """A cell of a typed table as a JSON value."""
    convert = _PLAIN.get(type(value))
    return convert(value) if convert else value


def _instant(value: datetime) -> str:
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat(timespec="microseconds")[:-6] + "Z"


_PLAIN: dict[type, Callable[[Any], Any]] = {
    datetime: _instant,
    date: date.isoformat,
    time: time.isoformat,
    Decimal: "{:f}".format,
    bytes: lambda value: base64.b64encode(value).decode("ascii"),
    list: lambda value: [_plain(item) for item in value],
    dict: lambda value: {key: _plain(item) for key, item in value.items()},
}
