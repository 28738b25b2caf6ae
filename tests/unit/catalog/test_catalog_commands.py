"""What `headrace topics` and `headrace schemas` print, and how they exit."""

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from headrace.catalog import load_catalog
from headrace.cli import build_app
from tests.unit.catalog.small_catalog import Files, payload_schema


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(build_app(), [str(argument) for argument in arguments])


def lines_of(*arguments: str | Path) -> list[dict[str, Any]]:
    result = run("--json", *arguments)
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_topics_list_has_a_line_for_every_topic() -> None:
    lines = lines_of("topics", "list")
    assert {line["name"] for line in lines} == set(load_catalog().topics)
    assert lines[0].keys() == {"name", "authority", "partitions", "types", "producers", "groups"}


def test_topics_list_reads_another_catalog_when_told(files: Files) -> None:
    files.save()
    assert lines_of("topics", "list", "--root", files.root) == [
        {
            "name": "shop.orders",
            "authority": "log",
            "partitions": 1,
            "types": ["order.placed"],
            "producers": ["shop"],
            "groups": ["stock-group"],
        }
    ]


def test_topics_show_tells_all_of_one_topic() -> None:
    (shown,) = lines_of("topics", "show", "dreamscape.voyage.flight.selected")
    assert shown["partitions"] == {"local": 4, "production": 24}
    assert shown["key"] is None
    assert shown["config"]["message.timestamp.type"] == "LogAppendTime"
    groups = ["dreamscape-ai-service-group", "dreamscape-analytics-service-group"]
    assert shown["consumers"] == {group: ["voyage.flight.selected"] for group in groups}
    assert shown["dead_letters"] == {group: f"{group}.dlq" for group in groups}


def test_lines_for_people_hold_no_json(files: Files) -> None:
    files.topic["events"] = ["order.placed", "order.paid"]
    files.write_event("order.paid", payload_schema("OrderPaidPayload"))
    files.save()
    assert run("topics", "list", "--root", files.root).stdout == (
        "shop.orders\tlog\t1\torder.placed, order.paid\tshop\tstock-group\n"
    )
    shown = run("topics", "show", "shop.orders", "--root", files.root).stdout.splitlines()
    assert "partitions\tlocal: 1; production: 6" in shown
    assert "key\taggregateId, else accountId, else eventId" in shown


def test_schemas_show_prints_the_payload_the_registered_schema_or_the_example() -> None:
    version = load_catalog().event_type("user.created").latest
    assert json.loads(run("schemas", "show", "user.created").stdout) == version.payload
    composed = run("schemas", "show", "user.created", "--version", "1.0", "--composed")
    assert json.loads(composed.stdout) == version.composed
    example = run("schemas", "show", "user.created", "--example")
    assert json.loads(example.stdout) == version.example


def test_schemas_show_takes_one_form_at_a_time() -> None:
    assert run("schemas", "show", "user.created", "--composed", "--example").exit_code == 2


def test_schemas_check_of_a_sound_catalog_exits_0_and_says_what_it_saw(files: Files) -> None:
    files.save()
    result = run("schemas", "check", "--root", files.root)
    assert result.exit_code == 0
    assert "1 topics, 1 event types, 1 schema versions: no problem" in result.output


def test_schemas_check_prints_every_problem_and_exits_1(files: Files) -> None:
    files.topic["key"] = "userId"
    files.document["topics"]["shop.other"] = {"description": ""}
    files.write_event("order.lost", payload_schema())
    files.save()
    result = run("--json", "schemas", "check", "--root", files.root)
    assert result.exit_code == 1
    problems = [json.loads(line) for line in result.stdout.splitlines()]
    assert {(each["subject"], each["field"]) for each in problems} >= {
        ("shop.orders", "key"),
        ("shop.other", "description"),
        ("shop.other", "events"),
    }
    assert {each["file"] for each in problems} == {"topics/shop.yaml"}


def test_schemas_generate_writes_a_package_and_says_what_differs(files: Files) -> None:
    files.save()
    out = files.root / "events"
    generate = ("schemas", "generate", "--root", files.root, "--out", out)
    missing = run(*generate, "--check")
    assert missing.exit_code == 1
    assert "2 of 2 files differ: run the command without --check" in missing.stderr
    assert not out.exists()
    written = run(*generate)
    assert written.exit_code == 0
    assert written.stdout.split() == [f"{out}/__init__.py", f"{out}/shop.py"]
    assert run(*generate, "--check").exit_code == 0
    (out / "shop.py").write_text("mine = 1\n")
    refused = run(*generate)
    assert "shop.py was not generated" in str(refused.exception)
