"""`python -m benchmarks [NAME…]`."""

import argparse
import shlex
import sys
import traceback

from benchmarks.machine import machine_line
from benchmarks.options import Options
from benchmarks.progress import say
from benchmarks.suite import SUITE, Benchmark

ABOUT = """
Measures this machine, each figure as a ratio to a limit or a peer in the same run. Results are
Markdown on stdout, progress goes to stderr. Nothing else should run meanwhile.
"""
EXAMPLES = """
examples:
  python -m benchmarks                                  the usual set, about 15 minutes
  python -m benchmarks archive --only small --rounds 5  one scenario, more rounds
  python -m benchmarks archive --events 100000          a quick look; small counts flatter nobody
  python -m benchmarks --list                           what there is
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=ABOUT,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument("names", nargs="*", metavar="NAME", help="which to run (the usual set)")
    made.add_argument("--list", action="store_true", help="show the benchmarks and end")
    made.add_argument("--events", type=_number, help="how many events (each has its own default)")
    made.add_argument("--rounds", type=int, help="how often each is measured; medians are shown")
    made.add_argument("--seconds", type=float, help="how long a steady load lasts")
    made.add_argument("--only", help="scenarios or peers to run, with commas between them")
    made.add_argument("--stages", help="sizes that a table grows to, such as 1M,10M,50M")
    made.add_argument("--write", action="store_true", help="put results into docs/benchmarks.md")
    return made


def main(arguments: list[str]) -> None:
    """Run what is named; one that fails does not keep the others from running."""
    given = parser().parse_args(arguments)
    if given.list:
        print("".join(map(_line, SUITE.values())), end="")
        return
    options = _options(given)
    chosen = given.names or [name for name, each in SUITE.items() if each.usual]
    _check(chosen, options)
    failed = [name for name in chosen if not _run(SUITE[name], options, arguments, given.write)]
    if failed:
        sys.exit(f"error: failed: {', '.join(failed)}")


def _check(chosen: list[str], options: Options) -> None:
    unknown = [name for name in chosen if name not in SUITE]
    if unknown:
        sys.exit(
            f"error: no benchmark is named {', '.join(unknown)}; there are: {', '.join(SUITE)}"
        )
    parts = [part for name in chosen for part in SUITE[name].parts]
    strange = [part for part in options.only if part not in parts]
    if strange:
        sys.exit(f"error: --only {', '.join(strange)}: there are: {', '.join(parts) or 'none'}")


def _run(benchmark: Benchmark, options: Options, arguments: list[str], write: bool) -> bool:
    """Whether it ran to its end."""
    say(f"{benchmark.name}: {benchmark.about}")
    try:
        result = benchmark.run(options)
    except Exception:  # noqa: BLE001 - the next benchmark may do better
        traceback.print_exc()
        return False
    print(f"\n### {benchmark.name}: {benchmark.about}\n\n{result.markdown()}\n{machine_line()}")
    sys.stdout.flush()
    if write:
        from benchmarks.document import write_section

        flags = [word for word in arguments if word not in SUITE]
        command = shlex.join(["python", "-m", "benchmarks", benchmark.name, *flags])
        write_section(benchmark, result, command)
    return True


def _options(given: argparse.Namespace) -> Options:
    return Options(
        events=given.events,
        rounds=given.rounds,
        seconds=given.seconds,
        only=tuple(given.only.split(",")) if given.only else (),
        stages=tuple(map(_number, given.stages.split(","))) if given.stages else (),
    )


def _number(text: str) -> int:
    """A count such as 200000, 200_000, 200k or 10M."""
    factors = {"k": 1_000, "m": 1_000_000}
    factor = factors.get(text[-1:].lower(), 1)
    return int(float(text[:-1]) * factor) if factor > 1 else int(text)


def _line(benchmark: Benchmark) -> str:
    usual = "" if benchmark.usual else " (only when named)"
    parts = f"\n{'':10} --only {','.join(benchmark.parts)}" if benchmark.parts else ""
    return f"{benchmark.name:10} {benchmark.about}; about {benchmark.minutes:g} min{usual}{parts}\n"


if __name__ == "__main__":
    main(sys.argv[1:])
