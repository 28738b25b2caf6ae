"""Confluent's REST client of a registry: no secrets in its messages, its errors translated."""

import warnings
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from headrace.errors import ConfigurationError, HeadraceError, OutageError, UnknownSchemaError

with warnings.catch_warnings():
    # Its OAuth helper imports a part of authlib that warns of itself; users of ours can do nothing
    # about it. authlib's own filter makes the warning insist, so authlib comes before ours.
    _authlib = import_module("authlib.deprecate")
    warnings.simplefilter("ignore", _authlib.AuthlibDeprecationWarning)
    from confluent_kafka.schema_registry import (
        ConfigCompatibilityLevel,
        Schema,
        SchemaRegistryClient,
        ServerConfig,
    )
    from confluent_kafka.schema_registry.error import SchemaRegistryError

__all__ = [
    "CACHE_LIMIT",
    "SUBJECT_NOT_FOUND",
    "SchemaRegistryClient",
    "SchemaRegistryError",
    "among_others",
    "avro",
    "client_of",
    "level_of",
    "translated",
]

CACHE_LIMIT = 1000
SUBJECT_NOT_FOUND = 40401
_COLLISIONS = 5
_CONNECT_SECONDS = 5.0
_ANSWER_SECONDS = 5.0
_SCHEMA_NOT_FOUND = 40403
_REFUSED = (409, 422)
_FORBIDDEN = (401, 403)
_T = TypeVar("_T")


def client_of(url: str) -> SchemaRegistryClient:
    """A client that waits ten seconds at most. Raises ConfigurationError for no address."""
    return SchemaRegistryClient(_client_config(url))


def avro(schema_text: str) -> Schema:
    """The schema, spelt so that every registry takes it."""
    return Schema(_escaped(schema_text), "AVRO")


def among_others(call: Callable[[], _T]) -> _T:
    """Two that register a subject's first schema at once collide inside Apicurio (409)."""
    for _ in range(_COLLISIONS):
        try:
            return call()
        except SchemaRegistryError as error:
            if error.http_status_code != 409 or "already exists" not in error.error_message:
                raise
    return call()


def level_of(name: str) -> ServerConfig:
    """A subject's configuration with that compatibility level."""
    return ServerConfig(compatibility=ConfigCompatibilityLevel(name))


def _escaped(schema_text: str) -> str:
    """The same JSON, spelt so that Apicurio 3.0.9 takes it.

    It finds no type for a content that holds the string "{}", the default of `metadata`.
    """
    return schema_text.replace('"{}"', '"{\\u007d"')


def _client_config(url: str) -> dict[str, Any]:
    """Credentials leave the URL, so that no error message can show them."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigurationError("SCHEMA_REGISTRY_URL must be an http:// or https:// address")
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    config: dict[str, Any] = {
        "url": urlunsplit(address),
        "timeout": httpx.Timeout(_ANSWER_SECONDS, connect=_CONNECT_SECONDS),
        "max.retries": 0,
        "cache.capacity": CACHE_LIMIT,
    }
    if parts.username:
        password = unquote(parts.password or "")
        config["basic.auth.user.info"] = f"{unquote(parts.username)}:{password}"
    return config


def translated(call: Callable[[], _T], schema_id: int | None = None) -> _T:
    """What `call` returns; `schema_id` is the one it asks for, if it does.

    Raises OutageError, ConfigurationError, UnknownSchemaError.
    """
    try:
        return call()
    except SchemaRegistryError as error:
        raise _meaning(error, schema_id) from error
    except (httpx.HTTPError, OSError, ValueError, TypeError) as error:
        raise OutageError(f"the schema registry does not answer: {error!r}") from error


def _meaning(error: SchemaRegistryError, schema_id: int | None) -> HeadraceError:
    if schema_id is not None and error.error_code == _SCHEMA_NOT_FOUND:
        return UnknownSchemaError(schema_id)
    said = f"HTTP {error.http_status_code}: {error.error_message}"
    if schema_id is None and error.http_status_code in _REFUSED:
        return ConfigurationError(f"the schema registry refuses the schema: {said}")
    if error.http_status_code in _FORBIDDEN:
        return ConfigurationError(
            f"the schema registry refuses our credentials: {said}; they are part of "
            f"SCHEMA_REGISTRY_URL"
        )
    return OutageError(f"the schema registry cannot answer: {said}")
