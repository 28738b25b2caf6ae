"""Puts a result into docs/benchmarks.md, between the markers of its benchmark."""

import re
from datetime import date

from benchmarks.machine import machine_line
from benchmarks.report import Result
from benchmarks.suite import Benchmark
from deploy.local.layout import REPOSITORY
from headrace.clock import SystemClock

DOCUMENT = REPOSITORY / "docs" / "benchmarks.md"


def write_section(benchmark: Benchmark, result: Result, command: str) -> None:
    """Replace the benchmark's section, or add it at the end."""
    body = section(benchmark, result, command, SystemClock().now().date())
    DOCUMENT.write_text(replaced(DOCUMENT.read_text(), benchmark.name, body))


def section(benchmark: Benchmark, result: Result, command: str, day: date) -> str:
    """A heading, the command, the day, the machine, the tables."""
    head = f"## {benchmark.about[:1].upper()}{benchmark.about[1:]}\n"
    how = f"`{command}`, {day.isoformat()}. {machine_line()}\n"
    return "\n".join((head, how, result.markdown().rstrip("\n") + "\n"))


def replaced(document: str, name: str, body: str) -> str:
    """`document` with `body` between `<!-- bench:NAME -->` and its end marker."""
    opening, closing = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    block = f"{opening}\n{body}{closing}"
    pattern = re.compile(re.escape(opening) + ".*?" + re.escape(closing), re.DOTALL)
    if pattern.search(document):
        return pattern.sub(lambda _: block, document, count=1)
    return f"{document.rstrip()}\n\n{block}\n"
