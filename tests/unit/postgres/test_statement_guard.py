"""What a service's handler may send to its database."""

import pytest

from headrace.errors import ConfigurationError
from headrace.postgres.statement_guard import may_be_several, refuse_control


@pytest.mark.parametrize(
    "query",
    [
        "COMMIT",
        "commit and chain",
        " ;\n end",
        "-- so\n-- and so\nROLLBACK",
        "ROLLBACK WORK",
        "/* a /* b */ c */ABORT",
        "begin",
        "START  TRANSACTION",
        "prepare transaction 'x'",
    ],
)
def test_what_ends_the_transaction_is_refused(query: str) -> None:
    with pytest.raises(ConfigurationError, match="may not end its service's transaction"):
        refuse_control(query)


@pytest.mark.parametrize(
    "query",
    [
        "INSERT INTO ends VALUES ('COMMIT')",
        "SAVEPOINT mine",
        "ROLLBACK TO mine",
        "rollback work to savepoint mine",
        "SELECT begin FROM commits",
        "endless()",
        "/* COMMIT */",
        "",
    ],
)
def test_others_are_not(query: str) -> None:
    refuse_control(query)


@pytest.mark.parametrize(
    ("query", "several"),
    [("SELECT 1", False), ("SELECT 1;\n", False), (";SELECT 1", False), ("SELECT 1; COMMIT", True)],
)
def test_a_text_that_may_hold_several_statements_is_known(query: str, several: bool) -> None:
    assert may_be_several(query) is several
