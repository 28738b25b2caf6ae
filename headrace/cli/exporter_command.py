"""`headrace exporter`: watches the cluster for Prometheus."""

from typing import Annotated

import typer

from headrace.cli.catalog_commands import Root
from headrace.cli.metrics_options import MetricsHost


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command("exporter")(exporter)


def exporter(
    *,
    metrics_host: MetricsHost = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            envvar="HEADRACE_EXPORTER_PORT", min=0, max=65535, help="Serve /metrics on this port."
        ),
    ] = 9308,
    every: Annotated[
        float, typer.Option(help="Seconds from one look at the cluster to the next.", min=0.5)
    ] = 5.0,
    seconds: Annotated[
        float, typer.Option(help="How long one question to the cluster may take.", min=0.5)
    ] = 5.0,
    root: Root = None,
) -> None:
    """Watch the cluster until stopped: the lag of every group of the catalog in records and in
    seconds, sizes and throughput of its topics, missing replicas. One a cluster is enough.

    It survives outages (headrace_exporter_up is 0 meanwhile), reads no record and joins no group. A
    scrape gets the last look, at once. docs/metrics.md lists what it tells.

    Example: headrace exporter --port 9308
    """
    from headrace.catalog import load_catalog
    from headrace.clock import SystemClock
    from headrace.exporter import ClusterLook, Exporter
    from headrace.exporter.stopping import until_stopped
    from headrace.logs import configure
    from headrace.metrics import serving
    from headrace.settings import load_settings

    settings, clock = load_settings(), SystemClock()
    configure(settings.log_level, "exporter")
    look = ClusterLook(settings.kafka, load_catalog(root), clock, seconds)
    watching = Exporter(look.samples, clock, every=every, patience=4 * seconds)
    with serving(metrics_host, port), watching.running():
        until_stopped()
