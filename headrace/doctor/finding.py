"""What a check has found."""

from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "problem", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is what was looked at (an address, a group, a topic); `remedy` what to do, empty
    where there is nothing to do. No secret stands in any of them.
    """

    check: str
    state: State
    subject: str
    detail: str
    remedy: str = ""
