"""Which requirement is shown by a test: the markers in tests/ against docs/requirements.md.

`python -m tests.contract.requirements_table` reports where the two differ (exit 1);
with `--write` it sets the column "shown by tests" to what the markers say.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "docs" / "requirements.md"
SHOWN, NOT_YET = "yes", "not yet"

_ROW = re.compile(r"^\| (?P<id>[SX][0-9]*-[0-9]+) \| (?P<text>.+) \| (?P<shown>[^|]+) \|$")


def covered(tests: Path) -> dict[str, list[str]]:
    """Requirement id -> the files below `tests` whose tests carry it in a `covers` marker."""
    found: dict[str, list[str]] = {}
    for path in sorted(tests.rglob("*.py")):
        for requirement in sorted(set(_marked_in(path.read_text("utf-8")))):
            found.setdefault(requirement, []).append(path.relative_to(tests).as_posix())
    return found


def listed(document: str) -> dict[str, bool]:
    """Requirement id -> whether the document's row says that tests show it."""
    rows: dict[str, bool] = {}
    for line in document.splitlines():
        if row := _ROW.match(line):
            if row["id"] in rows:
                raise ValueError(f"{row['id']} has two rows")
            if row["shown"] not in {SHOWN, NOT_YET}:
                raise ValueError(f"{row['id']}: the last column is {SHOWN!r} or {NOT_YET!r}")
            rows[row["id"]] = row["shown"] == SHOWN
    return rows


def updated(document: str, marked: Mapping[str, object]) -> str:
    """The document with its last column as the markers say."""
    return "".join(_updated_line(line, marked) for line in document.splitlines(keepends=True))


def differences(document: str, marked: Mapping[str, object]) -> list[str]:
    """One sentence for each requirement on which document and markers disagree."""
    rows = listed(document)
    unknown = [f"{each} is marked in a test but has no row" for each in marked.keys() - rows.keys()]
    wrong = [
        f"{each} is {'' if each in marked else 'not '}shown by a test, its row says otherwise"
        for each, shown in rows.items()
        if shown != (each in marked)
    ]
    return sorted(unknown) + wrong


def main(arguments: list[str]) -> int:
    """The command of this module's docstring; returns its exit code."""
    document, marked = TABLE.read_text("utf-8"), covered(ROOT / "tests")
    if "--write" in arguments:
        document = updated(document, marked)
        TABLE.write_text(document, "utf-8")
    found = differences(document, marked)
    sys.stdout.writelines(f"{each}\n" for each in found)
    return 1 if found else 0


def _updated_line(line: str, marked: Mapping[str, object]) -> str:
    row = _ROW.match(line.rstrip("\n"))
    if row is None:
        return line
    return f"| {row['id']} | {row['text']} | {SHOWN if row['id'] in marked else NOT_YET} |\n"


def _marked_in(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.covers":
            for argument in node.args:
                yield str(ast.literal_eval(argument))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
