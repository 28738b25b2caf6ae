from pathlib import Path

from deploy.local.logs import Follower, show_logs


def shown(files: dict[str, Path], count: int) -> list[tuple[str, str]]:
    written: list[tuple[str, str]] = []
    show_logs(files, count, follow=False, write=lambda name, line: written.append((name, line)))
    return written


def test_the_last_lines_of_a_log_are_shown(tmp_path: Path) -> None:
    (tmp_path / "api.log").write_text("one\ntwo\nthree\n")
    assert shown({"api": tmp_path / "api.log"}, 2) == [("api", "two"), ("api", "three")]


def test_lines_of_several_logs_name_their_process(tmp_path: Path) -> None:
    for name in ("api", "kafka"):
        (tmp_path / f"{name}.log").write_text(f"{name} is up\n")
    files = {name: tmp_path / f"{name}.log" for name in ("api", "kafka")}
    assert shown(files, 5) == [("api", "api is up"), ("kafka", "kafka is up")]


def test_following_gives_whole_lines_only(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    path.write_bytes(b"one\ntw")
    follower = Follower(path)
    assert follower.last(10) == ["one"]
    with path.open("ab") as log:
        log.write(b"o\nbad \xff\n")
    assert list(follower.new_lines()) == ["two", "bad \N{REPLACEMENT CHARACTER}"]


def test_following_survives_a_rotation(tmp_path: Path) -> None:
    path = tmp_path / "api.log"
    path.write_text("old\n")
    follower = Follower(path)
    follower.last(10)
    path.rename(tmp_path / "api.log.1")
    path.write_text("new\n")
    assert list(follower.new_lines()) == ["new"]


def test_a_log_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    assert Follower(tmp_path / "none.log").last(10) == []
