"""What was released, as a commit of the catalog's repository has it."""

import io
import os
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

import orjson
import yaml

from headrace.catalog.compose import canonical_json, subject_of
from headrace.catalog.gate.released import Released, is_avro_record
from headrace.catalog.model import DEFAULT_LEVEL
from headrace.errors import ConfigurationError, HeadraceError

_FOLDER = "schemas/avro"
_TOPICS = "topics"
_SECONDS = 60


class NotRunError(HeadraceError):
    """There is no commit to compare with; the message says how to get one."""


def released_in_git(root: Path, ref: str) -> tuple[Released, ...]:
    """The schema files of `ref`, a tag, branch or commit. Raises ConfigurationError."""
    if ref.startswith("-"):
        raise ConfigurationError(f"{ref!r} is no git ref")
    commit = _answer(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}")
    if commit is None:
        raise ConfigurationError(f"git knows no commit {ref!r} in {root}{_if_shallow(root)}")
    there = _answer(root, "ls-tree", "-r", "--name-only", commit, "--", _FOLDER)
    if not there:
        raise ConfigurationError(f"the commit {ref} has no {_FOLDER}/ in {root}")
    topics = _answer(root, "ls-tree", commit, "--", _TOPICS)
    folders = (_FOLDER, _TOPICS) if topics else (_FOLDER,)
    archive = _run(root, "archive", "--format=tar", commit, "--", *folders)
    if archive.returncode:
        raise ConfigurationError(f"git cannot read {ref}: {_said(archive)}")
    return tuple(_files(archive.stdout, ref))


def chosen_ref(root: Path) -> str:
    """The newest tag v* before this commit, else origin/main, else the commit before this one.

    Raises NotRunError when the clone has none of them.
    """
    tag = _answer(root, "describe", "--tags", "--abbrev=0", "--match=v[0-9]*")
    if tag:
        return tag
    head, main = (_answer(root, "rev-parse", "-q", "--verify", f"{each}^{{commit}}")
                  for each in ("HEAD", "refs/remotes/origin/main"))  # fmt: skip
    if main and main != head:
        return "origin/main"
    if _answer(root, "rev-parse", "-q", "--verify", "HEAD~1^{commit}"):
        return "HEAD~1"
    raise NotRunError(
        f"{root} has no tag v*, no origin/main and no earlier commit{_if_shallow(root)}"
    )


def _files(archive: bytes, ref: str) -> list[Released]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        found = {each.name: _content(files, each) for each in files if each.isfile()}
    topics: dict[str, tuple[str, str]] = {}
    for name, text in found.items():
        if name.startswith(f"{_TOPICS}/"):
            topics |= _topics_of_types(text)
    schemas = [_released(name, found[name], ref) for name in found if name.endswith(".avsc")]
    carried = [topics.get(each.event_type, ("", "")) for each in schemas]
    return [
        replace(each, topic=topic, level=level)
        for each, (topic, level) in zip(schemas, carried, strict=True)
    ]


def _topics_of_types(text: bytes) -> dict[str, tuple[str, str]]:
    """Event type to topic and level, in one domain's file; nothing where it is of another form."""
    try:
        document = yaml.safe_load(text)
        default = document.get("defaults", {}).get("compatibility", DEFAULT_LEVEL)
        return {
            event_type: (name, _level(topic.get("compatibility", default), event_type))
            for name, topic in document["topics"].items()
            for event_type in topic["events"]
        }
    except (yaml.YAMLError, KeyError, TypeError, AttributeError, ValueError):
        return {}


def _level(given: str | dict[str, str], event_type: str) -> str:
    return given.get(event_type, DEFAULT_LEVEL) if isinstance(given, dict) else str(given)


def _content(files: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    reader = files.extractfile(member)
    return reader.read() if reader else b""


def _released(file: str, text: bytes, ref: str) -> Released:
    try:
        payload: dict[str, Any] = orjson.loads(text)
        if not is_avro_record(payload):
            raise ValueError("it is no Avro record")
        domain, event_type, name = PurePosixPath(file).parts[-3:]
        version = name.removeprefix("v").removesuffix(".avsc")
        subject = subject_of(domain, event_type, version)
        return Released(subject, canonical_json(payload), file, event_type, version)
    except ValueError as error:
        raise ConfigurationError(f"{file} of {ref} is no schema file: {error}") from error


def _answer(root: Path, *arguments: str) -> str | None:
    """What git says; None when it says no."""
    done = _run(root, *arguments)
    if b"not a git repository" in done.stderr or b"dubious ownership" in done.stderr:
        raise ConfigurationError(f"git cannot read {root}: {_said(done)}")
    return done.stdout.decode().strip() if done.returncode == 0 else None


def _if_shallow(root: Path) -> str:
    if _answer(root, "rev-parse", "--is-shallow-repository") != "true":
        return ""
    return (
        "; this clone is shallow: `git fetch --unshallow --tags` (in CI, fetch the whole history)"
    )


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    # without what a git hook sets: it names another folder than -C
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environment |= {"LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments],  # noqa: S607 - the git that the user has
            capture_output=True,
            timeout=_SECONDS,
            env=environment,
            check=False,
        )
    except FileNotFoundError:
        raise ConfigurationError(
            "comparing with a git ref needs git: install it, or compare with `registry`"
        ) from None
    except subprocess.TimeoutExpired:
        raise ConfigurationError(f"git {arguments[0]} took over {_SECONDS} s in {root}") from None


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    return " ".join(done.stderr.decode(errors="replace").split())
