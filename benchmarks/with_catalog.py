"""`python -m benchmarks.with_catalog ROOT worker archive`: headrace on a catalog of its own."""

import sys
from pathlib import Path

from headrace.catalog import loader
from headrace.cli import main

if __name__ == "__main__":
    root = Path(sys.argv.pop(1))
    loader.default_root = lambda: root
    sys.argv[0] = "headrace"
    main()
