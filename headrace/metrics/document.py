"""The list as a part of docs/metrics.md, between two marks."""

from headrace.errors import ConfigurationError
from headrace.metrics.definitions import METRICS, Metric

BEGIN = "<!-- the list: written by `headrace metrics --page` -->"
END = "<!-- end of the list -->"

_HEAD = "| metric | type | labels | meaning |\n|---|---|---|---|"


def page(text: str) -> str:
    """The page with its list as it should be. Raises ConfigurationError where the marks are not."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ConfigurationError(f"the page has no lines {BEGIN!r} and {END!r}")
    rows = "\n".join(map(_row, METRICS))
    return f"{before}{BEGIN}\n{_HEAD}\n{rows}\n{END}{after}"


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels) or "none"
    unit = f", {metric.unit}" if metric.unit else ""
    return f"| `{metric.name}` | {metric.kind}{unit} | {labels} | {metric.meaning} |"
