"""Python text laid out in lines of at most 100 characters, as ruff lays it out."""

import textwrap
from collections.abc import Iterable
from dataclasses import dataclass

WIDTH = 100


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression: `head` and `tail` are its brackets, `parts` where it may be broken."""

    parts: tuple[str, ...]
    head: str = ""
    tail: str = ""
    flat_brackets: bool = True

    def __str__(self) -> str:
        body = " ".join(self.parts)
        return f"{self.head}{body}{self.tail}" if self.flat_brackets else body

    def lines(self, before: str, after: str) -> list[str]:
        """The expression between `before` (with its indent) and `after`, broken where too long."""
        flat = f"{before}{self}{after}"
        if len(flat) <= WIDTH or not self.head:
            return [flat]
        indent = " " * (len(before) - len(before.lstrip()) + 4)
        body = indent + " ".join(self.parts)
        # ruff breaks a conditional into its three parts at once, never into fewer
        whole = len(body) <= WIDTH
        inside = [body] if whole else [indent + part for part in self.parts]
        return [before + self.head, *inside, indent[4:] + self.tail + after]


def docstring(text: str, indent: str) -> list[str]:
    """A docstring's lines; `text` may have several paragraphs."""
    safe = text.replace("\\", "\\\\").replace('"""', r"\"\"\"")
    if safe.endswith('"'):
        safe = safe[:-1] + r"\""
    one = f'{indent}"""{safe}"""'
    if len(one) <= WIDTH and "\n" not in safe:
        return [one]
    first, *others = safe.split("\n\n")
    lines = _wrapped(f'"""{first}', indent)
    for paragraph in others:
        lines += ["", *_wrapped(paragraph, indent)]
    return [*lines, f'{indent}"""']


def _wrapped(paragraph: str, indent: str) -> list[str]:
    return textwrap.wrap(
        paragraph,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def exploded(before: str, items: Iterable[str], after: str) -> list[str]:
    """A bracket with one item a line, each with its comma."""
    indent = " " * (len(before) - len(before.lstrip()) + 4)
    return [before, *(f"{indent}{item}," for item in items), indent[4:] + after]


def import_order(name: str) -> tuple[int, str]:
    """The key that ruff sorts imported names by: constants, classes, functions."""
    return _kind(name), name.lower()


def public_order(name: str) -> tuple[int, str]:
    """The key that ruff sorts `__all__` by: the same, but capitals before small letters."""
    return _kind(name), name


def _kind(name: str) -> int:
    return 0 if name.isupper() else 1 if name[0].isupper() else 2
