"""The body of POST /api/events/replay/{streamId}, and the topic that it means."""

import asyncio
import re
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from api.bodies import model_problems, parse_body
from api.domain_event import MAX_VERSION
from api.problems import invalid
from api.services import Services
from api.stream import Range
from headrace.errors import FieldProblem
from headrace.kafka import describe_topics
from headrace.store import Recorded

MAX_EVENTS = 10_000
_OWN = re.compile(r"_.*|.*\.dlq|headrace-.*")

Version = Annotated[int, Field(ge=1, le=MAX_VERSION)]


class ReplayBody(BaseModel):
    """Which versions of the stream, whereto, and whether it is meant."""

    model_config = ConfigDict(
        strict=True, extra="forbid", frozen=True, alias_generator=to_camel, title="Replay"
    )

    dry_run: bool = Field(True, description="Nothing is published unless this is false.")
    topic: Annotated[str, Field(min_length=1, max_length=249)] | None = Field(
        None,
        description="The events' own topic, or one that is there and is none of the catalog's.",
    )
    from_version: Version | None = None
    to_version: Version | None = None

    @classmethod
    def parse(cls, raw: bytes) -> Self:
        """The body in `raw`. Raises a problem: 400 for what is not JSON, 422 for a wrong field."""
        parse_body(raw)
        try:
            return cls.model_validate_json(raw)
        except ValidationError as error:
            problems = model_problems(error, cls, "a replay")
            raise invalid("The replay is not valid", *problems) from None

    def range(self, version: int) -> Range:
        """The versions that are asked for, of a stream at `version`, as many as go at once.

        Raises a 422 problem where there are none.
        """
        first, last = self.from_version or 1, self.last(version)
        if last < first:
            reason = f"must not be above toVersion, and the stream is at version {version}"
            raise invalid("The replay is not valid", FieldProblem("fromVersion", reason))
        return Range(first, last, backwards=False, limit=MAX_EVENTS)

    def last(self, version: int) -> int:
        return min(self.to_version or version, version)


async def target_of(body: ReplayBody, head: Recorded, services: Services) -> str:
    """The topic to publish to. Raises a 422 problem for one that other things are kept in, and
    where none is named although it is meant: every consumer would get the events again.
    """
    own, wanted = services.catalog.event_type(head.event_type).topic, body.topic
    if wanted is None and not body.dry_run:
        reason = f"is missing; to give the events to all consumers again name {own} itself"
        raise invalid("The replay is not valid", FieldProblem("topic", reason))
    if wanted is None or wanted == own:
        return own
    if wanted in services.catalog.topics:
        reason = f"has events of its own; {own}, or one outside of the catalog, can be replayed to"
        raise invalid("The replay is not valid", FieldProblem("topic", reason))
    if _OWN.fullmatch(wanted):
        raise invalid("The replay is not valid", FieldProblem("topic", "is Kafka's or a stage's"))
    kafka = services.settings.kafka
    if not await asyncio.to_thread(describe_topics, kafka, [wanted]):
        raise invalid(
            "The replay is not valid", FieldProblem("topic", "is not there; make it first")
        )
    return wanted
