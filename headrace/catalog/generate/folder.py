"""The generated files in their folder: written, or compared."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from headrace.errors import HeadraceError

_MARK = "# Generated from the schemas by "


class GenerateError(HeadraceError):
    """The classes cannot be made, or not be put there; the message names what to change."""


def write(files: Mapping[str, str], folder: Path) -> list[str]:
    """Write what differs, delete the modules of domains that are gone; the names of both.

    Raises GenerateError before anything is written if a file there was not generated.
    """
    changed = list(differences(files, folder))
    for name in changed:
        path = folder / name
        if path.exists() and not _is_generated(path):
            raise GenerateError(f"{path} was not generated; move it away or choose another folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name in changed:
        if name in files:
            whole = folder / f"{name}.new"  # so that a file is never half written
            whole.write_text(files[name], "utf-8")
            whole.replace(folder / name)
        else:
            (folder / name).unlink()
    return changed


def differences(files: Mapping[str, str], folder: Path) -> Iterator[str]:
    """The names of the files that are missing, differ, or belong to no domain any more."""
    for name, text in files.items():
        path = folder / name
        if not path.is_file() or not _is_same(path.read_text("utf-8"), text):
            yield name
    for path in sorted(folder.glob("*.py")):
        if path.name not in files and _is_generated(path):
            yield path.name


def _is_same(written: str, text: str) -> bool:
    """Whether both are the same program: a formatter may have been over the file."""
    try:
        return written == text or ast.dump(ast.parse(written)) == ast.dump(ast.parse(text))
    except SyntaxError:
        return False


def _is_generated(path: Path) -> bool:
    return path.read_text("utf-8").startswith(_MARK)
