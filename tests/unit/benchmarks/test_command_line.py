"""The command line of the benchmarks."""

from importlib import import_module

import pytest

from benchmarks.__main__ import main, parser
from benchmarks.archive import SCENARIOS
from benchmarks.options import Options
from benchmarks.peers.roster import PEERS
from benchmarks.report import Result, Table
from benchmarks.suite import SUITE, Benchmark


@pytest.mark.parametrize("name", SUITE)
def test_every_benchmark_has_a_module_that_runs_it(name: str) -> None:
    module = import_module(f"benchmarks.{SUITE[name].module or name}")
    assert callable(module.run)


@pytest.mark.parametrize(
    ("text", "number"), [("200", 200), ("200_000", 200_000), ("50k", 50_000), ("1.5M", 1_500_000)]
)
def test_counts_may_be_written_short(text: str, number: int) -> None:
    assert parser().parse_args(["--events", text]).events == number


def test_an_unknown_name_is_answered_with_those_that_exist() -> None:
    with pytest.raises(SystemExit, match="archive"):
        main(["archives"])


def test_an_unknown_part_is_answered_with_those_that_exist() -> None:
    with pytest.raises(SystemExit, match="faust, connect"):
        main(["peers", "--only", "flink"])


def test_the_parts_are_the_scenarios_and_the_peers() -> None:
    assert SUITE["archive"].parts == tuple(scenario.name for scenario in SCENARIOS)
    assert SUITE["peers"].parts == tuple(peer.name for peer in PEERS)


def test_the_list_names_every_benchmark(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--list"])
    listed = capsys.readouterr().out
    assert [line.split()[0] for line in listed.splitlines() if line[0] != " "] == list(SUITE)


def test_one_that_fails_leaves_the_next_to_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(self: Benchmark, _: Options) -> Result:
        if self.name == "publish":
            raise RuntimeError("no server")
        return Result([Table("Rates", ("what",), [(self.name,)])])

    monkeypatch.setattr(Benchmark, "run", run)
    with pytest.raises(SystemExit, match="failed: publish"):
        main(["publish", "http"])
    assert "| http |" in capsys.readouterr().out
