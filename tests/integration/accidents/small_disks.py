"""Small file systems that fill up, and a PostgreSQL that keeps its tables or its WAL on one."""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from deploy.local.direct import DirectStack
from deploy.local.layout import is_root, postgres_user, user_ids
from deploy.local.postgres import PostgresSizes
from deploy.local.stack import Sizes

MIB = 1 << 20
NEEDS_ROOT = "not run: needs root to mount a tmpfs"
SIZES = Sizes(postgres=PostgresSizes(shared_buffers="32MB", max_wal_size="64MB"))


class SmallDisk:
    """A tmpfs. Somebody else's file fills it, and leaves it again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._foreign = folder.with_name(f"{folder.name}.foreign") / "file"

    def fill(self) -> None:
        """Until not a page is left."""
        with self._foreign.open("ab", buffering=0) as file:
            for size in (MIB, 4096):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def free(self) -> None:
        self._foreign.unlink()


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[SmallDisk]:
    """A tmpfs that PostgreSQL's user owns, seen at `folder`; skips the test where none can be
    mounted.
    """
    uid, gid = user_ids(postgres_user() or "nobody")
    shared = folder.with_name(f"{folder.name}.disk")
    shared.mkdir()
    _mount(shared, f"size={mebibytes}m,mode=0711")
    try:
        for name in ("postgres", "foreign"):
            (shared / name).mkdir(mode=0o700)
        os.chown(shared / "postgres", uid, gid)
        folder.symlink_to(shared / "postgres")
        folder.with_name(f"{folder.name}.foreign").symlink_to(shared / "foreign")
        yield SmallDisk(folder)
    finally:
        assert not _run("umount", "--lazy", str(shared))


def _mount(folder: Path, options: str) -> None:
    if sys.platform != "linux" or not is_root():
        pytest.skip(NEEDS_ROOT)
    refused = _run("mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder))
    if refused:
        # a container's root may be refused; in CI it must not be, or nobody would ever run this
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{NEEDS_ROOT}: {refused}")


def _run(tool: str, *arguments: str) -> str:
    """What went wrong, or nothing."""
    found = shutil.which(tool)
    if found is None:
        return f"{tool} is missing"
    done = subprocess.run((found, *arguments), capture_output=True, text=True, check=False)
    return done.stderr if done.returncode else ""


@contextmanager
def postgres_on_small_disks() -> Iterator[tuple[DirectStack, SmallDisk, SmallDisk]]:
    """A PostgreSQL of its own, the disk of the tables that are made from now on, and that of its
    WAL.
    """
    with ExitStack() as until_the_end:
        stack = until_the_end.enter_context(DirectStack(("postgres",), SIZES))
        home = stack.description.layout.postgres_home
        tables = until_the_end.enter_context(small_disk(home / "tables", 48))
        wal = until_the_end.enter_context(small_disk(home / "wal", 160))
        until_the_end.callback(_stopped, stack)  # before its disks go
        _move_wal(stack, wal)
        _new_tables_on(stack, tables)
        yield stack, tables, wal


def _move_wal(stack: DirectStack, disk: SmallDisk) -> None:
    stack.stop("postgres")
    place = stack.description.postgres.data / "pg_wal"
    shutil.copytree(place, disk.folder, dirs_exist_ok=True)
    uid, gid = user_ids(postgres_user() or "nobody")
    for path in (disk.folder / ".", *disk.folder.rglob("*")):
        os.chown(path, uid, gid)
    shutil.rmtree(place)
    place.symlink_to(disk.folder)
    stack.start("postgres")


def _new_tables_on(stack: DirectStack, disk: SmallDisk) -> None:
    with psycopg.connect(stack.admin_url, autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small OWNER headrace LOCATION '{disk.folder}'")
        connection.execute("ALTER DATABASE headrace SET default_tablespace = 'small'")


def _stopped(stack: DirectStack) -> None:
    if stack.is_running("postgres"):
        stack.stop("postgres")
