"""Passwords of new Kafka users: given in the environment, or made here and written down once."""

import fcntl
import os
import secrets
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from headrace.catalog.planning.principals import password_variable
from headrace.errors import ConfigurationError

_SHORTEST = 8
_HEADER = (
    "# Passwords of Kafka users, made by `headrace apply`. Nobody can read them back elsewhere.\n"
)


def default_password_file(cluster_id: str) -> Path:
    """One file a cluster, in a folder of the user's own."""
    return Path.home() / ".headrace" / f"kafka-passwords-{cluster_id}.env"


class Passwords:
    """Gives each new user its password. A made one is in `file` (mode 0600) before it is given.

    The file has one `KAFKA_PASSWORD_<PRINCIPAL>=…` a line, as a shell takes it. A user whose
    password is there already, from a run that was interrupted, gets that one.
    """

    def __init__(self, file: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.file = file
        self.written: list[str] = []
        self._environ = environ

    def of(self, principal: str) -> str:
        """Raises ConfigurationError: a given password is too short, a made one cannot be kept."""
        variable = password_variable(principal)
        given = self._environ.get(variable, "")
        if not given:
            return self._kept(variable, principal)
        if len(given) < _SHORTEST:
            raise ConfigurationError(f"{variable} must have at least {_SHORTEST} characters")
        return given

    def _kept(self, variable: str, principal: str) -> str:
        try:
            with self._locked():
                known = self._read()
                if variable not in known:
                    known[variable] = secrets.token_urlsafe(24)
                    self._write(known)
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"the password of {principal} cannot be kept in {self.file} ({error}); set "
                f"{variable}, or name another file with --passwords"
            ) from error
        self.written.append(principal)
        return known[variable]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Two runs at once give a user one password: that of the run that was first."""
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(
            self.file.with_name(f".{self.file.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600
        )
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _read(self) -> dict[str, str]:
        if not self.file.exists():
            return {}
        if self.file.stat().st_mode & 0o077:
            raise ValueError("others may read it: chmod 600")
        words = shlex.split(self.file.read_text("utf-8"), comments=True)
        pairs = (word.partition("=") for word in words if word.startswith("KAFKA_PASSWORD_"))
        return {name: value for name, _, value in pairs}

    def _write(self, known: Mapping[str, str]) -> None:
        """Whole or not at all: a killed writer loses no password that was there."""
        lines = (f"{name}={shlex.quote(value)}\n" for name, value in sorted(known.items()))
        text = _HEADER + "".join(lines)
        neighbour = self.file.with_name(f".{self.file.name}.{os.getpid()}.new")
        neighbour.unlink(missing_ok=True)
        descriptor = os.open(neighbour, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        neighbour.rename(self.file)
