"""Alert rules and dashboard: what they ask for is in the closed list, and PromQL."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deploy.grafana.dashboard import PAGE, PANELS, text
from headrace.metrics import METRICS, Metric

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = DEPLOY / "prometheus" / "alerts.yml"
TESTS = DEPLOY / "prometheus" / "alerts_test.yml"
TOOLS = DEPLOY.parent / ".local" / "tools"
PROMTOOL = shutil.which("promtool") or shutil.which("promtool", path=TOOLS)
TROUBLE = (DEPLOY.parent / "docs" / "troubleshooting.md").read_text("utf-8")

needs_promtool = pytest.mark.skipif(
    PROMTOOL is None and not os.environ.get("HEADRACE_NEEDS_PROMTOOL"),
    reason="not run: needs promtool (make alerts builds it; apt-get install prometheus)",
)


def rules() -> list[dict[str, str]]:
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def queries() -> dict[str, str]:
    return {rule["alert"]: rule["expr"] for rule in rules()} | {
        panel.title: panel.query for panel in PANELS
    }


def metrics_of(query: str) -> Iterator[Metric]:
    by_name = {metric.name: metric for metric in METRICS}
    for name in re.findall(r"\b(?:headrace|events?)_[a-z_]+", re.sub(r'"[^"]*"', "", query)):
        if name == "event_type":
            continue
        whole = re.sub(r"_(bucket|sum|count)$", "", name)
        found = by_name.get(name) or by_name.get(whole)
        assert found, f"{name} is not in the list"
        assert name == found.name or found.kind == "histogram"
        yield found


@pytest.mark.parametrize(("title", "query"), queries().items())
def test_a_query_asks_for_metrics_of_the_list_by_labels_that_they_have(
    title: str, query: str
) -> None:
    del title
    found = list(metrics_of(query))
    assert found
    named = re.findall(r"(?:by|on) \(([^)]*)\)", query)
    labels = {label.strip() for names in named for label in names.split(",")}
    labels |= set(re.findall(r"[{,](\w+)[=!]", query))
    assert labels <= {"le"}.union(*(metric.labels for metric in found))


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_an_alert_says_what_to_do_and_names_a_part_of_the_page_that_is_there(
    rule: dict[str, dict[str, str]],
) -> None:
    remedy = rule["annotations"]["remedy"]
    assert rule["labels"]["severity"] in {"critical", "warning"}
    assert rule["annotations"]["summary"].endswith((".", ")."))
    for parts in re.findall(r"docs/troubleshooting.md, ([^;]*)", remedy):
        for part in parts.split(" and "):
            assert f"\n## {part}\n" in TROUBLE


def test_each_alert_has_a_test_or_is_one_comparison() -> None:
    tested = TESTS.read_text("utf-8")
    compared = re.compile(r"[a-z_]+ > 0( or [a-z_]+ > 0)*")
    for rule in rules():
        simple = compared.fullmatch(rule["expr"])
        assert simple or f"alertname: {rule['alert']}\n" in tested, rule["alert"]


def test_the_dashboard_is_as_its_panels_say() -> None:
    assert PAGE.read_text("utf-8") == text(), "run: make generate"


@needs_promtool
def test_the_rules_alert_when_they_should() -> None:
    promtool("test", "rules", str(TESTS))


@needs_promtool
def test_every_query_is_promql(tmp_path: Path) -> None:
    recorded = [
        {"record": f"q{number}", "expr": query.replace("$__rate_interval", "1m")}
        for number, query in enumerate(queries().values())
    ]
    file = tmp_path / "queries.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "q", "rules": recorded}]}), "utf-8")
    promtool("check", "rules", str(file))


def promtool(*arguments: str) -> None:
    done = subprocess.run(
        [PROMTOOL or "promtool", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
