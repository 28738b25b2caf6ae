"""The command `headrace`.

`main` runs it. Each module here, and each room through the entry point group
`headrace.commands`, has a `register(app)` that adds its commands; `output` says how they print.
Commands import their heavy halves when they run, so that --help stays quick.
"""

from headrace.cli.app import build_app, main

__all__ = ["build_app", "main"]
