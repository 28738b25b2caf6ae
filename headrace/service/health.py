"""Is the service connected? As a call, and as an HTTP endpoint beside the metrics."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import orjson
from prometheus_client import make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from headrace.errors import ConfigurationError, HeadraceError
from headrace.kafka import ClusterState, describe_cluster
from headrace.metrics import REGISTRY
from headrace.settings import KafkaSettings

CHECK_SECONDS = 3.0
ANSWER_SECONDS = 5.0


class HealthDetails(TypedDict):
    """What Kafka says; without an answer its parts are None or 0. `topicsCount` are the topics that
    this principal may see, without Kafka's own.
    """

    clusterId: str | None
    brokers: int
    controller: int | None
    topicsCount: int
    connectedConsumers: int
    producerConnected: bool


class Health(TypedDict):
    """`error`, where it is not healthy, says why, and what to do."""

    healthy: bool
    error: NotRequired[str]
    details: HealthDetails


@dataclass(frozen=True, slots=True)
class Standing:
    """What the process knows itself: the `topics` that it reads, whether it has `joined` its group
    and publishes, and what else is wrong.
    """

    topics: Iterable[str]
    joined: bool
    producing: bool
    problems: Sequence[str] = ()


async def health(kafka: KafkaSettings, standing: Standing) -> Health:
    """Asks the cluster; never raises an outage."""
    problems = list(standing.problems)
    cluster: ClusterState | None = None
    try:
        cluster = await asyncio.to_thread(describe_cluster, kafka, CHECK_SECONDS)
    except HeadraceError as error:
        problems.append(str(error))
    else:
        missing = sorted(set(standing.topics) - cluster.topics.keys())
        if missing:
            problems.append(
                f"topics are missing: {', '.join(missing)} (deleted, or hidden from this user); "
                f"make them with `headrace topics create`, or the ACLs with `headrace apply`"
            )
    found: Health = {"healthy": not problems, "details": _details(cluster, standing)}
    if problems:
        found["error"] = "; ".join(problems)
    return found


def _details(cluster: ClusterState | None, standing: Standing) -> HealthDetails:
    if cluster is None:
        return {
            "clusterId": None,
            "brokers": 0,
            "controller": None,
            "topicsCount": 0,
            "connectedConsumers": 0,
            "producerConnected": False,
        }
    return {
        "clusterId": cluster.cluster_id,
        "brokers": len(cluster.brokers),
        "controller": cluster.controller,
        "topicsCount": sum(not name.startswith("__") for name in cluster.topics),
        "connectedConsumers": int(standing.joined),
        "producerConnected": standing.producing,
    }


class _Quiet(WSGIRequestHandler):
    timeout = 10

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name
        del format, args


class HealthServer:
    """GET /health (200 or 503) and /metrics, in threads: a blocked event loop is a 503 too."""

    def __init__(
        self, check: Callable[[], Any], loop: asyncio.AbstractEventLoop, host: str, port: int
    ) -> None:
        self._check, self._loop = check, loop
        self._metrics = make_wsgi_app(REGISTRY)
        try:
            self._server: WSGIServer = make_server(
                host, port, self._answer, ThreadingWSGIServer, handler_class=_Quiet
            )
        except OSError as error:
            raise ConfigurationError(f"health_port {port} cannot be used: {error}") from error
        self._thread = threading.Thread(
            target=self._server.serve_forever, name="health", daemon=True
        )

    @property
    def port(self) -> int:
        return self._server.server_port

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        match environ["PATH_INFO"]:
            case "/metrics":
                answer: Iterable[bytes] = self._metrics(environ, start)
                return answer
            case "/health":
                found = self._found()
                status = "200 OK" if found["healthy"] else "503 Service Unavailable"
            case _:
                found, status = {"error": "there are /health and /metrics"}, "404 Not Found"
        start(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
        return [orjson.dumps(found)]

    def _found(self) -> dict[str, Any]:
        asked = asyncio.run_coroutine_threadsafe(self._check(), self._loop)
        try:
            found: dict[str, Any] = asked.result(ANSWER_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever it is, the service is not well
            asked.cancel()
            blocked = "the event loop does not answer: a handler blocks it, the log says which"
            reason = blocked if isinstance(error, TimeoutError) else type(error).__name__
            return {"healthy": False, "error": reason}
        return found
