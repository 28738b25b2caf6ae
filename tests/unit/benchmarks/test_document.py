"""Sections of the page of figures are replaced between their markers."""

from datetime import date

from benchmarks.document import replaced, section
from benchmarks.report import Result, Table
from benchmarks.suite import SUITE

DAY = date(2026, 11, 22)


def test_a_section_replaces_the_one_before_and_leaves_its_neighbours() -> None:
    before = "# Page\n\n<!-- bench:a -->\nold\n<!-- /bench:a -->\n\nkept\n"
    after = replaced(before, "a", "new \\1\n")
    assert after == "# Page\n\n<!-- bench:a -->\nnew \\1\n<!-- /bench:a -->\n\nkept\n"
    assert replaced(after, "a", "new \\1\n") == after


def test_a_new_section_goes_to_the_end() -> None:
    after = replaced("# Page\n", "b", "body\n")
    assert after == "# Page\n\n<!-- bench:b -->\nbody\n<!-- /bench:b -->\n"


def test_a_section_names_its_command_day_and_machine() -> None:
    table = Table("Rates", ("what", "events/s"), [("one", "1,000")])
    text = section(
        SUITE["archive"], Result([table], ["a note"]), "python -m benchmarks archive", DAY
    )
    assert "`python -m benchmarks archive`, 2026-11-22." in text
    assert "cores" in text
    assert "| one | 1,000 |" in text
    assert text.endswith("- a note\n")
