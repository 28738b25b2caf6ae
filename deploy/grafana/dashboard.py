"""Panels and their queries, and the JSON that Grafana imports (dashboard schema 39)."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

PAGE = Path(__file__).with_name("headrace.json")

Unit = Literal["short", "s", "bytes", "ops", "bool"]

_WIDTH, _COLUMNS, _STAT_HEIGHT, _CHART_HEIGHT = 24, 3, 4, 8
_SOURCE = {"type": "prometheus", "uid": "${source}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart, or one number (`stat`): red from `red` on, or where `red` is 0, below 1."""

    title: str
    query: str
    legend: str = ""
    unit: Unit = "short"
    stat: bool = False
    red: float | None = None


PANELS: tuple[Panel, ...] = (
    Panel("Cluster answers", "min(headrace_exporter_up)", stat=True, red=0, unit="bool"),
    Panel("Brokers", "max(headrace_brokers)", stat=True),
    Panel(
        "Under-replicated partitions",
        "max(headrace_under_replicated_partitions)",
        stat=True,
        red=1,
    ),
    Panel("Leaderless partitions", "max(headrace_leaderless_partitions)", stat=True, red=1),
    Panel("Groups whose lag is unknown", "max(headrace_exporter_unknown_groups)", stat=True, red=1),
    Panel(
        "Partitions held by an outage (database, registry)",
        "sum(headrace_stage_waiting_partitions)",
        stat=True,
        red=1,
    ),
    Panel(
        "Lag in seconds",
        "max by (group) (headrace_group_lag_seconds)",
        "{{group}}",
        "s",
    ),
    Panel("Lag in records", "sum by (group) (headrace_group_lag_records)", "{{group}}"),
    Panel("Members", "headrace_group_members", "{{group}}"),
    Panel(
        "Throughput by topic",
        "topk(10, sum by (topic) (rate(headrace_topic_appended_records_total[$__rate_interval])))",
        "{{topic}}",
        "ops",
    ),
    Panel(
        "Published",
        "sum by (service) (rate(events_published_total[$__rate_interval]))",
        "{{service}}",
        "ops",
    ),
    Panel(
        "Publish failures",
        "sum by (service, reason) (rate(headrace_publish_failures_total[$__rate_interval]))",
        "{{service}} {{reason}}",
        "ops",
    ),
    Panel(
        "Publish latency, 95 of 100 calls",
        "histogram_quantile(0.95, sum by (le, service) "
        "(rate(headrace_publish_latency_seconds_bucket[$__rate_interval])))",
        "{{service}}",
        "s",
    ),
    Panel(
        "Connection errors",
        "sum by (client, reason) (rate(headrace_kafka_connection_errors_total[$__rate_interval]))",
        "{{client}} {{reason}}",
        "ops",
    ),
    Panel(
        "Brokers that producers are connected to",
        "min by (service) (headrace_publish_connected_brokers)",
        "{{service}}",
    ),
    Panel(
        "Waiting in producers' buffers",
        "sum by (service) (headrace_publish_buffer_bytes)",
        "{{service}}",
        "bytes",
    ),
    Panel(
        "Stages, by outcome",
        "sum by (group, outcome) (rate(headrace_stage_records_total[$__rate_interval]))",
        "{{group}} {{outcome}}",
        "ops",
    ),
    Panel(
        "Dead letters",
        'sum by (topic) (increase(headrace_topic_appended_records_total{topic=~".+[.]dlq"}'
        "[$__rate_interval]))",
        "{{topic}}",
    ),
    Panel(
        "Stages that wait, by reason",
        "sum by (group, reason) (rate(headrace_stage_waits_total[$__rate_interval]))",
        "{{group}} {{reason}}",
        "ops",
    ),
    Panel(
        "Handlers, 95 of 100 events",
        "histogram_quantile(0.95, sum by (le, service, event_type) "
        "(rate(event_processing_duration_seconds_bucket[$__rate_interval])))",
        "{{service}} {{event_type}}",
        "s",
    ),
    Panel(
        "Services, by outcome",
        "sum by (service, outcome) (rate(headrace_service_events_total[$__rate_interval]))",
        "{{service}} {{outcome}}",
        "ops",
    ),
    Panel(
        "Largest topics",
        "topk(10, sum by (topic) (headrace_partition_bytes))",
        "{{topic}}",
        "bytes",
    ),
)


def text() -> str:
    """The file as it should be."""
    return json.dumps(dashboard(), indent=1) + "\n"


def dashboard() -> dict[str, Any]:
    """What Grafana imports; the data source is chosen at the import, or above the panels."""
    source = {"name": "source", "type": "datasource", "query": "prometheus", "label": "Source"}
    return {
        "uid": "headrace",
        "title": "headrace",
        "schemaVersion": 39,
        "editable": True,
        "refresh": "15s",
        "time": {"from": "now-1h", "to": "now"},
        "templating": {"list": [source]},
        "panels": list(_placed()),
    }


def _placed() -> Iterator[dict[str, Any]]:
    """Numbers in the first row, charts below, three in a row."""
    stats = [panel for panel in PANELS if panel.stat]
    charts = [panel for panel in PANELS if not panel.stat]
    width = _WIDTH // len(stats)
    for number, panel in enumerate(stats):
        yield _panel(number + 1, panel, (number * width, 0, width, _STAT_HEIGHT))
    width = _WIDTH // _COLUMNS
    for number, panel in enumerate(charts):
        row, column = divmod(number, _COLUMNS)
        place = (column * width, _STAT_HEIGHT + row * _CHART_HEIGHT, width, _CHART_HEIGHT)
        yield _panel(len(stats) + number + 1, panel, place)


def _panel(number: int, panel: Panel, place: tuple[int, int, int, int]) -> dict[str, Any]:
    defaults: dict[str, Any] = {"unit": panel.unit, "min": 0}
    if panel.red is not None:
        defaults["thresholds"] = {"mode": "absolute", "steps": _steps(panel.red)}
    return {
        "id": number,
        "type": "stat" if panel.stat else "timeseries",
        "title": panel.title,
        "datasource": _SOURCE,
        "gridPos": dict(zip("xywh", place, strict=True)),
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": [
            {
                "refId": "A",
                "datasource": _SOURCE,
                "expr": panel.query,
                "legendFormat": panel.legend,
            }
        ],
    }


def _steps(red: float) -> list[dict[str, Any]]:
    if red:
        return [{"color": "green", "value": None}, {"color": "red", "value": red}]
    return [{"color": "red", "value": None}, {"color": "green", "value": 1}]
