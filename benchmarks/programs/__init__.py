"""Processes that a benchmark starts; each prints what it measured as JSON on stdout and ends."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any


def run_program(
    name: str, *arguments: str, environment: Mapping[str, str], seconds: float
) -> dict[str, Any]:
    """What `benchmarks.programs.NAME` found; raises when it fails or takes longer."""
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.programs.{name}", *arguments],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=seconds,
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
