"""How the quick way says that it does not know."""

from collections.abc import Callable
from typing import Any

Write = Callable[[Any], bytes]
"""From a JSON value to its Avro bytes; raises Doubt, or ValueError for a text beyond UTF-8."""


class Doubt(Exception):  # noqa: N818 - a signal inside this package, not an error for users
    """This value needs the full check."""
