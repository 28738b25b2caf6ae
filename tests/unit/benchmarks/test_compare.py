"""The table of peers."""

from benchmarks.archiving import Cost
from benchmarks.peers import compare
from benchmarks.peers.roster import PEERS


def cost(rate: float) -> Cost:
    return Cost(rate, {"worker": 5.0, "PostgreSQL": 4.0, "broker": 0.1}, 100.0)


def test_a_peer_is_compared_within_each_round() -> None:
    row = compare._row(PEERS[0], [cost(10), cost(40), cost(20)], [cost(100), cost(100), cost(100)])
    assert row[2:4] == ("20", "5.0 \N{MULTIPLICATION SIGN}")


def test_a_peer_that_did_not_run_says_why_and_keeps_its_row() -> None:
    outcome = "ended with 1; no row came\nTraceback\nImportError: no module"
    assert compare._row(PEERS[1], outcome, [cost(1)])[2] == "did not run"
    assert compare._failure(PEERS[1], outcome).endswith(
        "ended with 1; no row came (ImportError: no module)"
    )
