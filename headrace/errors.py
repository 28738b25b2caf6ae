"""What can go wrong, by what the user can do about it."""

from dataclasses import dataclass


class HeadraceError(Exception):
    """The root of all errors that headrace raises on purpose; its message names the remedy."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One field that was refused: `field` is a path such as `payload.seats[0]`."""

    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.field}: {self.reason}"


class InvalidEventError(HeadraceError):
    """An event that its schema or the envelope's rules refuse. Correct the named fields."""

    def __init__(self, *problems: FieldProblem) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


class UnknownEventTypeError(InvalidEventError):
    """The catalog has no such event type (or no such version). Add it under topics/ first."""


class PoisonError(HeadraceError):
    """The bytes of one record cannot be read, now or ever: it belongs to the dead letters.

    `reason` is a short stable word (`not_avro`, `unknown_schema`, …) for metrics and searches.
    """

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class BusinessError(HeadraceError):
    """A rule of the domain refuses it. An event goes to the dead letters at once."""


class RuleBrokenError(BusinessError):
    """An aggregate refuses a command as it is now. Send another, or when its state allows it.

    `rule` is a short stable word (`created_once`, `on_cooldown`, …) for programs.
    """

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule


class OutageError(HeadraceError):
    """A dependency cannot be reached. Work waits for it; nothing is lost meanwhile."""


class TransientError(HeadraceError):
    """Work failed for a reason that passes (a lock, a limit). It is tried again."""


class UnknownSchemaError(HeadraceError):
    """A reachable registry does not know this schema id; it may not have heard of it yet."""

    def __init__(self, schema_id: int) -> None:
        super().__init__(f"the registry does not know schema id {schema_id}")
        self.schema_id = schema_id


class ConfigurationError(HeadraceError):
    """A setting is missing or wrong. The message names it and says what it takes."""
