"""What is wrong in the catalog's files, and where."""

from dataclasses import dataclass

from headrace.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class CatalogProblem:
    """One mistake: the file (relative to the root), the topic or event type in it, the field."""

    file: str
    subject: str
    field: str
    reason: str

    def __str__(self) -> str:
        return ": ".join(
            part for part in (self.file, self.subject, self.field, self.reason) if part
        )


class CatalogError(ConfigurationError):
    """The files under topics/ or schemas/avro/ contradict the catalog's rules.

    Every problem is in `problems`; correct the named fields, then run `headrace schemas check`.
    """

    def __init__(self, problems: tuple[CatalogProblem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
