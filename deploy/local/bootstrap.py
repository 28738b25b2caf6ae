"""Makes .venv as the locks say. Runs on a bare Python: standard library only, no project imports.

Each step is done again only when what it is made from has changed, and then all later steps too.
A killed installation leaves no stamp, so the next one repeats the step that was under way.
"""

import fcntl
import hashlib
import subprocess
import sys
import venv
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
VENV = REPOSITORY / ".venv"
PYTHON = VENV / "bin" / "python"
UV = VENV / "bin" / "uv"
STAMPS = VENV / "headrace-stamps"
INTO_VENV = ("--python", str(PYTHON))
NO_BUILD_ENVIRONMENT = ("--no-deps", "--no-build-isolation")
UV_LOCK = "requirements-uv.lock"
LOCK = "requirements.lock"
DATA_LOCK = "requirements-data.lock"

Command = tuple[str, ...]


def steps() -> list[tuple[str, tuple[str, ...], list[Command]]]:
    """Name, the files that decide whether to repeat it, and the commands, in order."""
    uv = (str(UV), "--quiet", "pip")
    pip = (str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    hashed = "--require-hashes"
    sync = (*uv, "sync", *INTO_VENV, hashed, LOCK)
    data = (*uv, "install", *INTO_VENV, *NO_BUILD_ENVIRONMENT, hashed, "-r", DATA_LOCK)
    project = (*uv, "install", *INTO_VENV, *NO_BUILD_ENVIRONMENT, "-e", ".")
    return [
        ("uv", (UV_LOCK,), [(*pip, hashed, "-r", UV_LOCK)]),
        ("packages", (LOCK, DATA_LOCK), [sync, data]),
        ("project", ("pyproject.toml",), [project]),
    ]


def main() -> int:
    """Bring .venv up to date; waits for another installation that is under way."""
    (REPOSITORY / ".local").mkdir(exist_ok=True)
    with (REPOSITORY / ".local" / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the kernel frees it when its holder dies
        try:
            make_venv()
            install()
        except subprocess.CalledProcessError as error:
            sys.stderr.write(f"installation failed at: {' '.join(map(str, error.cmd))}\n")
            return 1
    return 0


def make_venv() -> None:
    """Make .venv unless there is one that was finished and has not moved."""
    stamp = STAMPS / "venv"
    if stamp.is_file() and stamp.read_text() == str(VENV) and works():
        return
    say("making .venv")
    # One without a stamp is half made or somebody else's; one that moved names its old place.
    venv.EnvBuilder(with_pip=True, clear=True).create(VENV)
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(str(VENV))


def install() -> None:
    """Run the steps whose files have changed, and those after them."""
    changed = False
    for name, files, commands in steps():
        stamp, digest = STAMPS / name, digest_of(files)
        changed = changed or not stamp.is_file() or stamp.read_text() != digest
        if not changed:
            continue
        say(f"installing {name}")
        stamp.unlink(missing_ok=True)
        for command in commands:
            subprocess.run(command, cwd=REPOSITORY, check=True)
        stamp.write_text(digest)


def works() -> bool:
    """Whether .venv has a Python that runs."""
    try:
        return subprocess.run((PYTHON, "-c", ""), check=False).returncode == 0
    except OSError:
        return False


def digest_of(files: tuple[str, ...]) -> str:
    """A digest of the files' content."""
    digest = hashlib.sha256()
    for name in files:
        digest.update((REPOSITORY / name).read_bytes())
    return digest.hexdigest()


def say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
