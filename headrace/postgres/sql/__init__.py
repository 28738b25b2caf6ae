"""SQL statements in files of their own, read once."""

from functools import cache
from importlib.resources import files
from typing import LiteralString


@cache
def statement(name: str) -> LiteralString:
    """The text of `<name>.sql` in this folder: ours, never a user's."""
    return (files(__name__) / f"{name}.sql").read_text()
