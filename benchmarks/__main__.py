"""`python -m benchmarks [NAME…]`."""

import sys

from benchmarks import archive, publish

ALL = {"publish": publish.run, "archive": archive.run}


def main(names: list[str]) -> None:
    unknown = [name for name in names if name not in ALL]
    if unknown:
        sys.exit(f"error: no benchmark is named {', '.join(unknown)}; there are: {', '.join(ALL)}")
    for name in names or ALL:
        ALL[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
