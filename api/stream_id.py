"""Ids of streams: `<aggregateType>-<aggregateId>`, or the aggregate's id alone."""

import re
from dataclasses import dataclass
from uuid import UUID

from api.problems import Problem
from headrace.errors import FieldProblem
from headrace.store import Stream

_UUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_FORM = re.compile(rf"(?:([^\W\d]\w{{0,49}})-)?({_UUID})", re.ASCII)


@dataclass(frozen=True, slots=True)
class StreamId:
    """An aggregate as an address names it; without its type where the id alone is given."""

    aggregate_id: UUID
    aggregate_type: str | None = None

    @classmethod
    def parse(cls, text: str, field: str = "streamId") -> "StreamId":
        """Raises a 422 problem that names the field."""
        found = _FORM.fullmatch(text)
        if found is None:
            reason = "must be an aggregate's id (a UUID), or its type, a hyphen and its id"
            problem = FieldProblem(field, f"{reason}, such as Joueur-{UUID(int=0)}")
            raise Problem(
                422, "invalid-request", "The stream id is not valid", str(problem), errors=[problem]
            )
        return cls(UUID(found[2]), found[1])

    def names(self, stream: Stream) -> bool:
        return self.aggregate_id == stream.aggregate_id and self.aggregate_type in (
            None,
            stream.aggregate_type,
        )

    def __str__(self) -> str:
        return f"{self.aggregate_type or 'aggregate'} {self.aggregate_id}"


def text_of(stream: Stream) -> str:
    """The whole form."""
    return f"{stream.aggregate_type}-{stream.aggregate_id}"


def not_found(stream_id: StreamId) -> Problem:
    """404: nothing was appended to it."""
    return Problem(
        404, "no-such-stream", "There is no such stream", f"{stream_id} has no events in the store"
    )
