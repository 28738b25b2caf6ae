"""`headrace schemas check --against`: what it says of changes since a commit."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from headrace.cli import build_app
from headrace.errors import ConfigurationError
from tests.unit.catalog.small_catalog import payload_schema
from tests.unit.gate.conftest import GIT, Repository

FILE = "schemas/avro/shop/order.placed"
SUBJECT = "headrace.shop.v1.OrderPlaced"


def check(root: Path, against: str = "HEAD") -> Result:
    arguments = ["--json", "schemas", "check", "--root", str(root), "--against", against]
    return CliRunner().invoke(build_app(), arguments)


def rows(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def with_field(**field: Any) -> dict[str, Any]:
    schema = payload_schema()
    schema["fields"].append({"name": "amount", "type": "int", "doc": "How much.", **field})
    return schema


def write(repository: Repository, version: str, schema: dict[str, Any]) -> None:
    path = repository.files.write_event("order.placed", schema, version=version)
    example: dict[str, Any] = {"orderId": "1", "note": None, "amount": 1}
    names = {each["name"] for each in schema["fields"]}
    known = {name: value for name, value in example.items() if name in names}
    path.with_name(f"v{version}.example.json").write_text(json.dumps(known))


def test_nothing_changed_is_nothing_said(repository: Repository) -> None:
    repository.commit()
    result = check(repository.files.root)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "1 released schemas of HEAD: 0 differences, 0 of them breaking" in result.stderr


def test_a_new_minor_with_a_default_fits_and_either_side_may_go_first(
    repository: Repository,
) -> None:
    repository.commit()
    write(repository, "1.1", with_field(default=0))
    result = check(repository.files.root)
    assert result.exit_code == 0
    assert rows(result) == [
        {
            "verdict": "fits",
            "file": f"{FILE}/v1.1.avsc",
            "subject": SUBJECT,
            "field": "amount",
            "breaks": False,
            "first": "either",
            "reason": "new, with default 0",
            "remedy": "",
        }
    ]


def test_a_field_left_out_lets_consumers_go_first(repository: Repository) -> None:
    write(repository, "1.0", with_field())
    repository.commit()
    write(repository, "1.1", payload_schema())
    (found,) = rows(check(repository.files.root))
    assert (found["field"], found["reason"], found["first"]) == ("amount", "left out", "consumers")


def test_a_released_file_that_was_edited_breaks_whatever_the_edit(repository: Repository) -> None:
    repository.commit()
    write(repository, "1.0", with_field(default=0))
    result = check(repository.files.root)
    (found,) = rows(result)
    assert result.exit_code == 1
    assert found["reason"] == "a released version was edited: new, with default 0"
    assert found["remedy"] == (
        "put the file back as it was released, and put it into a new minor version, with a default"
    )
    documented = payload_schema() | {"doc": "Another text."}
    write(repository, "1.0", documented)
    (found,) = rows(check(repository.files.root))
    assert (found["field"], found["breaks"]) == ("", True)


def test_an_edit_that_breaks_asks_for_a_new_major(repository: Repository) -> None:
    repository.commit()
    write(repository, "1.0", with_field())
    (found,) = rows(check(repository.files.root))
    assert found["field"] == "amount"
    assert found["remedy"].endswith("make it a new major version with an upcaster")


def test_white_space_is_no_edit(repository: Repository) -> None:
    repository.commit()
    path = repository.files.root / FILE / "v1.0.avsc"
    path.write_text(json.dumps(json.loads(path.read_text()), indent=4))
    assert rows(check(repository.files.root)) == []


def test_a_version_and_a_type_that_are_gone_are_named(repository: Repository) -> None:
    write(repository, "1.1", with_field(default=0))
    repository.files.write_event("order.paid", payload_schema("OrderPaidPayload"))
    repository.files.topic["events"].append("order.paid")
    repository.commit()
    for path in (repository.files.root / FILE).glob("v1.1.*"):
        path.unlink()
    for path in (repository.files.root / FILE).with_name("order.paid").glob("*"):
        path.unlink()
    (repository.files.root / FILE).with_name("order.paid").rmdir()
    repository.files.topic["events"].remove("order.paid")
    repository.files.save()
    result = check(repository.files.root)
    assert result.exit_code == 1
    assert [(each["file"], each["reason"]) for each in rows(result)] == [
        (
            "schemas/avro/shop/order.paid/v1.0.avsc",
            "the event type order.paid, version 1.0, is gone; events were written with it",
        ),
        (f"{FILE}/v1.1.avsc", "version 1.1 is gone; events were written with it"),
    ]


def test_a_type_that_moves_to_another_topic_breaks_its_readers(repository: Repository) -> None:
    repository.commit()
    topics = repository.files.document["topics"]
    topics["shop.other"] = topics.pop("shop.orders")
    repository.files.save()
    result = check(repository.files.root)
    (found,) = rows(result)
    assert (result.exit_code, found["file"]) == (1, "topics/shop.yaml")
    assert found["reason"].startswith("order.placed moves from the topic shop.orders to shop.other")


@pytest.mark.parametrize("text", ["", "- x", "topics: 5", "{"])
def test_released_topics_in_another_form_do_not_stop_the_gate(
    repository: Repository, text: str
) -> None:
    path = repository.files.root / "topics" / "shop.yaml"
    sound = path.read_text()
    path.write_text(text)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "x")
    path.write_text(sound)
    assert check(repository.files.root).exit_code == 0


def test_a_new_major_breaks_nobody_and_consumers_go_first(repository: Repository) -> None:
    repository.commit()
    write(repository, "2.0", with_field())
    (found,) = rows(check(repository.files.root))
    assert (found["subject"], found["reason"]) == (
        "headrace.shop.v2.OrderPlaced",
        "a new major version",
    )
    assert (found["breaks"], found["first"]) == (False, "consumers")


@pytest.mark.covers("X-2")
@pytest.mark.parametrize(
    ("level", "breaks"), [("FORWARD", False), ("NONE", False), ("FULL_TRANSITIVE", True)]
)
def test_the_catalogs_level_decides(repository: Repository, level: str, breaks: bool) -> None:
    repository.files.topic["compatibility"] = {"order.placed": level}
    repository.commit()
    write(repository, "1.1", with_field())
    result = check(repository.files.root)
    assert (result.exit_code != 0) is breaks
    if breaks:  # the files alone show it
        (problem,) = rows(result)
        assert problem["field"] == "amount"
        assert problem["reason"] == (
            "is new and has no default, so that the new version cannot read what older ones wrote "
            "(FULL_TRANSITIVE; only producers could be deployed first): give it a default, or make "
            "it a new major"
        )
    else:
        (found,) = rows(result)
        assert found["first"] == "producers"


def test_the_files_may_be_in_a_folder_of_the_repository(tmp_path: Path) -> None:
    repository = Repository(tmp_path)
    (tmp_path / "deep").mkdir()
    for name in ("schemas", "topics"):
        (tmp_path / name).rename(tmp_path / "deep" / name)
    repository.git("add", "-A")
    repository.git("commit", "-qm", "x")
    assert check(tmp_path / "deep").exit_code == 0
    assert "has no schemas/avro/" in str(check_error(tmp_path))


def check_error(root: Path, against: str = "HEAD") -> BaseException | None:
    from headrace.catalog.gate import released_in_git

    with pytest.raises(ConfigurationError) as raised:
        released_in_git(root, against)
    return raised.value


def test_an_unknown_ref_is_named(repository: Repository) -> None:
    repository.commit()
    assert "git knows no commit 'v9'" in str(check_error(repository.files.root, "v9"))
    assert "is no git ref" in str(check_error(repository.files.root, "--help"))


@pytest.mark.parametrize(
    "text",
    ["[]", "{", "5", "{}", '{"type": "record"}', '{"type": "record", "name": "X", "fields": [{}]}'],
)
def test_a_released_file_that_is_no_schema_is_named(repository: Repository, text: str) -> None:
    path = repository.files.root / FILE / "v1.0.avsc"
    path.write_text(text)
    repository.commit()
    assert f"{FILE}/v1.0.avsc of HEAD is no schema file" in str(check_error(repository.files.root))


def test_a_git_hooks_environment_does_not_lead_elsewhere(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit()
    monkeypatch.setenv("GIT_DIR", "/nowhere/.git")
    assert check(repository.files.root).exit_code == 0


def test_a_folder_without_git_and_a_machine_without_git_are_told_apart(
    repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit()
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir()
    assert "not a git repository" in str(check_error(outside))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "needs git: install it" in str(check_error(repository.files.root))


def test_auto_takes_the_newest_tag_else_main_else_the_commit_before(
    repository: Repository,
) -> None:
    repository.commit()
    assert check(repository.files.root, "auto").exit_code == 3
    repository.commit()
    assert "schemas of HEAD~1" in check(repository.files.root, "auto").stderr
    repository.git("update-ref", "refs/remotes/origin/main", "HEAD~1")
    assert "schemas of origin/main" in check(repository.files.root, "auto").stderr
    repository.commit(tag="v1.2.0")
    assert "schemas of v1.2.0" in check(repository.files.root, "auto").stderr


def test_a_shallow_clone_says_that_it_is_shallow(repository: Repository, tmp_path: Path) -> None:
    repository.commit(tag="v1.0.0")
    repository.commit()
    clone = tmp_path.parent / f"{tmp_path.name}-clone"
    subprocess.run(
        [GIT, "clone", "-q", "--depth=1", "--no-tags", f"file://{tmp_path}", str(clone)],
        check=True,
        capture_output=True,
    )
    result = check(clone, "auto")
    assert result.exit_code == 3
    assert "not run:" in result.stderr
    assert "this clone is shallow: `git fetch --unshallow --tags`" in result.stderr
    assert "this clone is shallow" in str(check_error(clone, "v1.0.0"))


def test_a_loosened_level_is_told_and_lets_nothing_through_that_comes_with_it(
    repository: Repository,
) -> None:
    repository.commit()
    repository.files.topic["compatibility"] = "NONE"
    repository.files.save()
    told = check(repository.files.root)
    assert told.exit_code == 0
    [row] = rows(told)
    assert row["file"] == "topics/shop.yaml"
    assert (
        "order.placed's compatibility level goes from BACKWARD_TRANSITIVE to NONE" in row["reason"]
    )
    write(repository, "1.1", with_field())
    broken = check(repository.files.root)
    assert broken.exit_code == 1
    assert ("amount", "breaks") in {(each["field"], each["verdict"]) for each in rows(broken)}
    repository.git("checkout", "-q", ".")
    repository.files.topic["compatibility"] = "NONE"
    (repository.files.root / FILE / "v1.1.avsc").unlink()
    (repository.files.root / FILE / "v1.1.example.json").unlink()
    repository.commit()
    write(repository, "1.1", with_field())
    assert check(repository.files.root).exit_code == 0


def test_a_level_that_is_made_stricter_is_nothing_to_tell(repository: Repository) -> None:
    repository.files.document["defaults"]["compatibility"] = "FORWARD"
    repository.commit()
    repository.files.topic["compatibility"] = "FULL_TRANSITIVE"
    repository.files.save()
    assert check(repository.files.root).stdout == ""
    repository.files.topic["compatibility"] = {"order.placed": "BACKWARD"}
    repository.files.save()
    assert "from FORWARD to BACKWARD" in check(repository.files.root).stdout
