"""`GET /metrics` on a port of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import start_http_server

from headrace.errors import ConfigurationError
from headrace.metrics.registry import REGISTRY


@contextmanager
def serving(host: str, port: int | None) -> Iterator[int | None]:
    """Inside the block this process's metrics are at http://host:port/metrics; yields the port.

    None serves nothing; 0 is any free port. Threads of their own answer, so that a process that is
    busy does too. Raises ConfigurationError for an address that cannot be listened on.
    """
    if port is None:
        yield None
        return
    try:
        server, thread = start_http_server(port, host, REGISTRY)
    except OSError as error:
        raise ConfigurationError(
            f"metrics cannot be served on {host}:{port} ({error.strerror or error}); give another "
            "--metrics-port or HEADRACE_METRICS_HOST"
        ) from error
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
