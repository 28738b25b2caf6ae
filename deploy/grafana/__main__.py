"""Write headrace.json."""

from deploy.grafana.dashboard import PAGE, text

PAGE.write_text(text(), "utf-8")
