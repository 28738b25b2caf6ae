"""One difference between what was released and what is there now."""

from dataclasses import dataclass

from headrace.catalog.compatibility import First


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference; `field` is a path in the payload such as `fare.currency`, or empty.

    `first` says whose new code is deployed first: consumers, producers, or either; empty where
    neither order is safe. `remedy` is empty unless it breaks.
    """

    file: str
    subject: str
    field: str
    breaks: bool
    first: First
    reason: str
    remedy: str = ""
