import stat
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local.files import PRIVATE, build_once, locked, write_atomically


def test_a_private_file_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    write_atomically(tmp_path / "deep" / "secret", "text", PRIVATE)
    assert stat.S_IMODE((tmp_path / "deep" / "secret").stat().st_mode) == PRIVATE
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["secret"]


def test_a_file_is_replaced_over_what_a_killed_writer_left(tmp_path: Path) -> None:
    (tmp_path / ".state.new").write_text("half")
    write_atomically(tmp_path / "state", "whole")
    assert (tmp_path / "state").read_text() == "whole"


def test_a_folder_is_built_once(tmp_path: Path) -> None:
    builds: list[Path] = []
    assert build_once(tmp_path / "made", builds.append)
    assert not build_once(tmp_path / "made", builds.append)
    assert len(builds) == 1


def test_a_build_that_failed_is_done_again_from_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("killed")

    with pytest.raises(OSError, match="killed"):
        build_once(tmp_path / "made", fail)
    assert not (tmp_path / "made").exists()
    assert build_once(tmp_path / "made", lambda folder: (folder / "whole").touch())
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["whole"]
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_a_killed_holder_frees_the_lock(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from deploy.local.files import locked\n"
        "with locked(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen(
        (sys.executable, "-c", program, str(tmp_path / "lock")),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        holder.kill()
        with locked(tmp_path / "lock"):
            assert holder.wait() != 0
