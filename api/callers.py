"""Who calls, and which events they may publish: the token may all, a publish-only key a few.

A page that everybody can read holds its key in the open, so such a key must open little. It belongs
to a producer of the catalog, such as `frontend`, and publishes what the catalog lets that producer
write by name: not what every service may write (`producers: ["*"]`), among it requests for e-mails.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api.problems import Problem
from headrace.catalog import Catalog
from headrace.errors import ConfigurationError, FieldProblem
from headrace.settings import Settings


@dataclass(frozen=True, slots=True)
class Caller:
    """`producer` is whose publish-only key was shown, with the types it may publish; None for the
    token, which may do everything.
    """

    producer: str | None = None
    event_types: frozenset[str] = frozenset()

    def check(self, body: Any) -> None:
        """Raises 403 where `body`, one event's JSON, is none that this caller may publish."""
        if self.producer is None or not isinstance(body, dict):
            return
        name, source = body.get("eventType"), body.get("source")
        if not isinstance(name, str) or name not in self.event_types:
            reason = f"{self.producer}'s key may publish {', '.join(sorted(self.event_types))}"
            raise _forbidden(FieldProblem("eventType", reason))
        if source != self.producer:
            reason = f"{self.producer}'s key publishes as {self.producer!r} only"
            raise _forbidden(FieldProblem("source", reason))


TOKEN_CALLER = Caller()


class Callers:
    """Everybody who may call, by the digests of what they show. Raises ConfigurationError."""

    def __init__(self, settings: Settings, catalog: Catalog) -> None:
        self._token = digest_of(_token(settings))
        self._keys = {
            bytes.fromhex(digest): Caller(producer, _may_publish(catalog, producer))
            for producer, digest in settings.publish_keys.items()
        }

    def caller(self, shown: str) -> Caller | None:
        """Whose this token or key is; None if nobody's."""
        digest = digest_of(shown)
        if hmac.compare_digest(digest, self._token):
            return TOKEN_CALLER
        return self._keys.get(digest)


def digest_of(token: str) -> bytes:
    """What is kept of a token or a key, which are long and random: SHA-256."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()


def new_key(producer: str, catalog: Catalog) -> Mapping[str, str]:
    """A key for a producer of the catalog, and the setting that lets it in.

    Raises ConfigurationError for a producer that no topic names.
    """
    _may_publish(catalog, producer)
    key = secrets.token_urlsafe(24)
    return {"key": key, "setting": f"HEADRACE_PUBLISH_KEYS={producer}:{digest_of(key).hex()}"}


def _may_publish(catalog: Catalog, producer: str) -> frozenset[str]:
    found = frozenset(
        name
        for topic in catalog.topics.values()
        if producer in topic.producers and topic.authority == "log"
        for name in topic.event_types
    )
    if not found:
        raise ConfigurationError(
            f"no topic of the catalog names {producer!r} among its producers, so a key of its "
            "could publish nothing (topics/<domain>.yaml)"
        )
    return found


def _token(settings: Settings) -> str:
    token = settings.token.get_secret_value() if settings.token else ""
    if not token.strip():
        raise ConfigurationError(
            "HEADRACE_TOKEN is not set: the API does not start without a bearer token; "
            "set it to a long random string"
        )
    return token


def _forbidden(problem: FieldProblem) -> Problem:
    return Problem(
        403, "forbidden", "This key may not publish this event", str(problem), errors=[problem]
    )
