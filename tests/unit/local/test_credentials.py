import stat
from pathlib import Path

from deploy.local.credentials import credentials


def test_credentials_are_made_once_and_kept_private(tmp_path: Path) -> None:
    path = tmp_path / "secrets.json"
    first = credentials(path)
    assert credentials(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_each_stack_has_its_own(tmp_path: Path) -> None:
    assert credentials(tmp_path / "a") != credentials(tmp_path / "b")


def test_credentials_do_not_show_themselves(tmp_path: Path) -> None:
    made = credentials(tmp_path / "secrets.json")
    assert made.token not in repr(made)
