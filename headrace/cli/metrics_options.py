"""The options of every process that serves its metrics."""

from typing import Annotated

import typer

MetricsHost = Annotated[
    str,
    typer.Option(
        envvar="HEADRACE_METRICS_HOST",
        help="Address on which metrics are served: whoever reaches it may read them.",
    ),
]
MetricsPort = Annotated[
    int | None,
    typer.Option(
        envvar="HEADRACE_METRICS_PORT",
        min=0,
        max=65535,
        help="Serve Prometheus' metrics on this port of their own (docs/metrics.md); off without.",
    ),
]
