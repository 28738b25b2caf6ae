"""What every typed event is, and the names of the texts that its fields hold."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Self, TypeAlias

from headrace.errors import PoisonError

Timestamp: TypeAlias = str
"""RFC 3339 with its zone; canonical in UTC with micros: 2026-03-14T15:09:26.535000Z."""
LocalTimestamp: TypeAlias = str
"""A time without a zone: 2026-03-14T15:09:26.535000."""
Date: TypeAlias = str
"""A day: 2026-03-14."""
TimeOfDay: TypeAlias = str
"""A time of day: 15:09:26.535000."""
DecimalText: TypeAlias = str
"""A decimal with all digits of its scale: 12.50."""
UuidText: TypeAlias = str
"""A UUID in lower case with hyphens."""
Base64Text: TypeAlias = str
"""Bytes as base64 with padding."""

UNFIT = (KeyError, TypeError, AttributeError, PoisonError)
"""What reading a payload of another shape raises."""


class TypedRecord(ABC):
    """A record of a payload. Its fields hold the JSON form of docs/json.md, nothing is converted.

    Values are checked by the encoder, statically by mypy, not by the class itself.
    """

    __slots__ = ()

    @abstractmethod
    def to_payload(self) -> dict[str, Any]:
        """The record as an event's payload holds it; lists and maps are shared, not copied."""

    @classmethod
    @abstractmethod
    def from_payload(cls, payload: Mapping[str, Any]) -> Self:
        """The record in a decoded payload of any minor version of this major.

        What the payload lacks takes its default, what the class does not know is left out.
        Raises PoisonError (`does_not_fit`) naming the field that is missing or has another shape.
        """


class TypedEvent(TypedRecord):
    """An event type's payload in one major version.

    `version` is the newest "N.M" of it, which `to_payload` writes. `aggregate_id_field` is the
    payload's field that names the aggregate, under the schema's name; None where there is none.
    """

    __slots__ = ()

    event_type: ClassVar[str]
    version: ClassVar[str]
    topic: ClassVar[str]
    aggregate_id_field: ClassVar[str | None]


def timestamp(moment: datetime) -> Timestamp:
    """The text of an aware time; raises ValueError for one without a zone."""
    if moment.tzinfo is None:
        raise ValueError("the time has no zone; give it one, such as datetime.now(UTC)")
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def does_not_fit(record: type[TypedRecord], error: Exception) -> PoisonError:
    """What `from_payload` raises: which field of which class the payload has not, or wrongly."""
    if isinstance(error, PoisonError):
        return error
    reason = f"no field {error}" if isinstance(error, KeyError) else str(error)
    return PoisonError("does_not_fit", f"the payload does not fit {record.__name__}: {reason}")


def renamed(payload: Mapping[str, Any], names: tuple[str, ...], *default: Any) -> Any:
    """The field under the first of its names that the payload has, else the default.

    Raises KeyError with its present name if there is neither.
    """
    for name in names:
        if name in payload:
            return payload[name]
    if default:
        return default[0]
    raise KeyError(names[0])
