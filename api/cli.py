"""`headrace api`: serves the REST API until it is told to stop."""

import gc
import logging
from typing import Annotated

import typer

from headrace.cli.metrics_options import MetricsHost, MetricsPort

HEADER_SECONDS = 5
DRAIN_SECONDS = 15


def register(app: typer.Typer) -> None:
    """Add the room's command to the command line."""
    app.command("api", help="Serve the REST API.")(serve)
    app.command("key")(key)


def key(
    context: typer.Context,
    producer: Annotated[str, typer.Argument(help="Producer of the catalog, such as frontend.")],
) -> None:
    """Make a publish-only key for a page or a device, and the setting that lets it in.

    The key is shown once and kept nowhere; the API knows its SHA-256 (HEADRACE_PUBLISH_KEYS).

    Example: headrace key frontend
    """
    from api.callers import new_key
    from headrace.catalog import load_catalog
    from headrace.cli.output import emit

    emit([new_key(producer, load_catalog())], ("key", "setting"), context)


def serve(
    host: Annotated[str, typer.Option(envvar="HEADRACE_API_HOST", help="Address to bind.")] = (
        "127.0.0.1"
    ),
    port: Annotated[
        int, typer.Option(envvar="HEADRACE_API_PORT", min=0, max=65535, help="Port to bind.")
    ] = 8000,
    metrics_host: MetricsHost = "127.0.0.1",
    metrics_port: MetricsPort = None,
) -> None:
    """Serve the REST API; SIGTERM or ^C lets running requests finish first."""
    import uvicorn

    from api.app import build
    from headrace.logs import configure
    from headrace.metrics import serving
    from headrace.settings import load_settings

    settings = load_settings()
    configure(settings.log_level, "api")
    for chatty in ("httpx", "psycopg.pool"):  # a line for every request, every reconnection
        logging.getLogger(chatty).setLevel(logging.ERROR)
    config = uvicorn.Config(
        build(settings),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_keep_alive=HEADER_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    config.load()
    gc.collect()
    gc.freeze()  # what is loaded by now stays; to look through it over and over takes a third
    with serving(metrics_host, metrics_port):
        uvicorn.Server(config).run()
