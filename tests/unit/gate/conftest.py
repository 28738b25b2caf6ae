"""A small catalog in a git repository of its own."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.unit.catalog.small_catalog import Files

GIT = shutil.which("git") or "git"


class Repository:
    """A repository with a catalog in it, and the commits that a test makes."""

    def __init__(self, folder: Path) -> None:
        self.files = Files(folder)
        self.files.save()
        self.git("init", "-q", "-b", "work")

    def git(self, *arguments: str) -> None:
        names = (
            "-c",
            "user.name=t",
            "-c",
            "user.email=t@example.org",
            "-c",
            "commit.gpgsign=false",
        )
        subprocess.run(
            [GIT, "-C", str(self.files.root), *names, *arguments], check=True, capture_output=True
        )

    def commit(self, tag: str = "") -> None:
        self.files.save()
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        if tag:
            self.git("tag", tag)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path)
