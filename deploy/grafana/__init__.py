"""The Grafana dashboard, as data: `python -m deploy.grafana` writes headrace.json beside it."""

from deploy.grafana.dashboard import PANELS, Panel, dashboard

__all__ = ["PANELS", "Panel", "dashboard"]
