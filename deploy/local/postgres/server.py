"""One PostgreSQL on TCP of this machine, with a password for each role and no other way in."""

import os
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.credentials import Credentials
from deploy.local.files import build_once
from deploy.local.layout import Layout, postgres_user, user_ids
from deploy.local.orphans import mark
from deploy.local.program import NotReadyError, Program, check_port, inherited
from deploy.local.servers import make_private_folder
from headrace.catalog import load_catalog
from headrace.errors import ConfigurationError
from headrace.postgres import migrate
from headrace.store import declare_types

_ROLES = Path(__file__).with_name("roles.sql")
ADMIN = "headrace_admin"
OWNER = "headrace"
DATABASE = "headrace"


@dataclass(frozen=True, slots=True)
class PostgresSizes:
    """Memory, in PostgreSQL's units; without `fsync` a crash of the machine may cost the data."""

    shared_buffers: str = "512MB"
    max_wal_size: str = "8GB"
    fsync: bool = True


class Postgres:
    """The cluster of one stack."""

    def __init__(
        self, layout: Layout, port: int, credentials: Credentials, sizes: PostgresSizes
    ) -> None:
        self._layout = layout
        self._port = port
        self._credentials = credentials
        self._sizes = sizes
        self._user = postgres_user()

    @property
    def data(self) -> Path:
        return self._layout.postgres_home / "data"

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        return f"postgresql://{role}:{password}@127.0.0.1:{self._port}/{database}"

    def program(self) -> Program:
        return Program(
            name="postgres",
            command=(
                *(str(self._layout.postgres_bin / "postgres"), "-D", str(self.data)),
                *(word for setting in self._settings() for word in ("-c", setting)),
            ),
            directory=self._layout.postgres_home,
            environment={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            user=self._user,
            stop_signal=signal.SIGINT,  # "fast": ends sessions, then a checkpoint
            stop_seconds=60,
            address=f"127.0.0.1:{self._port}",
            prepare=self._make_cluster,
            check=self._check,
            set_up=self._set_up,
        )

    def wipe(self) -> None:
        """Remove the cluster's folder. The server must be down."""
        shutil.rmtree(self._layout.postgres_home, ignore_errors=True)

    def _settings(self) -> tuple[str, ...]:
        on_disk = "on" if self._sizes.fsync else "off"
        return (
            f"port={self._port}",
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "max_connections=200",
            "max_locks_per_transaction=256",  # planning over a year of days takes 2,500
            f"shared_buffers={self._sizes.shared_buffers}",
            f"max_wal_size={self._sizes.max_wal_size}",
            "checkpoint_timeout=15min",
            "wal_compression=on",
            "maintenance_work_mem=256MB",
            "random_page_cost=1.1",  # solid-state disks
            "jit=off",  # compiling costs more than these short queries
            f"fsync={on_disk}",
            f"full_page_writes={on_disk}",
            "log_line_prefix=%m [%p] %q%u@%d %a ",
            "log_min_duration_statement=5s",
            "timezone=UTC",
        )

    def _make_cluster(self) -> None:
        home = self._layout.postgres_home
        make_private_folder(home, self._user)
        build_once(self.data, self._initdb)

    def _initdb(self, target: Path) -> None:
        password_file = target.with_name("password")
        password_file.write_text(self._credentials.admin)
        uid, gid = user_ids(self._user) if self._user else (os.geteuid(), os.getegid())
        for path in (target, password_file):
            os.chown(path, uid, gid)
            path.chmod(0o700)
        command = (
            *(str(self._layout.postgres_bin / "initdb"), "-D", str(target), "-U", ADMIN),
            *(f"--pwfile={password_file}", "--auth=scram-sha-256", "--encoding=UTF8"),
            *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
        )
        self._as_user(command)
        password_file.unlink()

    def _as_user(self, command: tuple[str, ...]) -> None:
        ids = user_ids(self._user) if self._user else (None, None)
        done = subprocess.run(
            command,
            cwd=self._layout.postgres_home,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"} | mark(self._layout.root),
            user=ids[0],
            group=ids[1],
            extra_groups=[] if self._user else None,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise ConfigurationError(f"{command[0]} failed:\n{done.stderr[-2000:]}")

    def _check(self) -> None:
        check_port(self._port)
        done = self._psql("-c", "select 1")
        if done.returncode:
            raise NotReadyError(done.stderr.strip())

    def _set_up(self) -> None:
        self._make_roles()
        owner = self.url(OWNER, self._credentials.owner)
        migrate(owner)
        declare_types(owner, load_catalog())

    def _make_roles(self) -> None:
        done = self._psql("-f", str(_ROLES))
        if done.returncode:
            raise ConfigurationError(f"roles and databases could not be made: {done.stderr}")

    def _psql(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        secrets = self._credentials
        return subprocess.run(
            (str(self._layout.postgres_bin / "psql"), "-X", "-q", *arguments),
            env=inherited()
            | {
                "PGHOST": "127.0.0.1",
                "PGPORT": str(self._port),
                "PGUSER": ADMIN,
                "PGDATABASE": "postgres",
                "PGPASSWORD": secrets.admin,
                "PGCONNECT_TIMEOUT": "3",
                "PGOPTIONS": "-c client_min_messages=warning",
                "HEADRACE_OWNER_PASSWORD": secrets.owner,
                "HEADRACE_ARCHIVE_PASSWORD": secrets.archive,
                "HEADRACE_API_PASSWORD": secrets.api,
                "HEADRACE_STORE_PASSWORD": secrets.store,
                "HEADRACE_RELAY_PASSWORD": secrets.relay,
                "HEADRACE_PROJECTOR_PASSWORD": secrets.projector,
                "HEADRACE_REGISTRY_PASSWORD": secrets.registry,
            },
            capture_output=True,
            text=True,
            check=False,
        )
