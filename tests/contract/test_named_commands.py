"""What the documents tell somebody to run exists."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from headrace.cli import build_app

ROOT = Path(__file__).parents[2]
FILES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("docker-compose*.yml")]
FILES += [*ROOT.glob("examples/**/*.md"), ROOT / "env.example"]
NAMED = re.compile(r"(?:`|^\s*(?:\$ )?)headrace ([a-z]+)(?: ([a-z-]+))?", re.MULTILINE)
MADE = re.compile(r"(?:`|^\s*(?:\$ )?)make ([a-z-]+)`", re.MULTILINE)


def _named() -> Iterator[tuple[str, str, str]]:
    for file in FILES:
        for command, below in NAMED.findall(file.read_text("utf-8").replace("\n#", "\n")):
            yield file.name, command, below


def _below(command: Any) -> dict[str, Any]:
    found: dict[str, Any] = getattr(command, "commands", {})
    return found


def test_the_commands_that_documents_name_exist() -> None:
    top = typer.main.get_command(build_app())
    unknown = set()
    for file, name, below in _named():
        command = _below(top).get(name)
        if command is None or (_below(command) and below not in {"", *_below(command)}):
            unknown.add((file, name, below))
    assert not unknown


def test_the_targets_that_documents_name_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {name for file in FILES for name in MADE.findall(file.read_text("utf-8"))}
    assert named
    assert named <= targets
