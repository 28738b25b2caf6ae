"""What stands beside Kafka: the schema registry, PostgreSQL, the REST API; and the versions."""

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from urllib.parse import unquote, urlsplit, urlunsplit

import confluent_kafka
import httpx

from headrace.catalog import Catalog
from headrace.clock import Clock
from headrace.doctor.clocks import compared
from headrace.doctor.finding import Finding

PACKAGES = ("headrace", "confluent-kafka", "aiokafka", "faust-streaming", "fastavro", "psycopg")
_NO_ANSWER = (ValueError, LookupError, TypeError, AttributeError)
_REGISTRY = "is the registry up, and does SCHEMA_REGISTRY_URL hold its Confluent-compatible path?"


def versions() -> list[Finding]:
    """What is installed here."""
    found = [f"{name} {_version(name)}" for name in PACKAGES]
    detail = ", ".join([*found, f"librdkafka {confluent_kafka.libversion()[0]}"])
    return [Finding("versions", "ok", "this machine", detail)]


def registry(url: str, catalog: Catalog, clock: Clock, seconds: float) -> list[Finding]:
    """Whether it answers, what it lacks of the catalog, and what time it has."""
    try:
        address, login = _without_login(url)
    except ValueError as error:
        return [Finding("registry", "problem", "SCHEMA_REGISTRY_URL", str(error), _REGISTRY)]
    before = clock.now()
    try:
        answer = httpx.get(f"{address}/subjects", auth=login, timeout=seconds, trust_env=False)
        answer.raise_for_status()
        subjects = set(answer.json())
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        remedy = "user and password stand in SCHEMA_REGISTRY_URL" if status in (401, 403) else ""
        detail = f"answers HTTP {status}"
        return [Finding("registry", "problem", address, detail, remedy or _REGISTRY)]
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError) as error:
        detail = str(error) or type(error).__name__
        return [Finding("registry", "problem", address, detail, _REGISTRY)]
    finding = _subjects(address, subjects, catalog)
    return [finding, *_registry_clock(address, answer.headers, before, clock)]


def _subjects(address: str, subjects: set[str], catalog: Catalog) -> Finding:
    wanted = {each.subject for kind in catalog.event_types.values() for each in kind.versions}
    missing = len(wanted - subjects)
    detail = f"{len(subjects)} subjects"
    if missing:
        detail += f", {missing} of the catalog's are not there yet"
        return Finding(
            "registry",
            "warning",
            address,
            detail,
            "headrace apply --only schemas registers them; a producer does so for its own types",
        )
    return Finding("registry", "ok", address, detail)


def _registry_clock(
    address: str, headers: Mapping[str, str], before: datetime, clock: Clock
) -> list[Finding]:
    try:
        theirs = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return []
    return [compared(address, theirs, before, clock.now())]


def api(url: str, seconds: float) -> list[Finding]:
    """Its readiness, which names what it misses; no problem where none runs."""
    try:
        answer = httpx.get(f"{url}/health/ready", timeout=seconds, trust_env=False)
        state = answer.json()
        down = [name for name, each in state["dependencies"].items() if each["status"] != "up"]
    except httpx.ConnectError:
        return [Finding("api", "skipped", url, "nothing listens there")]
    except (httpx.HTTPError, httpx.InvalidURL, *_NO_ANSWER) as error:
        detail = f"no answer of the REST API: {error or type(error).__name__}"
        return [Finding("api", "problem", url, detail, "is HEADRACE_API_URL that of the API?")]
    if down:
        detail = f"not ready: it misses {', '.join(down)}"
        return [Finding("api", "problem", url, detail, "mend those; the API needs no restart")]
    return [Finding("api", "ok", url, "ready")]


def _without_login(url: str) -> tuple[str, tuple[str, str] | None]:
    parts = urlsplit(url)
    address = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])).rstrip("/")
    if parts.username is None:
        return address, None
    return address, (unquote(parts.username), unquote(parts.password or ""))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"
